import { alteration } from "../alterations.ts";
import type { StatementContext } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import type { TransactionShape } from "../transaction-shape.ts";
import { all, as, nameIn, objectName, sqlName, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "breaks running clients";

/** In one transaction: the one that is open, or one of its own. */
const together = ({ isOpen }: TransactionShape, sql: string): string => (isOpen ? sql : `BEGIN;\n${sql}\nCOMMIT;`);

const OPEN_ORDERS = `${ORDERS}\nCREATE VIEW open_orders AS SELECT id, note FROM orders;`;

export const CLIENTS: readonly Rule[] = [
  {
    id: "rename-table",
    group,
    on: ["RenameStmt"],
    severity: "error",
    online: "info",
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
          fix: together(
            transaction,
            `${part.context.source.text};\nCREATE VIEW ${sqlName(table)} AS SELECT * FROM ${sqlName({ ...table, name: now })};`,
          ),
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
    id: "rls-enabled-without-policy",
    group,
    on: ["AT_EnableRowSecurity"],
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
