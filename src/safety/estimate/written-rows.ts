import type { ColumnFacts } from "../../catalog/model/facts.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { SweepSpec } from "../../online/sweep-spec.ts";
import type { PlannedStatement } from "../../plan/plan.ts";
import { applyText } from "./apply-text.ts";
import { NOTHING, together, type Worked } from "./cost.ts";
import { insertCost, insertedToast } from "./row-cost.ts";
import type { ServerProfile } from "./server-profile.ts";
import { rowWorkCost } from "./sweep-cost.ts";
import { called, filledColumns, setSize, type TableSize, tableSize } from "./table-size.ts";

/** Statements that write rows, by the names of their nodes. */
const WRITES: ReadonlySet<string> = new Set(["UpdateStmt", "DeleteStmt", "InsertStmt", "CopyStmt"]);
/** What they do is known when they have run. */
const OPAQUE: ReadonlySet<string> = new Set([
  "DoStmt",
  "CallStmt",
  "MergeStmt",
  "CreateTableAsStmt",
  "RefreshMatViewStmt",
]);

export const writesRows = ({ tag }: PlannedStatement): boolean => WRITES.has(tag) || OPAQUE.has(tag);

/** A block that the planner wrote looks at catalogs alone. */
const isOurs = (sql: string): boolean => sql.includes("$lockkeeper$");

/** What a statement comes to that writes rows, in one go; the state is the one behind it afterwards. */
export function writtenRowsCost(statement: PlannedStatement, state: CatalogState, server: ServerProfile): Worked {
  const { sql, tag, effects = [], copyData } = statement;
  const target = effects.find(({ role }) => role === "target")?.relation;
  if (OPAQUE.has(tag) || target === undefined) {
    applyText(state, sql);
    return {
      cost: NOTHING,
      works: [],
      unknown: isOurs(sql) ? [] : [`what ${sql.slice(0, 40).replace(/\s+/g, " ")}… writes`],
    };
  }
  if (tag === "UpdateStmt" || tag === "DeleteStmt") {
    const worked = rowWorkCost({ sweep: wholeSweep(statement, target), sql, inBatches: false }, state, server);
    applyText(state, sql);
    return worked;
  }
  const before = tableSize(state, target);
  const rows = copyData === undefined ? (server.rowsOf.get(sql) ?? valuesIn(sql)) : copyData.split("\n").length - 1;
  applyText(state, sql);
  const source = effects
    .filter(({ role }) => role === "source")
    .flatMap(({ relation }) => tableSize(state, relation) ?? [])
    .toSorted((one, other) => other.rows - one.rows)[0];
  if (before === undefined || rows === undefined) {
    return { cost: NOTHING, works: [], unknown: [`how many rows go into ${called(target)}`] };
  }
  if (source !== undefined) setSize(state, target, { columns: likeThose(source, before) });
  const size = tableSize(state, target) ?? before;
  const { cost: own, heapGrowth, indexes } = insertCost(size, { rows }, state, server);
  const toast = source === undefined || source.rows === 0 ? 0 : (source.toast * rows) / source.rows;
  setSize(state, target, {
    ...{ rows: before.rows + rows, heapBytes: before.heap + heapGrowth, indexes },
    toastBytes: before.toast + toast,
  });
  const works = [{ kind: "insert" as const, relation: called(target), rows, bytes: before.heap + before.toast }];
  return { cost: together([own, insertedToast(toast)]), works, unknown: [] };
}

/** Rows that come from a table are like those there, in columns of the same name of which nothing else is known. */
const likeThose = ({ facts }: TableSize, { facts: own }: TableSize): readonly ColumnFacts[] =>
  filledColumns(
    facts,
    (own?.columns ?? []).filter(({ averageWidth }) => averageWidth !== undefined),
  );

function wholeSweep({ sql, tag }: PlannedStatement, table: SweepSpec["table"]): SweepSpec {
  const [, set = ""] = /\bSET\b(.*?)(?:\bFROM\b|\bWHERE\b|\bRETURNING\b|$)/is.exec(sql) ?? [];
  const [, where] = /\bWHERE\b(.*)$/is.exec(sql) ?? [];
  return {
    table,
    action: tag === "UpdateStmt" ? { kind: "update", set } : { kind: "delete" },
    ...(where === undefined ? {} : { where: where.trim() }),
    visits: "once",
    triggers: "fire",
  };
}

/** Rows of `VALUES (…), (…)`. */
function valuesIn(sql: string): number | undefined {
  const [, values] = /\bVALUES\b(.*)$/is.exec(sql) ?? [];
  return values === undefined ? undefined : (values.match(/\)\s*,\s*\(/g)?.length ?? 0) + 1;
}
