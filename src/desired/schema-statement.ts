import { setImmediate } from "node:timers/promises";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { settingChange } from "../plan/settings.ts";
import { type NodeOf, type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { SourceMap } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";
import type { SchemaSource } from "./schema-source.ts";

/** A statement of a schema, in its file. */
export interface SchemaStatement {
  readonly file: string;
  readonly source: SqlStatement;
  readonly map: SourceMap;
  readonly parsed: ParsedStatement;
  /** The settings that its file has made before it. */
  readonly settings: readonly Setting[];
}

/** A `SET` or `set_config` of a file. */
export interface Setting {
  readonly sql: string;
  readonly file: string;
  readonly line: number;
  /** By `SET`, of the parameter of that name. */
  readonly name?: string;
}

/** Commands of psql that change nothing in the database: what pg_dump writes, and what scripts for psql begin with. */
const WITHOUT_EFFECT =
  /^\\(?:restrict|unrestrict|connect|c|echo|encoding|pset|timing|set\s+(?:ON_ERROR_STOP|QUIET|VERBOSITY))(?:\s|$)/;

/** Statements that are parsed at a stretch: some ms. */
const STRETCH = 200;

/**
 * The statements of a file in their order, without those that only open and close transactions, and without what a
 * ROLLBACK takes back. Now and then it lets others work: whoever waits for a server meanwhile hears from it.
 *
 * @throws LockkeeperError `sql_syntax`; `sql_meta_command` for a command of psql that does more than show something
 */
export async function statementsOf({
  file,
  text: piece,
  firstLine = 1,
}: SchemaSource): Promise<readonly SchemaStatement[]> {
  const text = firstLine > 1 ? "\n".repeat(firstLine - 1) + piece : piece;
  const { statements, metaCommands } = splitSql(text, file);
  const command = metaCommands.find(({ text: written }) => !WITHOUT_EFFECT.test(written.trim()));
  if (command !== undefined) {
    throw new LockkeeperError("sql_meta_command", {
      message: `${file}:${command.line}: ${command.text.trim()} is a command of psql, which the server does not know.`,
      at: { file, line: command.line, column: command.column, excerpt: command.text },
      notDone: "The schema was not loaded.",
    });
  }
  const map = new SourceMap(text);
  let so: SoFar = { statements: [], settings: [] };
  let marks: readonly Mark[] = [];
  for (const [place, source] of statements.entries()) {
    if (place % STRETCH === 0) await setImmediate();
    const parsed = parseStatement(source, file, text);
    if (parsed.tag === "TransactionStmt") {
      ({ so, marks } = afterTransactionStatement(parsed.node, so, marks));
    } else if (settingChange(parsed, source.text) !== undefined) {
      so = { ...so, settings: [...so.settings, settingOf(source, parsed, file)] };
    } else {
      so.statements.push({ file, source, map, parsed, settings: so.settings });
    }
  }
  return so.statements;
}

interface SoFar {
  readonly statements: SchemaStatement[];
  readonly settings: readonly Setting[];
}

/** Where a transaction, or a savepoint within it, began. */
interface Mark {
  readonly savepoint?: string;
  readonly count: number;
  readonly settings: readonly Setting[];
}

/** What is left of what came before, and where the transaction that is open then began. */
function afterTransactionStatement(
  { kind, savepoint_name: name, chain }: NodeOf<"TransactionStmt">,
  so: SoFar,
  marks: readonly Mark[],
): { readonly so: SoFar; readonly marks: readonly Mark[] } {
  const markOf = ({ statements, settings }: SoFar): Mark => ({ count: statements.length, settings });
  const backTo = (mark: Mark | undefined): SoFar =>
    mark === undefined ? so : { statements: so.statements.slice(0, mark.count), settings: mark.settings };
  const ended = (left: SoFar) => ({ so: left, marks: chain === true && marks.length > 0 ? [markOf(left)] : [] });
  const at = marks.findLastIndex(({ savepoint }) => savepoint !== undefined && savepoint === name);
  switch (kind) {
    case "TRANS_STMT_BEGIN":
    case "TRANS_STMT_START":
      return { so, marks: marks.length > 0 ? marks : [markOf(so)] };
    case "TRANS_STMT_SAVEPOINT":
      return { so, marks: name === undefined ? marks : [...marks, { ...markOf(so), savepoint: name }] };
    case "TRANS_STMT_RELEASE":
      return { so, marks: at === -1 ? marks : marks.slice(0, at) };
    case "TRANS_STMT_ROLLBACK_TO":
      return at === -1 ? { so, marks } : { so: backTo(marks[at]), marks: marks.slice(0, at + 1) };
    case "TRANS_STMT_ROLLBACK":
      return ended(backTo(marks[0]));
    default:
      return ended(so);
  }
}

/** Each statement is committed on its own, so that what is to hold until a COMMIT holds for the rest of the file. */
function settingOf({ text, line }: SqlStatement, { tag, node }: ParsedStatement, file: string): Setting {
  return {
    sql: text.replace(/^SET\s+LOCAL\s/i, "SET "),
    file,
    line,
    ...(tag === "VariableSetStmt" && node.name !== undefined ? { name: node.name } : {}),
  };
}
