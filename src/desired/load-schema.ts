import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { settingChange } from "../plan/settings.ts";
import { BatchError } from "../postgres/batch.ts";
import { databaseError } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { offsetOfPosition, SourceMap } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { reachOf, rolesNamed } from "./reach.ts";
import type { LeftOut, SchemaSource } from "./schema-source.ts";
import { type TimeLimit, withinTime } from "./time-limit.ts";

export interface LoadOptions {
  /** The server is ours alone and goes away: what the schema says of roles may be done, and roles that are missing be made. */
  readonly ownServer: boolean;
  readonly limit: TimeLimit;
}

interface Pending {
  readonly file: string;
  readonly source: SqlStatement;
  readonly map: SourceMap;
  /** The settings that its file has made before it. */
  readonly settings: readonly string[];
}

/** What is missing may come with a later statement. */
const MISSING: ReadonlySet<string> = new Set([
  "3F000", // invalid_schema_name
  "42703", // undefined_column
  "42704", // undefined_object
  "42830", // invalid_foreign_key: the unique constraint is not there yet
  "42883", // undefined_function
  "42P01", // undefined_table
]);

/** psql's own brackets around what pg_dump writes. */
const DUMP_BRACKETS = /^\\(un)?restrict\b/;

/**
 * Runs the statements of a schema in a database, each committed on its own and each file with settings of its own. Those
 * that fail for an object that is not there are tried again after the others, for as long as that brings anything.
 *
 * @param session of the scratch database; its settings are the server's again afterwards
 * @returns what was left out because it would be felt outside of the database
 * @throws LockkeeperError `schema_invalid` for what cannot be loaded, at its place; `sql_syntax`, `sql_meta_command`,
 *   `interrupted`, and the driver's error when the connection is lost
 */
export async function loadSchema(
  session: Session,
  sources: readonly SchemaSource[],
  { ownServer, limit }: LoadOptions,
): Promise<readonly LeftOut[]> {
  const leftOut: LeftOut[] = [];
  const pending: Pending[] = [];
  const parsed: ParsedStatement[] = [];
  for (const source of sources) {
    let settings: readonly string[] = [];
    for (const { statement, ...one } of statementsOf(source)) {
      parsed.push(statement);
      const reach = reachOf(statement);
      if (reach === "elsewhere" || (reach === "server" && !ownServer)) {
        leftOut.push({ file: source.file, line: one.source.line, reason: "reaches beyond its database" });
      } else if (settingChange(statement, one.source.text) !== undefined) {
        settings = [...settings, one.source.text.replace(/^SET\s+LOCAL\s/i, "SET ")];
      } else if (statement.tag !== "TransactionStmt") {
        pending.push({ ...one, settings });
      }
    }
  }
  if (ownServer) await makeRoles(session, parsed);
  await runAll(session, pending, limit);
  await session.query("RESET ALL");
  return leftOut;
}

function statementsOf({ file, text: piece, firstLine = 1 }: SchemaSource) {
  const text = firstLine > 1 ? "\n".repeat(firstLine - 1) + piece : piece;
  const { statements, metaCommands } = splitSql(text, file);
  const command = metaCommands.find(({ text: written }) => !DUMP_BRACKETS.test(written.trim()));
  if (command !== undefined) {
    throw new LockkeeperError("sql_meta_command", {
      message: `${file}:${command.line}: ${command.text.trim()} is a command of psql, which the server does not know.`,
      at: { file, line: command.line, column: command.column, excerpt: command.text },
      notDone: "The schema was not loaded.",
    });
  }
  const map = new SourceMap(text);
  return statements.map((source) => ({ file, source, map, statement: parseStatement(source, file, text) }));
}

/** A schema rarely makes the roles that it names. */
async function makeRoles(session: Session, statements: readonly ParsedStatement[]): Promise<void> {
  const made = new Set(statements.map(({ tag, node }) => (tag === "CreateRoleStmt" ? node.role : undefined)));
  const there = new Set(
    (await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles")).map(({ name }) => name),
  );
  for (const role of rolesNamed(statements)) {
    if (!made.has(role) && !there.has(role)) await session.query(`CREATE ROLE ${quoteIdentifier(role)}`);
  }
}

async function runAll(session: Session, all: readonly Pending[], limit: TimeLimit): Promise<void> {
  let now: readonly string[] | undefined;
  let pending = all;
  while (pending.length > 0) {
    const failed: { readonly one: Pending; readonly error: unknown }[] = [];
    for (const one of pending) {
      try {
        if (now !== one.settings) {
          now = undefined;
          for (const sql of ["RESET ALL", ...one.settings]) await session.query(sql);
          now = one.settings;
        }
        await runOne(session, one, limit);
      } catch (error) {
        if (!MISSING.has(databaseError(error)?.code ?? "")) throw notLoadable(one, error);
        failed.push({ one, error });
      }
    }
    const [first] = failed;
    if (first !== undefined && failed.length === pending.length) throw notLoadable(first.one, first.error);
    pending = failed.map(({ one }) => one);
  }
}

async function runOne(session: Session, { file, source }: Pending, limit: TimeLimit): Promise<void> {
  const { text: sql, copyData } = source;
  const run = () => (copyData === undefined ? session.query(sql) : session.batch([{ sql, copyData }]));
  const outcome = await withinTime<unknown>(limit, session, run);
  if ("tooLong" in outcome) {
    throw new LockkeeperError("wait_timeout", {
      message: `${file}:${source.line}: the statement did not end within ${limit.timeoutMs / 1000} s.`,
      at: { file, line: source.line, column: source.column },
      notDone: "The schema was not loaded.",
      action: "Give it longer with --timeout, or take it out of the schema.",
    });
  }
}

/** Says where a statement stands, and why the server refused it. What is no word of the server's stays as it is. */
function notLoadable({ file, source, map }: Pending, error: unknown): unknown {
  const refusal = databaseError(error);
  if (refusal === undefined) return error;
  const within = error instanceof BatchError || refusal.position === undefined ? 1 : Number(refusal.position);
  const at = map.place(file, source.start + offsetOfPosition(source.text, within));
  const isMissingExtension = refusal.code === "0A000" && /^extension .* is not available/.test(refusal.message);
  return new LockkeeperError("schema_invalid", {
    message: `${file}:${at.line}: ${refusal.message}${refusal.detail === undefined ? "" : ` (${refusal.detail})`}`,
    at,
    notDone: "The schema was not loaded.",
    ...(isMissingExtension ? { action: "Name a server that has the extension with --scratch URL." } : {}),
    data: refusal.code === undefined ? {} : { sqlstate: refusal.code },
    cause: error,
  });
}
