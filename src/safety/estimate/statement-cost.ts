import type { ColumnFacts } from "../../catalog/model/facts.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { TableIndex } from "../../catalog/model/table-index.ts";
import { applyStatement } from "../../catalog/state/apply-statement.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import type { Effect, Work } from "../../effects/effect.ts";
import type { PlannedStatement } from "../../plan/plan.ts";
import type { ParsedStatement } from "../../sql/parse-statement.ts";
import { parseText } from "./apply-text.ts";
import { type Cost, cost, together, type Worked } from "./cost.ts";
import { buildCost, indexSize, readingLog } from "./index-cost.ts";
import type { StepWork } from "./measured-step.ts";
import { STEP_RATES } from "./rates.ts";
import type { ServerProfile } from "./server-profile.ts";
import { rewriteCost, rewrittenSize, scanCost } from "./table-cost.ts";
import { called, IN_LOG, indexesOf, leavesOf, setSize, type TableSize, tableSize } from "./table-size.ts";

/** What is done to one table and its indexes. */
interface TableWork {
  readonly table: QualifiedName;
  readonly works: ReadonlySet<Exclude<Work, "none">>;
  readonly effects: readonly Effect[];
}

/** What a statement comes to that changes no rows by itself; the state is the one behind it afterwards. */
export function statementCost(
  statement: PlannedStatement,
  isConcurrent: boolean,
  state: CatalogState,
  server: ServerProfile,
): Worked {
  const { effects = [], tag } = statement;
  const parsed = parseText(statement.sql);
  const tables = effects.length === 0 ? indexedTables(parsed, state) : tableWorks(effects);
  const before = new Map(tables.map(({ table }) => [keyOf(table), tableSize(state, table)]));
  applyStatement(state, parsed);
  const referenced = effects.filter(({ role }) => role === "referenced").map(({ relation }) => relation);
  const costs: Cost[] = [];
  const works: StepWork[] = [];
  const unknown: string[] = [];
  for (const work of tables) {
    const old = before.get(keyOf(work.table));
    if (old === undefined) {
      if (work.works.size > 0) unknown.push(`how large ${called(work.table)} is`);
      continue;
    }
    if (tag === "DropStmt" || tag === "TruncateStmt") {
      costs.push(freed(old, tag === "TruncateStmt", state));
      continue;
    }
    const after = tableSize(state, work.table);
    if (after === undefined) continue;
    if (work.works.size === 0) {
      const { built, left } = keptIndexes(old, after, state, server);
      if (built.length > 0) works.push(workOn(old, "index-build"));
      costs.push(...built, cost({ growthBytes: -left }));
      continue;
    }
    costs.push(...tableCosts(work, { before: old, after, isConcurrent, referenced }, state, server));
    works.push(workOn(old, heaviest(work.works)));
  }
  return { cost: together(costs), works, unknown };
}

const workOn = ({ table, rows, heap, toast }: TableSize, kind: StepWork["kind"]): StepWork => ({
  kind,
  relation: called(table),
  rows,
  bytes: heap + toast,
});

/** A table that the plan itself has made is nobody's business, so nothing says that an index is built on it. */
function indexedTables({ tag, node }: ParsedStatement, state: CatalogState): readonly TableWork[] {
  if (tag !== "IndexStmt") return [];
  const { schemaname: schema, relname: name } = node.relation ?? {};
  if (schema === undefined || name === undefined) return [];
  return leavesOf(state, { schema, name }).map((table) => ({ table, works: new Set(), effects: [] }));
}

function tableWorks(effects: readonly Effect[]): readonly TableWork[] {
  const found = new Map<string, TableWork>();
  for (const effect of effects) {
    const table = effect.on ?? effect.relation;
    const known = found.get(keyOf(table));
    found.set(keyOf(table), {
      table,
      works: new Set([...(known?.works ?? []), ...effect.works]),
      effects: [...(known?.effects ?? []), effect],
    });
  }
  return [...found.values()];
}

function heaviest(works: ReadonlySet<Exclude<Work, "none">>): StepWork["kind"] {
  if (works.has("rewrite")) return "rewrite";
  if (works.has("index-build") || works.has("index-rebuild")) return "index-build";
  return works.has("validate") ? "validate" : "scan";
}

interface Sides {
  readonly before: TableSize;
  readonly after: TableSize;
  readonly isConcurrent: boolean;
  readonly referenced: readonly QualifiedName[];
}

function tableCosts(
  { works, effects }: TableWork,
  { before, after, isConcurrent, referenced }: Sides,
  state: CatalogState,
  server: ServerProfile,
): readonly Cost[] {
  if (works.has("rewrite")) {
    setSize(state, after.table, { columns: retypedFacts(before, after) });
    const written = tableSize(state, after.table) ?? after;
    setSize(state, after.table, rewrittenSize(before, written, state));
    return [rewriteCost(before, written, state, server)];
  }
  const costs: Cost[] = [];
  const isBuilt = works.has("index-build") || works.has("index-rebuild");
  if (isBuilt) {
    costs.push(cost({ walBytes: readingLog(before, server) }));
    const size = { ...after, rows: before.rows, heap: before.heap };
    const isAnother = (index: TableIndex): boolean => {
      const old = before.table.indexes.find(({ name }) => name === index.name);
      return old === undefined || contentsOf(old) !== contentsOf(index);
    };
    const built = indexesOf(size).filter(
      (index) => isAnother(index) || (works.has("index-rebuild") && isRebuilt(index.name, effects)),
    );
    const bytes = new Map([...before.indexes].filter(([name]) => after.table.indexes.some((one) => one.name === name)));
    for (const index of built) {
      const old = bytes.get(index.name) ?? 0;
      const own = buildCost(index, size, state, server);
      costs.push(own, cost({ growthBytes: -old, besideBytes: old }));
      if (isConcurrent) costs.push(secondPass(size, indexSize(index, size, state).bytes, server));
      bytes.set(index.name, own.growthBytes);
    }
    setSize(state, after.table, {
      rows: before.rows,
      indexes: [...bytes].map(([name, size]) => ({ name, bytes: size })),
    });
  }
  // Whoever comes later finds the pages read.
  const size = isBuilt ? { ...before, isInLog: true } : before;
  if (works.has("validate")) {
    const rate = referenced.length > 0 ? STEP_RATES.validatedRowsPerSecond : STEP_RATES.checkedRowsPerSecond;
    costs.push(scanCost(size, server, rate));
    for (const one of referenced) {
      const other = tableSize(state, one);
      if (other !== undefined) costs.push(cost({ readBytes: other.heap }));
    }
  } else if (works.has("scan")) {
    costs.push(scanCost(size, server, STEP_RATES.checkedRowsPerSecond));
  }
  setSize(state, after.table, IN_LOG);
  return costs;
}

/** A build outside a transaction reads the table and the new index once more, for rows that came meanwhile. */
const secondPass = (size: TableSize, bytes: number, server: ServerProfile): Cost =>
  together([
    { ...scanCost(size, server, STEP_RATES.checkedRowsPerSecond), walBytes: 0 },
    cost({ readBytes: bytes, seconds: STEP_RATES.secondsOfABuild + bytes / STEP_RATES.readBytesPerSecond }),
  ]);

/** What is in an index; one that is dropped and made again under its name has something else in it. */
const contentsOf = ({ method, keys, include, predicate }: TableIndex): string =>
  JSON.stringify([method, keys, include, predicate]);

/** Which indexes a statement makes again: those that it locks for it, or all where it locks the table alone. */
function isRebuilt(name: string, effects: readonly Effect[]): boolean {
  const locked = effects.filter(
    ({ kind, lock, works }) => kind === "index" && (lock === "ACCESS EXCLUSIVE" || works.includes("index-rebuild")),
  );
  return locked.length === 0 || locked.some(({ relation }) => relation.name === name);
}

/**
 * Where an index got another name, it is as large as before; one that went with its constraint leaves its room. On a table
 * of this plan, nobody said that one is built.
 */
function keptIndexes(
  before: TableSize,
  after: TableSize,
  state: CatalogState,
  server: ServerProfile,
): { readonly built: readonly Cost[]; readonly left: number } {
  const names = new Set(indexesOf(after).map(({ name }) => name));
  const gone = [...before.indexes.keys()].filter((name) => !names.has(name));
  const added = [...names].filter((name) => before.table.indexes.every((one) => one.name !== name));
  if (after.table.kind !== "ordinary" || (gone.length === 0 && added.length === 0)) return { built: [], left: 0 };
  const kept = [...before.indexes].flatMap(([name, bytes]) => {
    const renamed = names.has(name) ? name : added[gone.indexOf(name)];
    return renamed === undefined ? [] : [{ name: renamed, bytes }];
  });
  const costs = indexesOf(after)
    .filter(({ name }) => added.slice(gone.length).includes(name) && before.rows > 0)
    .map((index) => ({ name: index.name, cost: buildCost(index, after, state, server) }));
  const built = costs.map(({ name, cost: { growthBytes: bytes } }) => ({ name, bytes }));
  setSize(state, after.table, { indexes: [...kept, ...built] });
  const left = gone.slice(added.length).reduce((sum, name) => sum + (before.indexes.get(name) ?? 0), 0);
  return { built: costs.map((one) => one.cost), left };
}

/** Indexes that are dropped, or the whole table. */
function freed(old: TableSize, isTruncated: boolean, state: CatalogState): Cost {
  const now = state.table(old.table);
  const isGone = now === undefined || isTruncated;
  const indexes = [...old.indexes].filter(([name]) => isGone || now.indexes.every((one) => one.name !== name));
  const bytes = indexes.reduce((sum, [, size]) => sum + size, 0) + (isGone ? old.heap + old.toast : 0);
  if (now !== undefined && isTruncated)
    setSize(state, old.table, { rows: 0, heapBytes: 0, toastBytes: 0, indexes: [] });
  else if (now !== undefined && indexes.length > 0) {
    const kept = [...old.indexes].filter(([name]) => now.indexes.some((one) => one.name === name));
    setSize(state, old.table, { indexes: kept.map(([name, size]) => ({ name, bytes: size })) });
  }
  return cost({ growthBytes: -bytes });
}

/** What was known of a column's widths holds no more once it is of another type. */
const retypedFacts = (before: TableSize, after: TableSize): readonly ColumnFacts[] =>
  (after.facts?.columns ?? []).map((facts) => {
    const [old, now] = [columnOf(before.table, facts.name), columnOf(after.table, facts.name)];
    if (old === undefined || now === undefined || isLike(old.type.name, now.type.name)) return facts;
    const { averageWidth: _, ...rest } = facts;
    return TEXTS.has(now.type.name) ? { ...rest, averageWidth: WIDTH_AS_TEXT } : rest;
  });

/** Values that are stored the same way. */
const isLike = (one: string, other: string): boolean => one === other || (TEXTS.has(one) && TEXTS.has(other));

/** Of a number of seven digits. */
const WIDTH_AS_TEXT = 8;

const TEXTS: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "citext"]);

const columnOf = ({ columns }: Table, name: string) => columns.find((one) => one.name === name);
