import { LAYOUTS } from "../config/layouts.ts";
import type { RunCommand } from "./command.ts";

export interface OptionSpec {
  readonly flags: string;
  readonly description: string;
  /** A whole number from 1. */
  readonly isCount?: boolean;
  readonly choices?: readonly string[];
  readonly required?: boolean;
  /** Attribute names of options that exclude this one. */
  readonly conflicts?: readonly string[];
}

export interface CommandSpec {
  readonly summary: string;
  /** As commander writes them: `<name>`, `[ids...]`. */
  readonly arguments?: readonly { readonly name: string; readonly description: string }[];
  readonly options?: readonly OptionSpec[];
  /** The implementation, loaded when the command is called and not before. */
  readonly load: () => Promise<{ readonly run: RunCommand }>;
}

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  { flags: "--database <url>", description: "the database (default: DATABASE_URL)" },
  { flags: "--migrations <folder>", description: "the folder of the migrations (default: ./migrations)" },
  { flags: "--config <file>", description: "a configuration file instead of ./lockkeeper.config.ts" },
  { flags: "--json", description: "the result as JSON on standard output", conflicts: ["events"] },
  { flags: "--events", description: "every event and the result as NDJSON on standard output" },
  { flags: "--plain", description: "no colours and no live line, as off a terminal" },
  { flags: "--quiet", description: "no narration", conflicts: ["verbose"] },
  { flags: "--verbose", description: "server notices, details and stack traces" },
  { flags: "--log-json", description: "structured logs on standard error (also LOCKKEEPER_LOG=json)" },
  {
    flags: "--log-level <level>",
    description: "least level of the structured logs; asks for them (also LOCKKEEPER_LOG_LEVEL)",
    choices: ["debug", "info", "warn", "error"],
  },
  { flags: "--version", description: "print the version" },
];

const OVERRIDE_OPTIONS: readonly OptionSpec[] = [
  { flags: "--override <gate...>", description: "pass these gates by, where the policy allows it" },
  { flags: "--because <text>", description: "why --override; kept in the audit and with the run" },
];
const FLIGHT_OPTIONS: readonly OptionSpec[] = [
  { flags: "--for <command>", description: "of which it is asked (default: up)", choices: ["up", "contract", "down"] },
  { flags: "--to <id>", description: "as of up and down", conflicts: ["steps"] },
  { flags: "--steps <n>", description: "as of down", isCount: true },
  { flags: "--allow-out-of-order", description: "as of up" },
];
const YES: OptionSpec = { flags: "--yes", description: "confirm the removal of data" };
const LOCK_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--lock-timeout <duration>",
    description: "longest that others may queue behind a lock we wait for (default: 500ms)",
  },
  {
    flags: "--lock-deadline <duration>",
    description: "how long a step waits for its locks before the run ends (default: 10m)",
  },
];
const SCRATCH_DATABASE: OptionSpec = {
  flags: "--scratch-database <url>",
  description: "an empty database that is to be the scratch database, and is left empty behind",
};
const SCRATCH_OPTIONS: readonly OptionSpec[] = [
  { flags: "--scratch <url>", description: "server for the scratch database (default: an embedded one)" },
  SCRATCH_DATABASE,
];
const STATES_OPTIONS: readonly OptionSpec[] = [
  {
    flags: "--from <state...>",
    description:
      "the schema as it is (default: the database): a URL, SQL files, folders or patterns, cmd:COMMAND, a stored catalog, or `migrations`",
  },
  { flags: "--to <state...>", description: "the schema as it is to be (default: `schema` of the configuration)" },
  { flags: "--rename <old=new...>", description: "what is called otherwise, such as users.name=users.full_name" },
  { flags: "--no-renames", description: "what looks as if it got another name did not: it goes with its rows" },
  {
    flags: "--scratch <url>",
    description: "server for scratch databases (default: the database's own, or an embedded one)",
  },
  SCRATCH_DATABASE,
  { flags: "--embedded", description: "load SQL into an embedded server, not beside the database" },
  {
    flags: "--server-version <version>",
    description: "embedded PostgreSQL to load SQL into (default: that of the other side)",
  },
  {
    flags: "--without-missing-roles",
    description: "leave out what SQL grants or gives to roles that the server of the scratch database has not",
  },
  { flags: "--allow-empty", description: "the schema as it is to be may hold nothing: everything goes" },
];
const REASON: OptionSpec = { flags: "--reason <text>", description: "why; kept in the audit" };
const TOOLS = LAYOUTS.filter((layout) => layout !== "auto" && layout !== "lockkeeper");
const IDS = { name: "[ids...]", description: "ids of migrations (default: all that are pending)" };

/** Every command, in the order of the help. */
export const COMMANDS = {
  up: {
    summary: "apply pending migrations",
    options: [
      { flags: "--to <id>", description: "stop after this migration" },
      { flags: "--dry-run", description: "show what would be applied, and change nothing" },
      { flags: "--allow-out-of-order", description: "apply migrations older than the newest applied one" },
      ...OVERRIDE_OPTIONS,
      YES,
      ...LOCK_OPTIONS,
    ],
    load: () => import("./commands/up.ts"),
  },
  down: {
    summary: "take the newest migrations back",
    options: [
      { flags: "--to <id>", description: "take back everything after this migration", conflicts: ["steps"] },
      { flags: "--steps <n>", description: "take back this many (default: 1)", isCount: true },
      { flags: "--direct", description: "run the ways back as they are written, also where that stops traffic" },
      ...OVERRIDE_OPTIONS,
      YES,
      ...LOCK_OPTIONS,
    ],
    load: () => import("./commands/down.ts"),
  },
  contract: {
    summary: "remove what migrations left standing for others",
    arguments: [{ name: "[ids...]", description: "ids of migrations (default: only say what waits)" }],
    options: [
      { flags: "--all", description: "of all migrations that wait, and have been in force for long enough" },
      { flags: "--after <age>", description: "only once they have been in force for so long, such as 7d" },
      {
        flags: "--override <gate...>",
        description: "pass these gates by; `in-use`: also what somebody still uses, or is too young",
      },
      { flags: "--because <text>", description: "why --override; kept in the audit and with the run" },
      YES,
      ...LOCK_OPTIONS,
    ],
    load: () => import("./commands/contract.ts"),
  },
  resume: {
    summary: "continue an interrupted, failed or paused run",
    options: [...OVERRIDE_OPTIONS, ...LOCK_OPTIONS],
    load: () => import("./commands/resume.ts"),
  },
  "restore-point": {
    summary: "tell which ways back there are at this moment, and what each brings and costs",
    options: [
      { flags: "--to <id>", description: "from everything after this migration (default: what is not settled)" },
    ],
    load: () => import("./commands/restore-point.ts"),
  },
  runbook: {
    summary: "write the operator's document for what is pending",
    options: [
      { flags: "--format <format>", description: "of the document (default: markdown)", choices: ["markdown", "html"] },
      { flags: "--output <file>", description: "write it to a file (default: standard output)" },
    ],
    load: () => import("./commands/runbook.ts"),
  },
  plan: {
    summary: "show the steps that up would run: SQL, locks, expected time, way back",
    arguments: [IDS],
    options: [
      { flags: "--sql", description: "print a script that psql can run", conflicts: ["diff"] },
      { flags: "--diff", description: "show what is written beside what runs" },
      {
        flags: "--catalog <file>",
        description: "plan on what `lockkeeper catalog --facts` printed, without a database",
      },
      {
        flags: "--server-version <version>",
        description: "PostgreSQL that is planned for, such as 16: that of --catalog, or of an empty database",
      },
      { flags: "--to <id>", description: "stop after this migration" },
      { flags: "--allow-out-of-order", description: "plan migrations older than the newest applied one" },
    ],
    load: () => import("./commands/plan.ts"),
  },
  estimate: {
    summary: "show what up would take: time, log, disk, reading and writing, traffic, money",
    arguments: [{ name: "[migrations...]", description: "ids or files of migrations (default: all that are pending)" }],
    options: [
      { flags: "--to <id>", description: "up to this migration" },
      {
        flags: "--catalog <file>",
        description: "by the sizes of a stored catalog (catalog --facts), without a database",
      },
      { flags: "--server-version <version>", description: "with --catalog: on this PostgreSQL, such as 16" },
      { flags: "--rates <file>", description: "a rate card: what it costs in money" },
      { flags: "--replicas <n>", description: "how many replicas there are (default: those that are connected)" },
      { flags: "--uncalibrated", description: "by the model alone, whatever was measured here" },
      {
        flags: "--keep",
        description: "record it, to stand in history --accuracy beside what comes",
        conflicts: ["catalog", "serverVersion"],
      },
      { flags: "--allow-out-of-order", description: "do not hold the order of pending migrations for a problem" },
    ],
    load: () => import("./commands/estimate.ts"),
  },
  lint: {
    summary: "find what would block, break or fail before it runs",
    arguments: [{ name: "[files...]", description: "files, folders and patterns (default: the migrations)" }],
    options: [
      { flags: "--schema <file...>", description: "SQL files, or a catalog as JSON: what is there before" },
      { flags: "--server-version <version>", description: "PostgreSQL that is judged for, such as 16 (default: 18)" },
      { flags: "--wrapped", description: "the tool that runs the files opens a transaction around each" },
      { flags: "--no-cache", description: "judge files again that have not changed since they were judged last" },
      { flags: "--since <revision>", description: "report only files that differ from this git revision" },
      {
        flags: "--format <format>",
        description: "how findings are printed (default: text)",
        choices: ["text", "json", "sarif", "github", "gitlab", "junit"],
      },
      { flags: "--rule <id=severity...>", description: "another severity for a rule: error, warning, info or off" },
      { flags: "--severity <level>", description: "leave out what is milder", choices: ["info", "warning", "error"] },
      {
        flags: "--fail-on <level>",
        description: "mildest finding that makes the exit code 1 (default: error)",
        choices: ["info", "warning", "error"],
      },
    ],
    load: () => import("./commands/lint.ts"),
  },
  effects: {
    summary: "show what each statement locks, blocks, reads and rewrites",
    arguments: [{ name: "<files...>", description: "files, folders and patterns, one after the other" }],
    options: [
      { flags: "--schema <file...>", description: "SQL files, or a catalog as JSON: what is there before" },
      { flags: "--server-version <version>", description: "PostgreSQL that is judged for, such as 16 (default: 18)" },
    ],
    load: () => import("./commands/effects.ts"),
  },
  trace: {
    summary: "run a migration on a scratch database: what it does, and what was predicted",
    arguments: [{ name: "<file>", description: "an SQL file, or the file or id of a migration" }],
    options: [
      { flags: "--schema <file...>", description: "SQL that makes what is there before (default: earlier migrations)" },
      ...SCRATCH_OPTIONS,
      {
        flags: "--scratch-on-target",
        description: "a scratch database beside the database, on its own server, where its role may create one",
      },
      { flags: "--server-version <version>", description: "embedded PostgreSQL to run on (default: the database's)" },
      { flags: "--as-written", description: "run the statements as they are written, not their online forms" },
      { flags: "--timeout <duration>", description: "longest that a statement may last (default: 1m)" },
    ],
    load: () => import("./commands/trace.ts"),
  },
  release: {
    summary: "back up, rehearse, ask the gates, run and verify, as far as all of it holds",
    options: [
      { flags: "--to <id>", description: "stop after this migration" },
      { flags: "--dry-run", description: "show what would be done and what stands already, and do nothing" },
      {
        flags: "--without <stage...>",
        description: "leave this to others, whose evidence the gates may still want",
        choices: ["backup", "rehearsal"],
      },
      {
        flags: "--clone",
        description: "rehearse in a clone on the database's own server, which takes that nobody is connected",
      },
      ...OVERRIDE_OPTIONS,
      YES,
      ...LOCK_OPTIONS,
    ],
    load: () => import("./commands/release.ts"),
  },
  rehearse: {
    summary: "run what is pending in a copy: what it takes, and what would go wrong",
    options: [
      { flags: "--to <id>", description: "up to this migration" },
      {
        flags: "--backup <id>",
        description: "restore this backup (default: the newest that is verified)",
        conflicts: ["clone", "on", "ci"],
      },
      { flags: "--folder <path>", description: "of the backups (default: `backup.folder`, or backups)" },
      {
        flags: "--clone",
        description: "clone the database on its own server, which takes that nobody else is connected to it",
        conflicts: ["on", "ci"],
      },
      {
        flags: "--on <url>",
        description: "a copy that you prepared; it is not what it was afterwards",
        conflicts: ["ci"],
      },
      { flags: "--disposable", description: "with --on: that database may be thrown away" },
      { flags: "--ci", description: "an embedded server with a schema and seeds; no database is needed" },
      {
        flags: "--schema <state...>",
        description:
          "with --ci: SQL files, cmd:COMMAND or a stored catalog (default: what the migrations up to --after make)",
      },
      { flags: "--seed <file...>", description: "with --ci: SQL files with rows, run in this order" },
      {
        flags: "--after <id>",
        description:
          "with --ci: the last migration that is there already (default: with --schema none, else the last but one)",
      },
      { flags: "--server-version <version>", description: "with --ci: embedded PostgreSQL to run on, such as 16" },
      { flags: "--scratch <url>", description: "server to restore a backup into (default: an embedded one)" },
      {
        flags: "--load <file...>",
        description: "scripts of queries that are replayed meanwhile; see docs/rehearsal.md",
      },
      { flags: "--no-undo", description: "do not try the way back, and run nothing again" },
      { flags: "--output <file>", description: "write the report as JSON to a file as well" },
      { flags: "--markdown <file>", description: "write the report as Markdown" },
      { flags: "--html <file>", description: "write the report as one file of HTML with charts" },
      {
        flags: "--timeout <duration>",
        description: "longest that a check or a statement of the schema may last (default: 10m)",
      },
      { flags: "--status", description: "run nothing: say whether the newest rehearsal is of what would run now" },
    ],
    load: () => import("./commands/rehearse.ts"),
  },
  gates: {
    summary: "show whether a run may start: each gate, and what makes it hold",
    arguments: [{ name: "[ids...]", description: "as of contract" }],
    options: [...FLIGHT_OPTIONS, ...OVERRIDE_OPTIONS],
    load: () => import("./commands/gates.ts"),
  },
  approve: {
    summary: "say that what would run now may run, as the role that is logged in",
    arguments: [{ name: "[ids...]", description: "as of contract" }],
    options: [
      { flags: "--plan <digest>", description: "only if the plan is still this one, as `lockkeeper gates` shows it" },
      { flags: "--withdraw", description: "take the approval back" },
      { flags: "--because <text>", description: "why; kept in the audit" },
      ...FLIGHT_OPTIONS,
    ],
    load: () => import("./commands/approve.ts"),
  },
  status: {
    summary: "show where every migration stands",
    options: [
      { flags: "--exit-code", description: "exit with 5 when history and files disagree" },
      { flags: "--allow-out-of-order", description: "do not hold the order of pending migrations for a problem" },
    ],
    load: () => import("./commands/status.ts"),
  },
  history: {
    summary: "show what was run here, newest first",
    arguments: [{ name: "[id]", description: "only runs of this migration" }],
    options: [
      { flags: "--limit <n>", description: "how many runs at most (default: 20)", isCount: true },
      { flags: "--accuracy", description: "what had been expected of each step, beside what it took" },
    ],
    load: () => import("./commands/history.ts"),
  },
  watch: {
    summary: "follow the runner at work until it ends",
    options: [
      { flags: "--wait <duration>", description: "wait this long for a runner to begin (default: not at all)" },
    ],
    load: () => import("./commands/watch.ts"),
  },
  pause: {
    summary: "ask the runner at work to pause after its step, or its batch",
    options: [REASON],
    load: () => import("./commands/pause.ts"),
  },
  throttle: {
    summary: "change how gently the run at work goes over rows, or show it",
    options: [
      { flags: "--workers <n>", description: "how many batches are at work at the same time", isCount: true },
      { flags: "--batch <duration>", description: "how long a batch should take" },
      {
        flags: "--ratio <number>",
        description: "rest behind each batch, as a multiple of the time that it took; 1 halves the pace",
      },
      {
        flags: "--off",
        description: "as the runner's configuration says",
        conflicts: ["workers", "batch", "ratio"],
      },
      REASON,
    ],
    load: () => import("./commands/throttle.ts"),
  },
  abort: {
    summary: "ask the runner at work to cancel its statement and stop",
    options: [REASON],
    load: () => import("./commands/abort.ts"),
  },
  wait: {
    summary: "wait until a migration is in force",
    options: [
      { flags: "--for <id>", description: "the migration", required: true },
      { flags: "--timeout <duration>", description: "how long (default: 5m)" },
    ],
    load: () => import("./commands/wait.ts"),
  },
  repair: {
    summary: "mend the record of one migration on purpose",
    arguments: [{ name: "<id>", description: "the migration" }],
    options: [
      { ...REASON, required: true },
      {
        flags: "--step <n>",
        description: "the step of which nothing tells whether it took effect; with --as",
        isCount: true,
      },
      {
        flags: "--as <state>",
        description: "done if it took effect, pending if it did not; with --step",
        choices: ["done", "pending"],
      },
    ],
    load: () => import("./commands/repair.ts"),
  },
  baseline: {
    summary: "record migrations as in force without running them",
    options: [
      { flags: "--to <id>", description: "the last one that is in the database already", required: true },
      REASON,
    ],
    load: () => import("./commands/baseline.ts"),
  },
  adopt: {
    summary: "take over the history of another migration tool",
    options: [
      { flags: "--from <tool>", description: "whose history it is (default: the one that is found)", choices: TOOLS },
      { flags: "--schema <name>", description: "look for its history table in this schema only" },
      { flags: "--table <name>", description: "its history table, where it has another name than usual" },
      { flags: "--dry-run", description: "only look, and report what stands against it" },
      REASON,
    ],
    load: () => import("./commands/adopt.ts"),
  },
  drift: {
    summary: "show what was changed in the schema since the last run, by others",
    options: [
      { flags: "--rebuild", description: "compare with what the migrations make in a scratch database" },
      {
        flags: "--accept <name>",
        description: "write the migration that makes other databases so, and record it as in force here",
        conflicts: ["restore"],
      },
      { flags: "--restore <name>", description: "write the migration that takes back what was changed" },
      {
        flags: "--ignore <pattern...>",
        description:
          "leave out schemas and objects, such as audit and 'public.tmp_*'; beside those of the configuration",
      },
      ...SCRATCH_OPTIONS,
      REASON,
    ],
    load: () => import("./commands/drift.ts"),
  },
  verify: {
    summary: "check that the database is sound, by rules of your own too",
    options: [
      { flags: "--quick", description: "read catalogs only, no table", conflicts: ["full"] },
      {
        flags: "--full",
        description: "read whole tables as well: orphans, violated constraints, doubles, damaged indexes",
      },
      { flags: "--schema", description: "leave out what is about rows", conflicts: ["data"] },
      { flags: "--data", description: "only what is about rows: data, references, sequences, rules of your own" },
      {
        flags: "--only <check...>",
        description: "these checks and no others; with --against, these tables",
        conflicts: ["quick", "full", "schema", "data", "phase"],
      },
      {
        flags: "--against <url>",
        description: "compare the rows of all tables with those of another database, and check nothing else",
        conflicts: ["quick", "full", "schema", "data", "phase"],
      },
      {
        flags: "--map <mapping...>",
        description:
          "what is called otherwise there: orders=orders_v2, orders.total=amount, orders.total='cents / 100.0'",
      },
      {
        flags: "--snapshot <file>",
        description: "write what the rows come to, to compare with later, and check nothing else",
        conflicts: ["against", "before", "quick", "full", "schema", "data", "phase", "only"],
      },
      {
        flags: "--before <file>",
        description: "what has become of the rows since a snapshot, beside what migrations say that they change",
        conflicts: ["against", "quick", "full", "schema", "data", "phase", "only"],
      },
      { flags: "--key <column...>", description: "columns by which rows are known (default: the primary key)" },
      { flags: "--ignore-column <column...>", description: "leave out columns: updated_at, orders.updated_at" },
      { flags: "--where <condition>", description: "compare rows for which this SQL holds on both sides" },
      { flags: "--jobs <n>", description: "tables that are compared at a time (default: 2)", isCount: true },
      { flags: "--rows <n>", description: "most rows that a finding shows (default: 10)", isCount: true },
      {
        flags: "--phase <phase>",
        description: "leave out checks that are for the other one",
        choices: ["pre", "post"],
      },
      {
        flags: "--fail-on <severity>",
        description: "least severity that makes the exit code 1 (default: error)",
        choices: ["critical", "error", "warning", "info"],
      },
      { flags: "--format <format>", description: "of the report (default: text)", choices: ["text", "json", "junit"] },
      { flags: "--output <file>", description: "write the report as JSON to a file as well" },
    ],
    load: () => import("./commands/verify.ts"),
  },
  stairway: {
    summary: "take every migration up, down and up again in a scratch database",
    options: [
      {
        flags: "--from <schema>",
        description: "begin with the schema of a database (postgres://…) or of a catalog file, not with none",
      },
      {
        flags: "--after <id>",
        description: "the last migration that the schema given holds (default: the database's)",
      },
      ...SCRATCH_OPTIONS,
      { flags: "--server-version <version>", description: "embedded PostgreSQL to run on, such as 16" },
    ],
    load: () => import("./commands/stairway.ts"),
  },
  squash: {
    summary: "replace applied migrations by one file that makes the same",
    options: [
      { flags: "--to <id>", description: "the last migration that it stands for", required: true },
      { flags: "--name <name>", description: "of the new file, behind the number of the last (default: squashed)" },
      ...SCRATCH_OPTIONS,
      { flags: "--server-version <version>", description: "embedded PostgreSQL to prove it on, such as 16" },
    ],
    load: () => import("./commands/squash.ts"),
  },
  backup: {
    summary: "take a backup, restore it to see that it holds, list and prune backups",
    arguments: [
      { name: "[action]", description: "take (the default), verify, restore, list or prune" },
      {
        name: "[id]",
        description: "the backup to verify (default: the newest) or restore (default: the newest that was verified)",
      },
    ],
    options: [
      { flags: "--verify", description: "take one and verify it" },
      { flags: "--folder <folder>", description: "the folder of the backups (default: ./backups)" },
      {
        flags: "--provider <provider>",
        description: "who makes it (default: pg_dump)",
        choices: ["pg_dump", "pg_basebackup", "pgbackrest", "command"],
      },
      { flags: "--jobs <n>", description: "tables that are copied at the same time (default: 4)", isCount: true },
      { flags: "--scratch <url>", description: "server to restore into when verifying (default: an embedded one)" },
      { flags: "--into <url>", description: "restore: the new database, which must not be there yet" },
      { flags: "--keep <n>", description: "prune: keep the newest so many", isCount: true },
      { flags: "--keep-for <age>", description: "prune: keep what is younger, such as 30d" },
      { flags: "--dry-run", description: "prune: show what would go, and remove nothing" },
      { flags: "--yes", description: "prune: confirm the removal" },
    ],
    load: () => import("./commands/backup.ts"),
  },
  doctor: {
    summary: "look for what would stand in the way of a migration",
    load: () => import("./commands/doctor.ts"),
  },
  catalog: {
    summary: "print the database's schema, or that of SQL files, as JSON or its fingerprint",
    arguments: [{ name: "[files...]", description: "SQL that makes a schema, instead of the database's" }],
    options: [
      { flags: "--schema <pattern...>", description: "only these schemas; * and ? are wildcards" },
      { flags: "--exclude-schema <pattern...>", description: "all but these schemas" },
      { flags: "--facts", description: "with sizes, statistics and times of the relations" },
      { flags: "--extensions", description: "with what belongs to extensions" },
      { flags: "--fingerprint", description: "only the fingerprint of the schema" },
      ...SCRATCH_OPTIONS,
      { flags: "--server-version <version>", description: "embedded PostgreSQL to load the files into, such as 16" },
    ],
    load: () => import("./commands/catalog.ts"),
  },
  diff: {
    summary: "print the DDL that leads from one schema to another",
    options: [
      ...STATES_OPTIONS,
      { flags: "--exit-code", description: "exit with 5 when there is a difference" },
      { flags: "--strict", description: "exit with 1 when something differs that no statement of ours changes" },
      { flags: "--column-order", description: "columns in another order are a difference" },
    ],
    load: () => import("./commands/diff.ts"),
  },
  types: {
    summary: "write TypeScript types of tables, views, enums and functions",
    options: [
      {
        flags: "--from <source...>",
        description: "a schema instead of the database's: SQL files, a catalog as JSON, cmd:COMMAND, migrations, a URL",
      },
      { flags: "--out <file>", description: "the file, written when it changes (default: standard output)" },
      { flags: "--check", description: "exit with 5 when the file is not as it would be written; write nothing" },
      { flags: "--kysely", description: "with the Database interface of Kysely" },
      ...SCRATCH_OPTIONS,
      { flags: "--server-version <version>", description: "embedded PostgreSQL to load --from into, such as 16" },
    ],
    load: () => import("./commands/types.ts"),
  },
  new: {
    summary: "create a migration file",
    arguments: [
      { name: "<name>", description: "what it does, such as add_orders_note; the file gets the next number" },
    ],
    options: [
      { flags: "--ts", description: "a TypeScript migration" },
      { flags: "--down", description: "a file for the way back too", conflicts: ["ts"] },
      {
        flags: "--from-schema",
        description: "write what leads to the schema that is wanted, and the way back, once both are proven",
        conflicts: ["ts", "down"],
      },
      ...STATES_OPTIONS.map((option) =>
        option.flags.startsWith("--from ")
          ? {
              ...option,
              description: "with --from-schema: the schema as it is (default: what the migrations leave behind)",
            }
          : option,
      ),
    ],
    load: () => import("./commands/new.ts"),
  },
  demo: {
    summary: "migrate a database under load before your eyes, on a throw-away server",
    options: [
      { flags: "--rows <n>", description: "rows of the largest table (default: 200000)", isCount: true },
      { flags: "--major <n>", description: "PostgreSQL version (default: the newest installed)", isCount: true },
    ],
    load: () => import("./commands/demo.ts"),
  },
  errors: {
    summary: "explain an error code",
    arguments: [{ name: "[code]", description: "the code; all of them when absent" }],
    load: () => import("./commands/errors.ts"),
  },
} as const satisfies Record<string, CommandSpec>;

export type CommandName = keyof typeof COMMANDS;
