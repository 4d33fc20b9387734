import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { applyStatement } from "../../catalog/state/apply-statement.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import { filesOf } from "../../desired/sql-files.ts";
import { effectsOf } from "../../effects/effects-of.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { connect } from "../../postgres/session.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { urlToRead } from "../../run/target.ts";
import { decodeUtf8 } from "../../sql/normalize-text.ts";
import { loadParser, parseStatement } from "../../sql/parse-statement.ts";
import { quoteQualified } from "../../sql/quote.ts";
import { splitSql } from "../../sql/split-sql.ts";
import type { SqlStatement } from "../../sql/statement.ts";
import { type CommandContext, type CommandResult, commandResult } from "../command.ts";
import { versionNumber } from "../lint-policy.ts";
import { stateOfSchema } from "../lint-schema.ts";
import { type EffectsReport, effectsText, type StatementReport } from "../renderers/effects-text.ts";

export interface EffectsFlags {
  readonly database?: string;
  readonly schema?: readonly string[];
  readonly serverVersion?: string;
}

const NEWEST_MAJOR = "18";
const UNREADABLE = 2;

/** Each statement is judged against what those before it leave behind, those of the files before among them. */
export async function run(
  context: CommandContext,
  args: readonly string[],
  flags: EffectsFlags,
): Promise<CommandResult> {
  await loadParser();
  const files = filesOf(args, context.cwd);
  const state = await startingState(context, flags);
  const statements = files.flatMap((file) => reportsOf(file, context.cwd, state));
  const data: EffectsReport = { serverVersion: state.version, statements };
  const isReadable = statements.every(({ error }) => error === undefined);
  return commandResult(data, effectsText, {
    exitCode: isReadable ? 0 : UNREADABLE,
    log: { files: files.length, statements: statements.length },
  });
}

/** A database and a schema know everything that is there; without either only what the statements say is known. */
async function startingState(context: CommandContext, flags: EffectsFlags): Promise<CatalogState> {
  if (flags.database !== undefined) {
    const url = urlToRead(await context.config());
    return await namingFailures(async () => {
      await using session = await connect(url, { applicationName: "lockkeeper effects" });
      return CatalogState.of(await readCatalog(session.query, { facts: true }));
    });
  }
  const version = versionNumber(flags.serverVersion ?? NEWEST_MAJOR);
  return flags.schema === undefined
    ? CatalogState.unknown(version)
    : stateOfSchema(filesOf(flags.schema, context.cwd), context.cwd, version);
}

/** One statement that cannot be read does not hide the others. */
/** What cannot be taken apart at all is reported like a statement that cannot be read: it hides no other file. */
function reportsOf(file: string, cwd: string, state: CatalogState): readonly StatementReport[] {
  try {
    const text = decodeUtf8(readFileSync(resolve(cwd, file)), file);
    return splitSql(text, file).statements.map((statement) => report(statement, file, text, state));
  } catch (error) {
    if (!(error instanceof LockkeeperError)) throw error;
    const { line = 1, column = 1 } = error.at ?? {};
    return [{ file, line, column, statement: "", transaction: null, effects: [], unchecked: [], error: error.message }];
  }
}

function report(statement: SqlStatement, file: string, source: string, state: CatalogState): StatementReport {
  const { line, column, text } = statement;
  const place = { file, line, column, statement: text };
  try {
    const parsed = parseStatement(statement, file, source);
    const { transaction, effects, unchecked } = effectsOf(parsed, state);
    const { unfollowed } = applyStatement(state, parsed);
    return {
      ...place,
      transaction,
      effects: effects.map(({ relation, on, seconds, rows, bytes, ...effect }) => ({
        relation: quoteQualified(relation),
        ...effect,
        ...(on === undefined ? {} : { on: quoteQualified(on) }),
        rows: rows ?? null,
        bytes: bytes ?? null,
        seconds: seconds ?? null,
      })),
      unchecked: [...unchecked, ...unfollowed],
    };
  } catch (error) {
    if (!(error instanceof LockkeeperError) || error.code !== "sql_syntax") {
      throw error;
    }
    return { ...place, transaction: null, effects: [], unchecked: [], error: error.message };
  }
}
