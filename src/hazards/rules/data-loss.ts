import type { WrittenName } from "../../catalog/state/relation.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { isColumnAdded, isConstraintAdded } from "../added-before.ts";
import { alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { nameIn, objectName, sqlName, written } from "../tree.ts";
import { relationInWords, sizedRelation } from "../words.ts";

const group = "data loss";

export const DATA_LOSS: readonly Rule[] = [
  {
    id: "drop-table",
    group,
    on: ["DropStmt"],
    severity: "error",
    online: "warning",
    summary: "DROP TABLE",
    explanation:
      "The rows are gone at once, and clients that still know the table fail. Rename it away first, see that nobody misses it, drop it later.",
    bad: [{ setup: ORDERS, sql: "DROP TABLE orders;" }],
    good: [{ sql: "CREATE TABLE t (id bigint PRIMARY KEY);\nDROP TABLE t;" }],
    *check(part) {
      for (const name of dropped(part, "OBJECT_TABLE", "OBJECT_FOREIGN_TABLE")) {
        if (!isGone(part, name) && !part.isNew(name)) {
          const park = { ...name, name: `${name.name}_unused` };
          yield {
            message: `${sizedRelation(part.state.resolved(name), part.state)} and its rows are gone at once`,
            relation: name,
            fix: `ALTER TABLE ${sqlName(name)} RENAME TO ${quoteIdentifier(park.name)};\n-- when nobody misses it\nDROP TABLE ${sqlName(park)};`,
          };
        }
      }
    },
  },
  {
    id: "drop-column",
    group,
    on: ["AT_DropColumn"],
    severity: "error",
    online: "warning",
    summary: "DROP COLUMN",
    explanation:
      "The values are gone at once, and clients that still name the column fail. First release what neither reads nor writes it (DROP NOT NULL lets it leave " +
      "the column out), then drop it.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders DROP COLUMN note;" }],
    good: [{ sql: "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nALTER TABLE t DROP COLUMN a;" }],
    *check(part) {
      const found = alteration(part, "AT_DropColumn");
      if (found === undefined || !isTableStatement(part) || part.isNew(found.table)) {
        return;
      }
      const column = found.command.name ?? "";
      const known = part.state.table(found.table);
      const isMissing =
        known !== undefined && part.state.complete && !known.columns.some(({ name }) => name === column);
      if (!isMissing && !isColumnAdded(part.context.file, found.table, column)) {
        yield {
          message: `the values of ${column} of ${sizedRelation(part.state.resolved(found.table), part.state)} are gone at once`,
          relation: found.table,
        };
      }
    },
  },
  {
    id: "drop-schema",
    group,
    on: ["DropStmt"],
    severity: "error",
    summary: "DROP SCHEMA",
    explanation:
      "With CASCADE everything in it goes too. Drop what is in it by name, each table after it was parked, then the empty schema.",
    bad: [{ sql: "DROP SCHEMA old CASCADE;" }],
    good: [{ sql: "CREATE SCHEMA fresh;" }],
    *check(part) {
      for (const { name } of dropped(part, "OBJECT_SCHEMA")) {
        const isMade = part.context.file.past.some(
          ({ statement }) => statement.tag === "CreateSchemaStmt" && statement.node.schemaname === name,
        );
        if (!isMade) {
          yield { message: `drops the schema ${name}${isCascade(part) ? " and everything in it" : ""}` };
        }
      }
    },
  },
  {
    id: "drop-database",
    group,
    on: ["DropdbStmt"],
    severity: "error",
    summary: "DROP DATABASE",
    explanation: "There is no way back but a backup.",
    bad: [{ sql: "DROP DATABASE shop;" }],
    good: [{ sql: "CREATE DATABASE shop;" }],
    *check({ statement }) {
      if (statement.tag === "DropdbStmt") {
        yield { message: `the database ${statement.node.dbname} is gone at once` };
      }
    },
  },
  {
    id: "drop-cascade",
    group,
    on: ["DropStmt", "AT_DropColumn", "AT_DropConstraint", "DropOwnedStmt"],
    severity: "error",
    summary: "DROP … CASCADE",
    explanation:
      "Views, foreign keys, columns and functions that depend on it go without being named. Drop them by name, in their order.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE VIEW open_orders AS SELECT id FROM orders;`,
        sql: "DROP TABLE orders CASCADE;",
      },
    ],
    good: [{ setup: ORDERS, sql: "DROP TABLE orders;" }],
    *check(part) {
      const altered = alteration(part, "AT_DropColumn", "AT_DropConstraint");
      const isDrop =
        part.statement.tag === "DropStmt" && part.statement.node.removeType !== "OBJECT_SCHEMA" && isCascade(part);
      const isAltered = altered?.command.behavior === "DROP_CASCADE" && isTableStatement(part);
      if (!isDrop && !isAltered && part.statement.tag !== "DropOwnedStmt") {
        return;
      }
      const gone = part.effects.effects
        .filter(({ role, isNew }) => role === "dependent" && !isNew)
        .map(({ relation }) => relationInWords(relation));
      if (isDrop && part.state.complete && gone.length === 0 && isAllNew(part)) {
        return;
      }
      const what = gone.length === 0 ? "what depends on it" : gone.join(", ");
      yield { message: `takes ${what} along without naming it`, relation: altered?.table };
    },
  },
  {
    id: "drop-type",
    group,
    on: ["DropStmt"],
    severity: "error",
    summary: "DROP TYPE or DROP DOMAIN … CASCADE",
    explanation:
      "CASCADE drops every column of the type, with its values. Change the columns first, then drop the type without CASCADE.",
    bad: [
      { setup: "CREATE TYPE mood AS ENUM ('glad');\nCREATE TABLE people (mood mood);", sql: "DROP TYPE mood CASCADE;" },
    ],
    good: [{ setup: "CREATE TYPE mood AS ENUM ('glad');", sql: "DROP TYPE mood;" }],
    *check(part) {
      if (!isCascade(part)) {
        return;
      }
      for (const name of dropped(part, "OBJECT_TYPE", "OBJECT_DOMAIN")) {
        const users = part.state
          .usersOfType(part.state.resolved(name))
          .map(({ table, column }) => `${relationInWords(table)}.${column.name}`);
        if (users.length > 0 || !part.state.complete) {
          yield {
            message: `drops ${users.length === 0 ? "every column" : users.join(", ")} of the type ${relationInWords(name)}`,
          };
        }
      }
    },
  },
  {
    id: "drop-view",
    group,
    on: ["DropStmt"],
    severity: "warning",
    summary: "DROP VIEW, MATERIALIZED VIEW or FUNCTION",
    explanation:
      "Clients that use it fail from that moment, and its grants are gone. CREATE OR REPLACE keeps both. One that is made again in the same transaction is not " +
      "reported.",
    bad: [{ setup: `${ORDERS}\nCREATE VIEW open_orders AS SELECT id FROM orders;`, sql: "DROP VIEW open_orders;" }],
    good: [
      {
        setup: `${ORDERS}\nCREATE VIEW open_orders AS SELECT id FROM orders;`,
        sql: "CREATE OR REPLACE VIEW open_orders AS SELECT id, note FROM orders;",
      },
    ],
    *check(part) {
      const names = dropped(
        part,
        "OBJECT_VIEW",
        "OBJECT_MATVIEW",
        "OBJECT_FUNCTION",
        "OBJECT_PROCEDURE",
        "OBJECT_ROUTINE",
        "OBJECT_AGGREGATE",
      );
      const { later, transaction, file } = part.context;
      for (const name of names) {
        const isMadeAgain = transaction.isOpen && later.some(({ statement }) => makes(statement, name));
        const isOwn = file.past.some(({ statement }) => makes(statement, name));
        if (!isMadeAgain && !isOwn && !part.isNew(name) && !isGone(part, name) && !isForTriggers(part, name)) {
          yield { message: `clients that use ${relationInWords(name)} fail from then on`, relation: name };
        }
      }
    },
  },
  {
    id: "drop-constraint",
    group,
    on: ["AT_DropConstraint"],
    severity: "warning",
    summary: "DROP CONSTRAINT",
    explanation:
      "From then on rows may come that the constraint kept out, and it may be hard to have it back. A CHECK that NOT NULL makes needless is not reported.",
    bad: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0);`,
        sql: "ALTER TABLE orders DROP CONSTRAINT t;",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD CONSTRAINT nn CHECK (note IS NOT NULL) NOT VALID;\nALTER TABLE orders DROP CONSTRAINT nn;",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_DropConstraint");
      const name = found?.command.name ?? "";
      if (found === undefined || part.isNew(found.table) || isConstraintAdded(part.context.file, found.table, name)) {
        return;
      }
      const table = part.state.table(found.table);
      const constraint = table?.constraints.find((one) => one.name === name);
      const isNeedless =
        constraint?.type === "check" &&
        /^\(*"?[\w ]+"? IS NOT NULL\)*$/i.test(constraint.expression) &&
        table?.columns.find((column) => column.name === constraint.columns[0])?.notNull === true;
      if (!isNeedless) {
        yield {
          message: `rows of ${relationInWords(found.table)} are no longer held to ${name}`,
          relation: found.table,
        };
      }
    },
  },
];

type ObjectType = NonNullable<NodeOf<"DropStmt">["removeType"]>;

function dropped(part: Part, ...types: readonly ObjectType[]): readonly WrittenName[] {
  const { statement } = part;
  return statement.tag === "DropStmt" &&
    statement.node.removeType !== undefined &&
    types.includes(statement.node.removeType)
    ? (statement.node.objects ?? []).map(objectName)
    : [];
}

const isCascade = ({ statement }: Part): boolean =>
  statement.tag === "DropStmt" && statement.node.behavior === "DROP_CASCADE";

/** DROP … IF EXISTS of what is known not to be there. */
const isGone = (part: Part, name: WrittenName): boolean =>
  part.state.complete && part.state.relation(name) === undefined && part.state.routinesNamed(name).length === 0;

/** A function that only triggers can call; one that a trigger still calls is not dropped without it. */
const isForTriggers = (part: Part, name: WrittenName): boolean => {
  const routines = part.state.routinesNamed(name);
  return routines.length > 0 && routines.every(({ result }) => result === "trigger" || result === "event_trigger");
};

const isAllNew = (part: Part): boolean =>
  part.statement.tag === "DropStmt" &&
  (part.statement.node.objects ?? []).every(
    (object) => part.isNew(objectName(object)) || isGone(part, objectName(object)),
  );

const isTableStatement = ({ statement }: Part): boolean =>
  statement.tag === "AlterTableStmt" && statement.node.objtype !== "OBJECT_TYPE";

function makes(statement: Part["statement"], name: WrittenName): boolean {
  switch (statement.tag) {
    case "ViewStmt":
      return written(statement.node.view).name === name.name;
    case "CreateTableAsStmt":
      return written(statement.node.into?.rel).name === name.name;
    case "CreateFunctionStmt":
      return nameIn(statement.node.funcname).name === name.name;
    default:
      return false;
  }
}
