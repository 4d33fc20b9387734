import type { Constraint } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import type { NodeOf, ParsedStatement, PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { FileContext } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { all, as, objectName, sqlName, texts, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "design";

export const KEYS_IN_DESIGN: readonly Rule[] = [
  {
    id: "fk-without-covering-index",
    group,
    severity: "warning",
    summary: "a foreign key whose columns have no index",
    explanation:
      "Every DELETE and every change of a key in the referenced table looks for rows that refer to it: without an index it reads the whole table, holding its " +
      "lock. Indexes that the file makes later count.",
    bad: [{ setup: ORDERS, sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);" }],
    good: [
      {
        setup: ORDERS,
        sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);\nCREATE INDEX ON notes (order_id);",
      },
    ],
    *checkFile(file) {
      for (const { table, key, line, column } of addedKeys(file)) {
        const known = file.state.table(table);
        const isCovered =
          known === undefined ||
          known.indexes.some(
            ({ keys, predicate }) => predicate === undefined && covers(keys.map(columnOfKey), key.columns),
          );
        if (!isCovered) {
          const columns = key.columns.map(quoteIdentifier).join(", ");
          yield {
            message: `no index of ${relationInWords(table)} begins with ${columns}: deletes in ${relationInWords(key.references)} read all of it`,
            relation: table,
            line,
            column,
            fix: `CREATE INDEX CONCURRENTLY ON ${sqlName(table)} (${columns});`,
          };
        }
      }
    },
  },
  {
    id: "fk-type-mismatch",
    group,
    severity: "warning",
    summary: "a foreign key between columns of different types",
    explanation:
      "Each check casts, some indexes cannot serve, and keys that fit into one table may not fit into the other. Use the same type.",
    bad: [{ setup: ORDERS, sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id int REFERENCES orders);" }],
    good: [{ setup: ORDERS, sql: "CREATE TABLE notes (id bigint PRIMARY KEY, order_id bigint REFERENCES orders);" }],
    *checkFile(file) {
      for (const { table, key, line, column } of addedKeys(file)) {
        const [from, to] = [file.state.table(table), file.state.table(key.references)];
        for (const [index, name] of key.columns.entries()) {
          const mine = from?.columns.find((one) => one.name === name)?.type;
          const theirs = to?.columns.find((one) => one.name === key.references.columns[index])?.type;
          if (mine !== undefined && theirs !== undefined && mine.name !== theirs.name) {
            const message = `${name} is ${mine.text}, and ${key.references.columns[index]} of ${relationInWords(key.references)} is ${theirs.text}`;
            yield { message, relation: table, line, column };
          }
        }
      }
    },
  },
  {
    id: "duplicate-index",
    group,
    on: ["IndexStmt"],
    severity: "info",
    summary: "an index that another one makes needless",
    explanation: "Every index costs each write. One over (a) is needless beside one over (a, b), unless it is unique.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE INDEX orders_note_state ON orders (note, state);`,
        sql: "CREATE INDEX CONCURRENTLY orders_note ON orders (note);",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nCREATE INDEX orders_note_state ON orders (note, state);`,
        sql: "CREATE INDEX CONCURRENTLY orders_state ON orders (state);",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (statement.tag !== "IndexStmt" || statement.node.unique === true || statement.node.whereClause !== undefined) {
        return;
      }
      const table = written(statement.node.relation);
      const elements = all("IndexElem", statement.node.indexParams);
      const columns = elements.flatMap(({ name }) => name ?? []);
      const isPlain = elements.every(
        ({ name, opclass, collation }) => name !== undefined && opclass === undefined && collation === undefined,
      );
      const method = statement.node.accessMethod ?? "btree";
      const other = part.state
        .table(table)
        ?.indexes.find(
          (one) =>
            one.method === method &&
            one.predicate === undefined &&
            one.name !== statement.node.idxname &&
            covers(one.keys.map(columnOfKey), columns, true) &&
            !part.context.later.some((later) => drops(later.statement, table, one.name)),
        );
      const isOrdered = elements.some(
        ({ ordering }) => ordering !== undefined && ordering !== "SORTBY_DEFAULT" && ordering !== "SORTBY_ASC",
      );
      if (isPlain && !isOrdered && method === "btree" && columns.length > 0 && other !== undefined) {
        yield {
          message: `${other.name} of ${relationInWords(table)} serves for (${columns.join(", ")}) already`,
          relation: table,
        };
      }
    },
  },
  {
    id: "index-too-wide",
    group,
    on: ["IndexStmt"],
    severity: "info",
    summary: "an index of more than three columns that is not unique",
    explanation:
      "Each column makes the index larger and each write dearer, and the fourth hardly ever narrows a search. Columns that are only read belong into INCLUDE.",
    bad: [{ setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (customer_id, state, placed, total);" }],
    good: [
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (customer_id, placed) INCLUDE (state, total);" },
    ],
    *check({ statement }) {
      if (
        statement.tag === "IndexStmt" &&
        statement.node.unique !== true &&
        (statement.node.indexParams ?? []).length > 3
      ) {
        yield {
          message: `${statement.node.indexParams?.length} columns: more than three seldom help`,
          relation: written(statement.node.relation),
        };
      }
    },
  },
  {
    id: "table-without-primary-key",
    group,
    severity: "warning",
    summary: "a table without a primary key",
    explanation:
      "Rows cannot be named, logical replication cannot follow updates, and tools that go over a table in batches have no order. A key that the file adds later counts.",
    bad: [{ sql: "CREATE TABLE t (id bigint, name text);" }],
    good: [
      { sql: "CREATE TABLE t (id bigint PRIMARY KEY, name text);" },
      { sql: "CREATE TABLE t (id bigint, name text);\nALTER TABLE t ADD PRIMARY KEY (id);" },
    ],
    *checkFile(file) {
      for (const { statement, source } of file.past) {
        if (
          statement.tag !== "CreateStmt" ||
          statement.node.relation?.relpersistence === "t" ||
          statement.node.ofTypename !== undefined
        ) {
          continue;
        }
        const name = written(statement.node.relation);
        const table = file.state.table(name);
        const isHeir = statement.node.inhRelations !== undefined || table?.kind === "foreign";
        if (table !== undefined && !isHeir && !table.constraints.some(({ type }) => type === "primary key")) {
          yield {
            message: `${relationInWords(name)} has no primary key`,
            relation: name,
            line: source.line,
            column: source.column,
          };
        }
      }
    },
  },
];

interface AddedKey {
  readonly table: WrittenName;
  readonly key: Constraint & { readonly type: "foreign key" };
  readonly line: number;
  readonly column: number;
}

/** The foreign keys that the file has added and that are still there, with the places where they came. */
function addedKeys(file: FileContext): readonly AddedKey[] {
  const found = new Map<string, AddedKey>();
  for (const { statement, source } of file.past) {
    const table =
      statement.tag === "CreateStmt" || statement.tag === "AlterTableStmt"
        ? written(statement.node.relation)
        : undefined;
    const elements =
      statement.tag === "CreateStmt"
        ? statement.node.tableElts
        : statement.tag === "AlterTableStmt"
          ? all("AlterTableCmd", statement.node.cmds).flatMap(({ def }) => def ?? [])
          : [];
    const mentioned = (elements ?? []).flatMap(foreignKeysIn);
    const known: Table | undefined =
      table === undefined || mentioned.length === 0 ? undefined : file.state.table(table);
    for (const key of known?.constraints ?? []) {
      if (
        table !== undefined &&
        key.type === "foreign key" &&
        mentioned.some((one) => isAbout(one, key.columns, elements))
      ) {
        found.set(`${relationInWords(table)} ${key.name}`, { table, key, line: source.line, column: source.column });
      }
    }
  }
  return [...found.values()];
}

/** Of an element of a table: a constraint, or those beside a column. */
const foreignKeysIn = (element: PgNode): readonly NodeOf<"Constraint">[] =>
  all("Constraint", as("ColumnDef", element)?.constraints ?? [element]).filter(
    ({ contype }) => contype === "CONSTR_FOREIGN",
  );

function isAbout(
  constraint: NodeOf<"Constraint">,
  columns: readonly string[],
  elements: NodeOf<"CreateStmt">["tableElts"],
): boolean {
  const named = texts(constraint.fk_attrs);
  const inline = all("ColumnDef", elements).find(({ constraints }) =>
    all("Constraint", constraints).includes(constraint),
  )?.colname;
  const mine = named.length > 0 ? named : inline === undefined ? [] : [inline];
  return mine.length === columns.length && mine.every((one) => columns.includes(one));
}

type Key = Table["indexes"][number]["keys"][number];

const columnOfKey = (key: Key): string | undefined => ("column" in key ? key.column : undefined);

/** Whether an index with these keys finds rows by these columns: it begins with them, in any order unless one is asked for. */
function covers(keys: readonly (string | undefined)[], columns: readonly string[], inOrder = false): boolean {
  const head = keys.slice(0, columns.length);
  return inOrder
    ? columns.every((column, index) => head[index] === column)
    : columns.every((column) => head.includes(column));
}

/** Whether a statement drops an index of a table. */
const drops = (statement: ParsedStatement, { schema }: WrittenName, index: string): boolean =>
  statement.tag === "DropStmt" &&
  statement.node.removeType === "OBJECT_INDEX" &&
  (statement.node.objects ?? [])
    .map(objectName)
    .some((one) => one.name === index && (schema === undefined || one.schema === undefined || one.schema === schema));
