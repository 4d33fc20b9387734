import type { Node } from "libpg-query";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { type ParsedStatement, parseStatement } from "../../sql/parse-statement.ts";
import { placeOfWayBack, withoutPlace } from "../place-of-way-back.ts";
import type { Irreversible } from "../undo-plan.ts";

/** A statement without a way back, and what its author can do. */
export interface WayOut extends Irreversible {
  readonly action: string;
}

/** What can be done about each of them. */
export const waysOut = (migration: Migration | undefined, statements: readonly Irreversible[]): readonly WayOut[] =>
  statements.map((statement) => ({
    ...statement,
    action: `${actionFor(statement.sql)} ${placeFor(migration)}`.trim(),
  }));

const ROWS =
  "Where the rows may stay as they are, the way back is one without them; else write what brings them back, from a copy that the migration makes first where nothing else tells them.";
const DROPPED =
  "With rows in it, `up` keeps it until `lockkeeper contract` (unless `drops` is `direct`), and `down` brings it back. For later, write a way back that makes it anew, without what was in it.";

/** By what the statement does: the reason beside it says what of it. */
const ACTIONS: Readonly<Record<string, string>> = {
  InsertStmt: "Delete in the way back what was inserted, by its keys; where it may stay, leave it out.",
  UpdateStmt: ROWS,
  DeleteStmt: ROWS,
  MergeStmt: ROWS,
  TruncateStmt: ROWS,
  CopyStmt: ROWS,
  DoStmt: "Write what takes back what the code does.",
  CallStmt: "Write what takes back what the code does.",
  AlterEnumStmt:
    "A value that nobody uses does no harm: leave it out of the way back, and say `ADD VALUE IF NOT EXISTS` here. To be rid of it, make the type anew there.",
};

const OTHERWISE = "Write the way back.";

function actionFor(sql: string): string {
  const parsed = parsedOrNot(sql);
  if (parsed === undefined) return OTHERWISE;
  const { tag, node } = parsed;
  if (tag === "DropStmt" && node.removeType === "OBJECT_TABLE") return DROPPED;
  if (tag === "DropStmt") return "Write its definition, as it was, into the way back.";
  if (tag === "AlterTableStmt") return actionForTable(node.cmds ?? []);
  return ACTIONS[tag] ?? OTHERWISE;
}

/** Undefined for what is no SQL but the title of a script. */
function parsedOrNot(sql: string): ParsedStatement | undefined {
  try {
    return parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, "<statement>");
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === "sql_syntax") return undefined;
    throw error;
  }
}

function actionForTable(commands: readonly Node[]): string {
  const types = commands.map((one) => ("AlterTableCmd" in one ? one.AlterTableCmd.subtype : undefined));
  if (types.includes("AT_DropColumn")) return DROPPED;
  if (types.includes("AT_AlterColumnType")) {
    return "Write a way back with USING, which says what each value becomes there.";
  }
  return OTHERWISE;
}

function placeFor(migration: Migration | undefined): string {
  if (migration === undefined) return "";
  const place = placeOfWayBack(migration);
  return place === undefined ? withoutPlace(migration) : `Its place is ${place}.`;
}
