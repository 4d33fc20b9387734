import type { WrittenName } from "../../catalog/state/relation.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { addedColumn, alteration, columnOf } from "../alterations.ts";
import type { StatementContext } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { all, as, nameIn, objectName, sqlName, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "breaks running clients";

const OPEN_ORDERS = `${ORDERS}\nCREATE VIEW open_orders AS SELECT id, note FROM orders;`;

export const CLIENTS: readonly Rule[] = [
  {
    id: "rename-column",
    group,
    on: ["RenameStmt"],
    severity: "error",
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
    id: "rename-table",
    group,
    on: ["RenameStmt"],
    severity: "error",
    summary: "RENAME TABLE",
    explanation:
      "Clients that name the old table fail at once. An updatable view of the old name, made in the same transaction, serves both until the last of them is " +
      "gone.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders RENAME TO purchases;" }],
    good: [
      {
        setup: ORDERS,
        sql: "BEGIN;\nALTER TABLE orders RENAME TO purchases;\nCREATE VIEW orders AS SELECT * FROM purchases;\nCOMMIT;",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (
        statement.tag !== "RenameStmt" ||
        !["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW"].includes(statement.node.renameType ?? "")
      ) {
        return;
      }
      const table = written(statement.node.relation);
      const { transaction, later } = part.context;
      const kind = part.state.relation(table)?.kind;
      const isBridged = transaction.isOpen && later.some((one) => takesName(one.statement, table.name));
      if (!part.isNew(table) && !isBridged && kind !== "index" && kind !== "sequence") {
        const now = statement.node.newname ?? "";
        yield {
          message: `clients that name ${relationInWords(table)} fail from then on; it is ${now} now`,
          relation: table,
          fix: `BEGIN;\n${part.context.source.text};\nCREATE VIEW ${sqlName(table)} AS SELECT * FROM ${sqlName({ ...table, name: now })};\nCOMMIT;`,
        };
      }
    },
  },
  {
    id: "rename-schema",
    group,
    on: ["RenameStmt"],
    severity: "error",
    summary: "ALTER SCHEMA RENAME",
    explanation: "Everything in the schema changes its name at once, and clients that name it fail.",
    bad: [{ setup: "CREATE SCHEMA app;", sql: "ALTER SCHEMA app RENAME TO shop;" }],
    good: [{ sql: "CREATE SCHEMA shop;" }],
    *check({ statement }) {
      if (statement.tag === "RenameStmt" && statement.node.renameType === "OBJECT_SCHEMA") {
        yield {
          message: `clients that name ${statement.node.subname} fail from then on; it is ${statement.node.newname} now`,
        };
      }
    },
  },
  {
    id: "rename-enum-value",
    group,
    on: ["AlterEnumStmt"],
    severity: "error",
    summary: "ALTER TYPE … RENAME VALUE",
    explanation:
      "Clients that write or compare with the old value fail at once. Add the new value, move the clients and the rows, leave the old one.",
    bad: [{ setup: "CREATE TYPE mood AS ENUM ('glad');", sql: "ALTER TYPE mood RENAME VALUE 'glad' TO 'happy';" }],
    good: [{ setup: "CREATE TYPE mood AS ENUM ('glad');", sql: "ALTER TYPE mood ADD VALUE 'happy' AFTER 'glad';" }],
    *check({ statement }) {
      if (statement.tag === "AlterEnumStmt" && statement.node.oldVal !== undefined) {
        const { oldVal, newVal, typeName } = statement.node;
        yield {
          message: `clients that use '${oldVal}' of ${relationInWords(nameIn(typeName))} fail from then on; it is '${newVal}' now`,
        };
      }
    },
  },
  {
    id: "set-schema",
    group,
    on: ["AlterObjectSchemaStmt"],
    severity: "error",
    summary: "SET SCHEMA",
    explanation:
      "Clients that find the object under its old name fail at once. A view of the old name, made in the same transaction, serves both.",
    bad: [{ setup: `${ORDERS}\nCREATE SCHEMA shop;`, sql: "ALTER TABLE orders SET SCHEMA shop;" }],
    good: [
      {
        setup: `${ORDERS}\nCREATE SCHEMA shop;`,
        sql: "BEGIN;\nALTER TABLE orders SET SCHEMA shop;\nCREATE VIEW orders AS SELECT * FROM shop.orders;\nCOMMIT;",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (statement.tag !== "AlterObjectSchemaStmt" || statement.node.objectType === "OBJECT_EXTENSION") {
        return;
      }
      const name =
        statement.node.relation === undefined ? objectName(statement.node.object) : written(statement.node.relation);
      const { transaction, later } = part.context;
      const isBridged = transaction.isOpen && later.some((one) => takesName(one.statement, name.name));
      if (!part.isNew(name) && !isBridged) {
        yield {
          message: `clients that know ${relationInWords(name)} fail from then on; it is in ${statement.node.newschema} now`,
          relation: name,
        };
      }
    },
  },
  {
    id: "drop-not-null",
    group,
    on: ["AlterTableStmt"],
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
    on: ["AlterTableStmt"],
    severity: "info",
    summary: "SET DEFAULT or DROP DEFAULT",
    explanation: "Clients that leave the column out get another value from then on, or an error where it is NOT NULL.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN note SET DEFAULT 'none';" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean DEFAULT false;" }],
    *check(part) {
      const found = alteration(part, "AT_ColumnDefault");
      const column = found?.command.name ?? "";
      const isFresh = found !== undefined && isAdded(part.context, found.table, column);
      if (found !== undefined && !part.isNew(found.table) && !isFresh) {
        const what = found.command.def === undefined ? "none" : "another value";
        yield {
          message: `clients that leave out ${column} of ${relationInWords(found.table)} get ${what} from then on`,
          relation: found.table,
        };
      }
    },
  },
  {
    id: "rls-enabled-without-policy",
    group,
    on: ["AlterTableStmt"],
    severity: "error",
    summary: "ENABLE ROW LEVEL SECURITY on a table without a policy",
    explanation:
      "Without a policy nobody but the owner sees a row. Create the policies in the same transaction, before or after.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ENABLE ROW LEVEL SECURITY;" }],
    good: [
      {
        setup: ORDERS,
        sql: "BEGIN;\nALTER TABLE orders ENABLE ROW LEVEL SECURITY;\nCREATE POLICY all_rows ON orders USING (true);\nCOMMIT;",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_EnableRowSecurity");
      if (found === undefined) {
        return;
      }
      const { later, transaction } = part.context;
      const isNew = part.isNew(found.table);
      const isMade = later.some(
        ({ statement }) =>
          statement.tag === "CreatePolicyStmt" && written(statement.node.table).name === found.table.name,
      );
      const has = (part.state.table(found.table)?.policies ?? []).length > 0;
      if (!has && !(isMade && (transaction.isOpen || isNew))) {
        yield {
          message: `nobody but the owner sees a row of ${relationInWords(found.table)} until a policy lets them`,
          relation: found.table,
        };
      }
    },
  },
  {
    id: "view-column-change",
    group,
    on: ["DropStmt"],
    severity: "warning",
    summary: "a view is made again with other columns",
    explanation:
      "Clients that name a column that is gone fail. Append columns only, with CREATE OR REPLACE VIEW, which refuses anything else.",
    bad: [
      {
        setup: OPEN_ORDERS,
        sql: "BEGIN;\nDROP VIEW open_orders;\nCREATE VIEW open_orders AS SELECT id FROM orders;\nCOMMIT;",
        line: 2,
      },
    ],
    good: [
      {
        setup: OPEN_ORDERS,
        sql: "BEGIN;\nDROP VIEW open_orders;\nCREATE VIEW open_orders AS SELECT id, note, total FROM orders;\nCOMMIT;",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (
        statement.tag !== "DropStmt" ||
        !["OBJECT_VIEW", "OBJECT_MATVIEW"].includes(statement.node.removeType ?? "")
      ) {
        return;
      }
      for (const name of (statement.node.objects ?? []).map(objectName)) {
        const before = part.state.relation(name);
        const again = part.context.later.find((one) => takesName(one.statement, name.name))?.statement;
        const columns = again === undefined ? undefined : columnsOfView(again);
        if (columns === undefined || (before?.kind !== "view" && before?.kind !== "materialized view")) {
          continue;
        }
        const lost = before.is.columns.filter((column) => !columns.includes(column.name)).map((column) => column.name);
        if (lost.length > 0) {
          yield {
            message: `${relationInWords(name)} loses ${lost.join(", ")}: clients that name them fail`,
            relation: name,
          };
        }
      }
    },
  },
  {
    id: "add-required-column-old-writers",
    group,
    on: ["AlterTableStmt"],
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
      if (found === undefined || found.command.def !== undefined || part.isNew(found.table)) {
        return;
      }
      const column = found.command.name ?? "";
      const known = columnOf(part, found.table, column);
      if (known?.notNull === true || isAdded(part.context, found.table, column, "CONSTR_NOTNULL")) {
        const message = `inserts of clients that leave out ${column} of ${relationInWords(found.table)} fail from then on: it is NOT NULL`;
        yield { message, relation: found.table };
      }
    },
  },
  {
    id: "sti-column-default",
    group,
    on: ["AlterTableStmt"],
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

/** Whether a statement makes a view or table of that name. */
function takesName(statement: StatementContext["statement"], name: string): boolean {
  switch (statement.tag) {
    case "ViewStmt":
      return written(statement.node.view).name === name;
    case "CreateTableAsStmt":
      return written(statement.node.into?.rel).name === name;
    case "CreateStmt":
      return written(statement.node.relation).name === name;
    case "RenameStmt":
      return statement.node.newname === name;
    default:
      return false;
  }
}

/** The names of the columns, where the query tells them without a look at its tables. */
function columnsOfView(statement: StatementContext["statement"]): readonly string[] | undefined {
  const query =
    statement.tag === "ViewStmt"
      ? statement.node.query
      : statement.tag === "CreateTableAsStmt"
        ? statement.node.query
        : undefined;
  const select = as("SelectStmt", query);
  const aliases = statement.tag === "ViewStmt" ? statement.node.aliases : undefined;
  if (aliases !== undefined) {
    return all("String", aliases).map(({ sval }) => sval ?? "");
  }
  const names = all("ResTarget", select?.targetList).map(({ name, val }) => {
    const last = as("ColumnRef", val)?.fields?.at(-1);
    return name ?? as("String", last)?.sval;
  });
  return select === undefined || names.some((name) => name === undefined)
    ? undefined
    : names.flatMap((name) => name ?? []);
}

/** Whether an earlier statement of the file has added the column, with a constraint of that type if one is asked for. */
function isAdded({ file }: StatementContext, table: WrittenName, column: string, type?: string): boolean {
  return file.past.some(({ statement }) => {
    if (statement.tag !== "AlterTableStmt" || written(statement.node.relation).name !== table.name) {
      return false;
    }
    return all("AlterTableCmd", statement.node.cmds).some(({ subtype, def }) => {
      const definition = as("ColumnDef", def);
      return (
        subtype === "AT_AddColumn" &&
        definition?.colname === column &&
        (type === undefined || all("Constraint", definition.constraints).some(({ contype }) => contype === type))
      );
    });
  });
}
