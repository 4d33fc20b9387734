import { quoteIdentifier } from "../../sql/quote.ts";
import { isColumnAdded } from "../added-before.ts";
import { addedColumn, alteration, columnOf } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { as, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "breaks running clients";

/** Whether the same statement goes on to set a default: a change of type takes it away and gives it back. */
function isSetLater({ command, context: { parts }, start }: Part): boolean {
  const behind = parts.filter((one) => one.start > start).map((one) => one.command);
  return behind.some(
    (one) => one?.subtype === "AT_ColumnDefault" && one.name === command?.name && one.def !== undefined,
  );
}

/** Whether the default was the same constant before the statement, be it of another type. */
function isAsBefore({ command, statement, context: { state } }: Part): boolean {
  if (statement.tag !== "AlterTableStmt" || command?.def === undefined) return false;
  const before = state.table(written(statement.node.relation))?.columns.find(({ name }) => name === command.name);
  const value = as("A_Const", as("TypeCast", command.def)?.arg ?? command.def)?.sval?.sval;
  const quoted = /^'((?:[^']|'')*)'(?:::.*)?$/s.exec(before?.default ?? "")?.[1];
  return value !== undefined && value === quoted?.replaceAll("''", "'");
}

export const COLUMNS_OF_CLIENTS: readonly Rule[] = [
  {
    id: "rename-column",
    group,
    on: ["RenameStmt"],
    severity: "error",
    online: "info",
    summary: "RENAME COLUMN",
    explanation:
      "Clients that are running name the old column and fail at once; those that are deployed later need the new one. Add the new column, keep both in " +
      "step, move the clients, drop the old one.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders RENAME COLUMN note TO remark;" }],
    good: [{ sql: "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nALTER TABLE t RENAME COLUMN a TO b;" }],
    *check({ statement, state }) {
      if (statement.tag === "RenameStmt" && statement.node.renameType === "OBJECT_COLUMN") {
        const table = written(statement.node.relation);
        if (!state.isNew(state.resolved(table))) {
          const { subname, newname } = statement.node;
          yield {
            message: `clients that name ${subname} of ${relationInWords(table)} fail from then on; it is ${newname} now`,
            relation: table,
          };
        }
      }
    },
  },
  {
    id: "drop-not-null",
    group,
    on: ["AT_DropNotNull"],
    severity: "warning",
    summary: "DROP NOT NULL",
    explanation:
      "Clients that read the column may meet a NULL that they never saw before. Release what can take one first.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN placed DROP NOT NULL;" }],
    good: [
      { sql: "CREATE TABLE t (id bigint PRIMARY KEY, a int NOT NULL);\nALTER TABLE t ALTER COLUMN a DROP NOT NULL;" },
    ],
    *check(part) {
      const found = alteration(part, "AT_DropNotNull");
      const column = found === undefined ? undefined : columnOf(part, found.table, found.command.name);
      if (found !== undefined && !part.isNew(found.table) && column?.notNull !== false) {
        yield {
          message: `clients may read NULL in ${found.command.name} of ${relationInWords(found.table)} from then on`,
          relation: found.table,
        };
      }
    },
  },
  {
    id: "change-default",
    group,
    on: ["AT_ColumnDefault"],
    severity: "info",
    summary: "SET DEFAULT or DROP DEFAULT",
    explanation: "Clients that leave the column out get another value from then on, or an error where it is NOT NULL.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'none';" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean DEFAULT false;" }],
    *check(part) {
      const found = alteration(part, "AT_ColumnDefault");
      const column = found?.command.name ?? "";
      const isFresh = found !== undefined && isColumnAdded(part.context.file, found.table, column);
      if (found !== undefined && !part.isNew(found.table) && !isFresh && !isSetLater(part) && !isAsBefore(part)) {
        const what = found.command.def === undefined ? "none" : "another value";
        yield {
          message: `clients that leave out ${column} of ${relationInWords(found.table)} get ${what} from then on`,
          relation: found.table,
        };
      }
    },
  },
  {
    id: "add-required-column-old-writers",
    group,
    on: ["AT_ColumnDefault"],
    severity: "warning",
    summary: "the default of a NOT NULL column is dropped",
    explanation:
      "Clients of the older release do not know the column: their inserts fail from then on. Keep the default until they are gone.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN code text NOT NULL DEFAULT '';\nALTER TABLE orders ALTER COLUMN code DROP DEFAULT;",
        line: 2,
      },
    ],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN code text NOT NULL DEFAULT '';" }],
    *check(part) {
      const found = alteration(part, "AT_ColumnDefault");
      if (found === undefined || found.command.def !== undefined || part.isNew(found.table) || isSetLater(part)) {
        return;
      }
      const column = found.command.name ?? "";
      const known = columnOf(part, found.table, column);
      if (known?.notNull === true || isColumnAdded(part.context.file, found.table, column, "CONSTR_NOTNULL")) {
        const message = `inserts of clients that leave out ${column} of ${relationInWords(found.table)} fail from then on: it is NOT NULL`;
        yield { message, relation: found.table };
      }
    },
  },
  {
    id: "sti-column-default",
    group,
    on: ["AT_AddColumn"],
    severity: "info",
    summary: "a column by which an ORM tells classes apart gets a default",
    explanation:
      "Many ORMs take a column `type` for the name of a class: from the moment that it has a value, older clients look for a class that they may not have. " +
      "Deploy the code first.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN type text DEFAULT 'Order';" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN type text;" }],
    *check(part) {
      const added = addedColumn(part);
      const hasDefault = added?.constraints.some(({ contype }) => contype === "CONSTR_DEFAULT") === true;
      if (added !== undefined && hasDefault && added.name === "type" && !part.isNew(added.table)) {
        yield {
          message: `ORMs may take ${quoteIdentifier(added.name)} for the name of a class`,
          relation: added.table,
        };
      }
    },
  },
];
