import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Role } from "../effect.ts";
import type { EffectSet } from "../effect-set.ts";
import { predicateOf } from "./expression-predicate.ts";
import { columnKey, orderingOf } from "./partition-key.ts";
import { and, implies, type Predicate } from "./predicate.ts";

/** What rows of a table are looked at for. */
export interface Demand {
  /** Undefined where it cannot be told: then nothing implies it. */
  readonly goal: Predicate | undefined;
  /** SQL that is true of offending rows. */
  readonly offending: string | undefined;
  readonly reason: (table: Table) => string;
}

/**
 * Every row of a partition, or of the partitions below it, is looked at, unless constraints tell that all of them fit.
 * Each table on the way is locked with ACCESS EXCLUSIVE. Foreign tables are not looked at.
 *
 * Source: `QueuePartitionConstraintValidation` in `src/backend/commands/tablecmds.c`.
 */
export function verifyRows(table: Table, demand: Demand, role: Role, state: CatalogState, effects: EffectSet): void {
  const touched = effects.lockTable(table, role, "ACCESS EXCLUSIVE");
  if (demand.goal !== undefined && implies(provenOf(table, state), demand.goal)) return;
  if (table.kind === "partitioned") {
    for (const partition of state.partitionsOf(table)) verifyRows(partition, demand, "partition", state, effects);
  } else if (table.kind === "ordinary") {
    touched.works.add("scan");
    const query = `SELECT * FROM ONLY ${quoteQualified(table)} WHERE ${demand.offending ?? ""} LIMIT 5`;
    const reason = demand.reason(table);
    touched.mayFail.push({ sqlState: "23514", reason, ...(demand.offending === undefined ? {} : { query }) });
  }
}

/** What the valid constraints of a table say of its rows. */
function provenOf(table: Table, state: CatalogState): Predicate {
  const orderings = new Map(table.columns.map((column) => [columnKey(column.name), orderingOf(column, state)]));
  const checks = table.constraints.flatMap((one) =>
    one.type === "check" && one.validated && one.enforced ? [one.expression] : [],
  );
  const filled = table.columns.filter(
    ({ notNull, notNullConstraint }) => notNull && notNullConstraint?.validated !== false,
  );
  return and(
    ...filled.map(({ name }): Predicate => ({ kind: "not null", key: columnKey(name) })),
    ...checks.map((check) => predicateOf(check, (key) => orderings.get(key) ?? "equality only")),
  );
}
