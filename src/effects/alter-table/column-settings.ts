import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { partitionsBelow } from "../foreign-keys.ts";
import { type Alteration, columnOf, nameOf } from "./alteration.ts";
import { indexesOnColumn } from "./column-dependents.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";
import { rewriteTable } from "./rewrite-table.ts";

/** SET and DROP DEFAULT, SET STATISTICS, SET STORAGE: notes of the catalog, for all tables below too. */
export function noteForAll(alteration: Alteration, { name }: Subcommand): void {
  if (name !== undefined) alteration.column(name);
  alteration.lockAll();
}

/** SET COMPRESSION, SET (n_distinct = …), OPTIONS (…): of the table itself only. */
export function noteForOne(alteration: Alteration, { name }: Subcommand): void {
  if (name !== undefined) alteration.column(name);
}

/** SET DEFAULT. A generated column has none, and an identity column its own. */
export function setDefault(alteration: Alteration, { name = "", def }: Subcommand): void {
  const column = alteration.column(name);
  if (column?.generated !== undefined && def !== undefined) alteration.refuse("42601", `${name} is a generated column`);
  if (column?.identity !== undefined) alteration.refuse("42601", `${name} is an identity column`);
  alteration.lockAll();
}

/** From 17 on partitions share the identity of their parent. */
function lockIdentityTree(alteration: Alteration): void {
  const { table, state, recurses } = alteration;
  if (state.major >= 17 && recurses) alteration.lockBelow(partitionsBelow(table, state));
}

/** ADD GENERATED … AS IDENTITY: the column must be not null already, and keeps the values it has. */
export function addIdentity(alteration: Alteration, { name = "" }: Subcommand): void {
  const column = alteration.column(name);
  if (column?.identity !== undefined) alteration.refuse("55000", `${name} is an identity column already`);
  if (column !== undefined && !column.notNull && !setsNotNull(alteration, name)) {
    alteration.refuse("55000", `${name} must be not null first`);
  }
  if (column?.default !== undefined && !dropsDefault(alteration, name))
    alteration.refuse("55000", `${name} has a default`);
  lockIdentityTree(alteration);
}

/** SET NOT NULL runs in the same pass as ADD IDENTITY: before it only where it stands before it. */
const setsNotNull = ({ commands }: Alteration, name: string): boolean =>
  commands.some((command) => command.subtype === "AT_SetNotNull" && command.name === name);

const dropsDefault = ({ commands }: Alteration, name: string): boolean =>
  commands.some(
    (command) => command.subtype === "AT_ColumnDefault" && command.name === name && command.def === undefined,
  );

/** SET GENERATED, RESTART and the like change the sequence too. */
export function setIdentity(alteration: Alteration, { name = "", def }: Subcommand): void {
  const column = alteration.column(name);
  if (column !== undefined && column.identity === undefined) {
    alteration.refuse("55000", `${name} is no identity column`);
    return;
  }
  if (column?.identity !== undefined) {
    alteration.effects.lock(column.identity.sequence, "sequence", "sequence", "SHARE ROW EXCLUSIVE");
  }
  const options = nodesAs(nodeAs(def, "List")?.items, "DefElem");
  if (options.some(({ defname }) => defname === "generated")) lockIdentityTree(alteration);
}

export function dropIdentity(alteration: Alteration, { name = "", missing_ok }: Subcommand): void {
  const column = alteration.column(name);
  if (column === undefined) return;
  if (column.identity === undefined) {
    if (missing_ok !== true) alteration.refuse("55000", `${name} is no identity column`);
    return;
  }
  alteration.effects.lock(column.identity.sequence, "sequence", "sequence", "ACCESS EXCLUSIVE");
  lockIdentityTree(alteration);
}

/** DROP EXPRESSION: the values stay. */
export function dropExpression(alteration: Alteration, { name = "", missing_ok }: Subcommand): void {
  const column = alteration.column(name);
  alteration.lockAll();
  if (column === undefined) return;
  if (column.generated === undefined && missing_ok !== true) {
    alteration.refuse("55000", `${name} is no generated column`);
  }
  if (column.generated?.kind === "virtual") alteration.refuse("0A000", `${name} is not stored`);
}

/** SET EXPRESSION: stored values are computed again; a virtual column is only told otherwise. */
export function setExpression(alteration: Alteration, { name = "" }: Subcommand): void {
  alteration.requireMajor(17, "SET EXPRESSION");
  const column = alteration.column(name);
  const tables = alteration.lockAll();
  if (column === undefined) {
    if (!alteration.isKnown || !alteration.state.complete) rewriteTable(alteration, alteration.table);
    return;
  }
  if (column.generated === undefined) {
    alteration.refuse("55000", `${name} is no generated column`);
    return;
  }
  const { table } = alteration;
  if (column.generated.kind === "virtual" && table.constraints.some(({ type }) => type === "check")) {
    alteration.refuse("0A000", `${nameOf(table)} has CHECKs, and ${name} is virtual`);
    return;
  }
  for (const one of tables) computeAgain(alteration, one, column);
}

function computeAgain(alteration: Alteration, table: Table, { name }: Column): void {
  const column = columnOf(table, name);
  if (column?.generated?.kind === "stored") rewriteTable(alteration, table);
  for (const index of indexesOnColumn(table, name, alteration.state)) {
    alteration.effects.lockIndex(table, index.name, "ACCESS EXCLUSIVE");
  }
  const checked = table.constraints.some(
    ({ type, columns, validated, enforced }) => type === "check" && validated && enforced && columns.includes(name),
  );
  if (checked) alteration.work(table, "scan");
  if (column?.notNull === true) {
    alteration.work(table, "scan");
    alteration.mayFail({ sqlState: "23502", reason: `the new ${name} of a row of ${nameOf(table)} may be null` });
  }
}
