import type { QualifiedName } from "../../catalog/model/names.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { SweepSpec } from "../../online/sweep-spec.ts";
import { Strides } from "../../sweep/strides.ts";
import { chosenRows, neighbourhood } from "./chosen-rows.ts";
import { type Cost, cost, together, type Worked } from "./cost.ts";
import type { StepWork } from "./measured-step.ts";
import { STEP_RATES } from "./rates.ts";
import { deleteCost, insertCost, insertedToast, updateCost } from "./row-cost.ts";
import type { ServerProfile } from "./server-profile.ts";
import { PAGE } from "./storage.ts";
import { scanCost } from "./table-cost.ts";
import { called, filledColumns, IN_LOG, leavesOf, setSize, type TableSize, tableSize } from "./table-size.ts";
import { assignedColumns, computedFacts } from "./written-columns.ts";

/** What all rows, or those that are chosen, are written with, in one statement or in batches. */
export interface RowWork {
  readonly sweep: SweepSpec;
  /** One statement with the same outcome. */
  readonly sql: string;
  /** False: one statement for all of it. */
  readonly inBatches: boolean;
}

/** What goes over the rows of a table comes to; the state knows the sizes behind it afterwards. */
export function rowWorkCost(work: RowWork, state: CatalogState, server: ServerProfile): Worked {
  const { sweep, inBatches } = work;
  const costs: Cost[] = inBatches ? [cost({ seconds: STEP_RATES.secondsOfASweep })] : [];
  const works: StepWork[] = [];
  const unknown: string[] = [];
  const leaves = leavesOf(state, sweep.table, sweep.only);
  for (const leaf of leaves) {
    const size = tableSize(state, leaf);
    if (size === undefined) {
      unknown.push(`how many rows ${called(leaf)} has`);
      continue;
    }
    const { rows, kind, cost: own } = writeCost(work, size, leaves.length, state, server);
    costs.push(own);
    works.push({ kind, relation: called(leaf), rows, bytes: size.heap + size.toast });
    if (inBatches && sweep.left !== undefined) {
      // The rows were written a moment ago: their hints are set without a word in the log.
      const { checkedRowsPerSecond, keyedRowsPerSecond } = STEP_RATES;
      const rate = sweep.key !== undefined && sweep.moved === undefined ? keyedRowsPerSecond : checkedRowsPerSecond;
      costs.push({ ...scanCost(tableSize(state, leaf) ?? size, server, rate), walBytes: 0 });
    }
  }
  if (sweep.action.kind === "callback") unknown.push("how long the function of the migration takes");
  return { cost: together(costs), works, unknown };
}

interface Written {
  readonly cost: Cost;
  readonly kind: StepWork["kind"];
  readonly rows: number;
}

function writeCost(work: RowWork, size: TableSize, parts: number, state: CatalogState, server: ServerProfile): Written {
  const { sweep } = work;
  const { action } = sweep;
  // What is looked at first is expected to be as it should.
  const rows = sweep.verifiesFirst === true ? 0 : chosenRows(work, size, parts, server);
  switch (action.kind) {
    case "update":
      return updated(work, size, { rows, set: action.set }, state, server);
    case "callback":
      return updated(work, size, { rows, set: action.columns.join(", "), columns: action.columns }, state, server);
    case "delete": {
      setSize(state, size.table, { rows: Math.max(0, size.rows - rows), deadRows: (size.facts?.deadRows ?? 0) + rows });
      return {
        cost: deleteCost(size, { rows, neighbourhood: neighbourhood(sweep, size, server) }, server),
        kind: "delete",
        rows,
      };
    }
    case "copy":
      return copied(size, { ...action, rows, isCompared: sweep.verifiesFirst === true }, state, server);
    case "check":
      return { cost: scanCost(size, server, STEP_RATES.checkedRowsPerSecond), kind: "scan", rows: size.rows };
  }
}

interface Update {
  readonly rows: number;
  readonly set: string;
  readonly columns?: readonly string[];
}

function updated(
  { sweep, inBatches }: RowWork,
  size: TableSize,
  update: Update,
  state: CatalogState,
  server: ServerProfile,
): Written {
  const { rows, set } = update;
  const columns = update.columns ?? assignedColumns(set, size);
  const isAll = rows >= 0.9 * size.rows;
  if (isAll) {
    setSize(state, size.table, { columns: filledColumns(size.facts, computedFacts(columns, set, size, state)) });
  }
  const after = tableSize(state, size.table) ?? size;
  const visit = sweep.visits === "again" ? { by: "place" as const } : { by: "key" as const, columns: [] };
  const part = { relation: "", oid: 0, storage: null, key: [], visit, blocks: size.heap / PAGE, rows: size.rows };
  const strides = inBatches ? new Strides(sweep).for({ ...part, indexes: size.indexes.size }) : 1;
  const {
    cost: own,
    heapGrowth,
    indexes,
  } = updateCost(
    size,
    after,
    { rows, columns, strides, triggers: sweep.triggers, neighbourhood: neighbourhood(sweep, size, server) },
    state,
    server,
  );
  setSize(state, size.table, {
    ...{ rows: size.rows, heapBytes: size.heap + heapGrowth, indexes },
    ...(isAll ? IN_LOG : {}),
  });
  return { cost: own, kind: "update", rows };
}

interface Copy {
  readonly into: QualifiedName;
  readonly columns: readonly string[];
  readonly select: readonly string[];
  readonly onConflict?: string;
  readonly rows: number;
  /** Each row is looked for in the other table. */
  readonly isCompared: boolean;
}

/** Into a partitioned table: to each partition as much as to the others. */
function copied(
  from: TableSize,
  { into, columns, select, onConflict, rows, isCompared }: Copy,
  state: CatalogState,
  server: ServerProfile,
): Written {
  const rate = isCompared ? STEP_RATES.comparedRowsPerSecond : STEP_RATES.checkedRowsPerSecond;
  const reading = scanCost(from, server, rate);
  const leaves = leavesOf(state, into);
  const facts = columns.flatMap((name, at) => {
    const source = unquoted(select[at] ?? "");
    const known = from.facts?.columns.find((one) => one.name === source);
    return known === undefined ? computedFacts([name], select[at] ?? "", from, state) : [{ ...known, name }];
  });
  const costs = leaves.map((leaf) => {
    const before = tableSize(state, leaf);
    if (before === undefined || rows === 0) return cost({});
    setSize(state, leaf, { columns: filledColumns(before.facts, facts) });
    const target = tableSize(state, leaf);
    if (target === undefined) return cost({});
    const share = rows / leaves.length;
    const one = insertCost(target, { rows: share, isOnTrial: onConflict !== undefined }, state, server);
    const toast = from.rows === 0 ? 0 : (from.toast * share) / from.rows;
    setSize(state, leaf, {
      rows: target.rows + share,
      heapBytes: target.heap + one.heapGrowth,
      toastBytes: target.toast + toast,
      indexes: one.indexes,
    });
    return together([one.cost, insertedToast(toast)]);
  });
  return { cost: together([reading, ...costs]), kind: "insert", rows };
}

const unquoted = (name: string): string => name.replace(/^"(.*)"$/, "$1").replaceAll('""', '"');
