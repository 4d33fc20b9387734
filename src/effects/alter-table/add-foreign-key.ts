import type { Table } from "../../catalog/model/table.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { namesOf } from "../../sql/object-name.ts";
import { lockReferenced, partitionsBelow } from "../foreign-keys.ts";
import { writtenName } from "../written-name.ts";
import { primaryKeyOf } from "./add-column.ts";
import { adoptedKey } from "./adopted-key.ts";
import { type Alteration, columnOf, nameOf } from "./alteration.ts";
import type { ConstraintNode } from "./new-column.ts";
import { orphans } from "./orphans.ts";

/**
 * ADD FOREIGN KEY: triggers on both tables and all of their partitions, and unless NOT VALID says otherwise a look at
 * every row.
 *
 * Source: `ATAddForeignKeyConstraint` in `src/backend/commands/tablecmds.c`.
 */
export function addForeignKey(alteration: Alteration, node: ConstraintNode): void {
  const { table, state, effects, recurses } = alteration;
  const written = writtenName(node.pktable);
  const own = keyOf(state.resolved(written)) === keyOf(table);
  if (!own) lockReferenced(written, state, effects, "SHARE ROW EXCLUSIVE");
  const referenced = own ? table : state.table(written);
  if (referenced === undefined && state.complete) alteration.refuse("42P01", `there is no table ${written.name}`);
  const partitions = alteration.lockBelow(partitionsBelow(table, state));
  // From 18 on the tables below are locked whether or not they get the key.
  if (state.major >= 18 && recurses) alteration.lockAll();
  const columns = namesOf(node.fk_attrs);
  for (const column of columns) alteration.column(column);
  if (node.skip_validation === true && table.kind === "partitioned" && state.major < 18) {
    alteration.refuse("42809", "a foreign key of a partitioned table can be NOT VALID from PostgreSQL 18 on");
    return;
  }
  if (table.kind === "partitioned" && !recurses) {
    alteration.refuse("42809", `a foreign key of ${nameOf(table)} concerns its partitions too`);
    return;
  }
  if (node.is_enforced !== true) {
    alteration.requireMajor(18, "NOT ENFORCED");
    return;
  }
  if (node.skip_validation === true) return;
  const named = namesOf(node.pk_attrs);
  const others = named.length > 0 ? named : primaryKeyOf(referenced);
  for (const one of [table, ...partitions]) {
    const adopted = referenced && one !== table ? adoptedKey(one, node, referenced, others) : undefined;
    if (adopted === undefined) alteration.work(one, "validate");
    // The triggers that the partition's own key had there go.
    else lockReferenced(written, state, effects, "ACCESS EXCLUSIVE");
  }
  if (columns.some((column) => alteration.adds(column))) return;
  if (referenced !== undefined && !hasKey(referenced, others)) {
    alteration.refuse("42830", `no unique key of ${nameOf(referenced)} is on ${others.join(", ")}`);
    return;
  }
  if (referenced === undefined || columns.some((column) => columnOf(table, column) === undefined)) return;
  alteration.mayFail(
    orphans(table, {
      columns,
      match: node.fk_matchtype === "f" ? "full" : "simple",
      period: node.fk_with_period === true,
      references: { schema: referenced.schema, name: referenced.name, columns: others },
    }),
  );
}

/** A unique index of the columns, in whatever order, that is neither partial nor of expressions. */
const hasKey = (table: Table, columns: readonly string[]): boolean =>
  table.columns.length === 0 ||
  table.indexes.some(
    ({ unique, predicate, keys }) =>
      unique &&
      predicate === undefined &&
      keys.length === columns.length &&
      keys.every((key) => "column" in key && columns.includes(key.column)),
  );
