import type { WrittenName } from "../../catalog/state/relation.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { addedColumn, addedConstraint, alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Hazard, Rule } from "../rule.ts";
import { all, hasOption, objectName, sqlName, texts, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "may fail on data";

export const DATA_FAILURES: readonly Rule[] = [
  {
    id: "unique-on-existing-data",
    group,
    on: ["IndexStmt", "AT_AddConstraint"],
    severity: "warning",
    summary: "a unique index or constraint over rows that are there already",
    explanation:
      "The statement fails when two rows are alike, after all the work; a concurrent build leaves an invalid index then. Look first.",
    bad: [{ setup: ORDERS, sql: "CREATE UNIQUE INDEX CONCURRENTLY orders_note ON orders (note);" }],
    good: [
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY orders_note ON orders (note);" },
      { sql: "CREATE TABLE t (id bigint PRIMARY KEY, a int);\nCREATE UNIQUE INDEX t_a ON t (a);" },
    ],
    *check(part) {
      const { statement } = part;
      const added = addedConstraint(part, "CONSTR_UNIQUE", "CONSTR_PRIMARY");
      const index = statement.tag === "IndexStmt" && statement.node.unique === true ? statement.node : undefined;
      const table = added?.table ?? (index === undefined ? undefined : written(index.relation));
      if (
        table === undefined ||
        added?.constraint.indexname !== undefined ||
        part.isNew(table) ||
        isEmpty(part, table)
      ) {
        return;
      }
      const columns =
        added === undefined
          ? all("IndexElem", index?.indexParams).map(({ name }) => name)
          : texts(added.constraint.keys);
      const keys = columns.map((column) => (column === undefined ? "…" : quoteIdentifier(column))).join(", ");
      yield {
        message: `fails if two rows of ${relationInWords(table)} have the same ${keys}`,
        relation: table,
        fix: `-- look first\nSELECT ${keys}, count(*) FROM ${sqlName(table)} GROUP BY ${keys} HAVING count(*) > 1;`,
      };
    },
  },
  {
    id: "check-or-fk-may-fail",
    group,
    on: ["AT_ValidateConstraint", "AT_AddConstraint"],
    severity: "info",
    summary: "a CHECK or foreign key is proven for rows that are there already",
    explanation: "The statement fails on the first row that breaks the constraint. Count those rows first.",
    bad: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0) NOT VALID;`,
        sql: "ALTER TABLE orders VALIDATE CONSTRAINT t;",
      },
    ],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0) NOT VALID;" }],
    *check(part) {
      const table =
        alteration(part, "AT_ValidateConstraint")?.table ??
        addedConstraint(part, "CONSTR_CHECK", "CONSTR_FOREIGN")?.table;
      if (table === undefined) {
        return;
      }
      const failure = part.effects.effects
        .filter(({ isNew }) => !isNew)
        .flatMap(({ mayFail }) => mayFail)
        .find(({ sqlState }) => sqlState.startsWith(DATA));
      if (failure !== undefined) {
        const fix =
          failure.query === undefined ? {} : { fix: `-- look first\n${failure.query.replace(/;?\s*$/, "")};` };
        yield { message: `fails if ${failure.reason}`, relation: table, ...fix };
      }
    },
  },
  {
    id: "index-corruption-14",
    group,
    on: ["IndexStmt", "ReindexStmt"],
    severity: "error",
    summary: "a concurrent build on PostgreSQL 14.0 to 14.3",
    explanation:
      "CREATE INDEX CONCURRENTLY and REINDEX CONCURRENTLY of these versions may leave rows out of the index. Upgrade to 14.4 or later first.",
    since: 14,
    until: 14,
    bad: [{ setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (note);", major: 14, minor: 2 }],
    good: [{ setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (note);", major: 14, minor: 12 }],
    *check({ statement, state }) {
      const isConcurrent =
        (statement.tag === "IndexStmt" && statement.node.concurrent === true) ||
        (statement.tag === "ReindexStmt" && hasOption(statement.node.params, "concurrently"));
      if (isConcurrent && state.version < 140004) {
        yield { message: `14.${state.version % 10_000} may leave rows out of an index that is built concurrently` };
      }
    },
  },
  {
    id: "statement-will-fail",
    group,
    severity: "error",
    summary: "a statement that PostgreSQL refuses whatever the rows",
    explanation:
      "A table or column that is not there, one that is there already or that others depend on, the same column twice: the statement fails when it runs. What is there is known from the " +
      "database or schema given, and from the statements before.",
    bad: [
      { setup: ORDERS, sql: "UPDATE orders SET note = 'a', note = 'b' WHERE id = 1;" },
      { setup: ORDERS, sql: "ALTER TABLE orders DROP COLUMN colour;" },
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN note text;" },
      { setup: ORDERS, sql: "CREATE TABLE orders (id bigint PRIMARY KEY);" },
      { setup: ORDERS, sql: "ALTER TABLE purchases ADD COLUMN note text;" },
      { setup: `${ORDERS}\nCREATE TABLE old_orders () INHERITS (orders);`, sql: "DROP TABLE orders;" },
    ],
    good: [
      { setup: ORDERS, sql: "ALTER TABLE orders DROP COLUMN IF EXISTS colour;" },
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN IF NOT EXISTS note text;" },
      { setup: ORDERS, sql: "CREATE TABLE IF NOT EXISTS orders (id bigint PRIMARY KEY);" },
    ],
    check(part) {
      const found = [...twice(part), ...alreadyThere(part)];
      if (!part.state.complete) {
        return found;
      }
      const missing = [...notThere(part)];
      return [...found, ...(missing.length > 0 ? missing : refused(part))];
    },
  },
];

const isEmpty = (part: Part, table: WrittenName): boolean => {
  const { facts } = part.state.sizeOf(part.state.resolved(table));
  return facts !== undefined && facts.heapBytes === 0 && part.state.table(table)?.kind === "ordinary";
};

function twice({ statement }: Part): readonly Hazard[] {
  const of = (names: readonly (string | undefined)[]): string | undefined =>
    names.find((name, index) => name !== undefined && names.indexOf(name) < index);
  const double =
    statement.tag === "UpdateStmt"
      ? of(
          all("ResTarget", statement.node.targetList).map(({ name, indirection }) =>
            indirection === undefined ? name : undefined,
          ),
        )
      : statement.tag === "InsertStmt"
        ? of(
            all("ResTarget", statement.node.cols).map(({ name, indirection }) =>
              indirection === undefined ? name : undefined,
            ),
          )
        : statement.tag === "CreateStmt"
          ? of(all("ColumnDef", statement.node.tableElts).map(({ colname }) => colname))
          : undefined;
  return double === undefined ? [] : [{ message: `PostgreSQL refuses it: ${double} is named twice` }];
}

function alreadyThere(part: Part): readonly Hazard[] {
  const { statement, state } = part;
  const found: Hazard[] = [];
  const added = addedColumn(part);
  const known =
    added === undefined ? undefined : state.table(added.table)?.columns.some(({ name }) => name === added.name);
  if (added !== undefined && known === true && added.command.missing_ok !== true) {
    found.push({
      message: `PostgreSQL refuses it: ${relationInWords(added.table)} has a column ${added.name} already`,
      relation: added.table,
    });
  }
  const created =
    statement.tag === "CreateStmt" && statement.node.if_not_exists !== true
      ? written(statement.node.relation)
      : undefined;
  if (created !== undefined && statement.tag === "CreateStmt" && statement.node.relation?.relpersistence !== "t") {
    const there = state.relation({ schema: created.schema ?? state.creationSchema, name: created.name });
    if (there !== undefined) {
      found.push({
        message: `PostgreSQL refuses it: there is a ${there.kind} ${relationInWords(created)} already`,
        relation: created,
      });
    }
  }
  return found;
}

function* notThere(part: Part): Iterable<Hazard> {
  const { statement, state } = part;
  const isSystem = ({ schema, name }: WrittenName): boolean =>
    /^(pg_catalog|information_schema|pg_temp|pg_toast)$/.test(schema ?? "") || name.startsWith("pg_");
  const missing = (name: WrittenName): boolean => !isSystem(name) && state.relation(name) === undefined;
  if (statement.tag === "AlterTableStmt" && statement.node.objtype !== "OBJECT_TYPE") {
    const table = written(statement.node.relation);
    const command = alteration(part, ...COLUMN_COMMANDS)?.command;
    const known = state.table(table);
    if (missing(table) && statement.node.missing_ok !== true) {
      yield { message: `PostgreSQL refuses it: there is no ${relationInWords(table)}`, relation: table };
    } else if (
      known !== undefined &&
      command !== undefined &&
      command.missing_ok !== true &&
      !SYSTEM.has(command.name ?? "")
    ) {
      const has = known.columns.some(({ name }) => name === command.name);
      if (!has && command.name !== undefined) {
        yield {
          message: `PostgreSQL refuses it: ${relationInWords(table)} has no column ${command.name}`,
          relation: table,
        };
      }
    }
  }
  if (statement.tag === "IndexStmt") {
    const table = written(statement.node.relation);
    const relation = state.relation(table);
    const columns =
      relation?.kind === "table" || relation?.kind === "materialized view" ? relation.is.columns : undefined;
    const absent = all("IndexElem", statement.node.indexParams).find(
      ({ name }) => name !== undefined && columns !== undefined && !columns.some((column) => column.name === name),
    );
    if (missing(table)) {
      yield { message: `PostgreSQL refuses it: there is no ${relationInWords(table)}`, relation: table };
    } else if (absent !== undefined) {
      yield {
        message: `PostgreSQL refuses it: ${relationInWords(table)} has no column ${absent.name}`,
        relation: table,
      };
    }
  }
  if (
    statement.tag === "DropStmt" &&
    statement.node.missing_ok !== true &&
    RELATIONS.has(statement.node.removeType ?? "")
  ) {
    for (const name of (statement.node.objects ?? []).map(objectName).filter(missing)) {
      yield { message: `PostgreSQL refuses it: there is no ${relationInWords(name)}`, relation: name };
    }
  }
}

/** What the effects say that the server refuses whatever the rows are. */
function* refused(part: Part): Iterable<Hazard> {
  for (const { relation, mayFail } of part.effects.effects) {
    for (const { reason } of mayFail.filter(({ sqlState }) => REFUSED.test(sqlState))) {
      yield { message: `PostgreSQL refuses it: ${reason}`, relation };
    }
  }
}

/** Class of SQLSTATE: integrity constraint violations. */
const DATA = "23";
/** SQLSTATE: syntax errors and access rule violations; objects that others depend on. */
const REFUSED = /^(42|2BP01)/;

const COLUMN_COMMANDS = [
  "AT_DropColumn",
  "AT_SetNotNull",
  "AT_DropNotNull",
  "AT_ColumnDefault",
  "AT_AlterColumnType",
  "AT_SetStatistics",
  "AT_SetStorage",
  "AT_SetExpression",
  "AT_DropExpression",
  "AT_AddIdentity",
  "AT_DropIdentity",
] as const;

const SYSTEM = new Set(["ctid", "xmin", "xmax", "tableoid"]);
const RELATIONS = new Set(["OBJECT_TABLE", "OBJECT_VIEW", "OBJECT_MATVIEW", "OBJECT_INDEX", "OBJECT_SEQUENCE"]);
