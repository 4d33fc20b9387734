import type { WrittenName } from "../../catalog/state/relation.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type Alteration, alteration, columnOf } from "../alterations.ts";
import type { Part } from "../context.ts";
import { isTable, viewsUsing } from "../dependents.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { as, type WrittenType, writtenType } from "../tree.ts";
import { narrowing } from "../type-narrowing.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

export const BLOCKING_TYPES: readonly Rule[] = [
  {
    id: "alter-column-type-rewrite",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    online: "info",
    summary: "a type change that writes the table again",
    explanation:
      "When the stored form of the values changes (int to bigint, char to text, json to jsonb, enum to text, another numeric " +
      "scale, most USING expressions), the table and its indexes are written again under ACCESS EXCLUSIVE. Add a new column, " +
      "keep it in step by a trigger, fill it in batches and swap the names. varchar(n) to a longer one or to text, numeric to " +
      "more digits of the same scale and the like write nothing and are not reported.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN note TYPE jsonb USING note::jsonb;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN state TYPE varchar(40);" }],
    *check(part) {
      const change = typeChange(part);
      const effect = part.blocking.find(({ works }) => works.includes("rewrite"));
      if (change !== undefined && effect !== undefined && !isTimestampSwap(change) && !changesKey(part, change)) {
        yield {
          message: `${blockedInWords(effect, part.state)}: the type of ${change.column} ${change.before === undefined ? "may change" : "changes"} its stored form`,
          relation: change.table,
        };
      }
    },
  },
  {
    id: "alter-column-type-index-rebuild",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    online: "info",
    summary: "a type or collation change that builds indexes again",
    explanation:
      "The table stays as it is, but its indexes on the column, or with expressions or predicates over it, are built again under " +
      "ACCESS EXCLUSIVE: after a change of collation, to citext, and for expression and partial indexes after any change. " +
      "Drop those indexes concurrently first, and create them concurrently afterwards.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE INDEX orders_state ON orders (state);`,
        sql: 'ALTER TABLE orders ALTER COLUMN state TYPE varchar(20) COLLATE "C";',
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nCREATE INDEX orders_state ON orders (state);`,
        sql: "ALTER TABLE orders ALTER COLUMN state TYPE varchar(40);",
      },
    ],
    *check(part) {
      const change = typeChange(part);
      const effect = part.blocking.find(
        ({ works }) => works.includes("index-rebuild") || works.includes("index-build"),
      );
      const isRewritten = part.effects.effects.some(({ works }) => works.includes("rewrite"));
      if (change !== undefined && effect !== undefined && !isRewritten) {
        yield {
          message: `${blockedInWords(effect, part.state)}: indexes over ${change.column} do not fit its new type`,
          relation: change.table,
        };
      }
    },
  },
  {
    id: "alter-column-type-recheck",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    online: "info",
    summary: "a type change on a column with a valid CHECK",
    explanation:
      "The constraint is added again and every row is read under ACCESS EXCLUSIVE, even when the type change itself costs " +
      "nothing. Drop the CHECK, change the type, add it NOT VALID and validate it. A CHECK that is NOT VALID is not read again.",
    bad: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT known CHECK (state <> '');`,
        sql: "ALTER TABLE orders ALTER COLUMN state TYPE varchar(40);",
      },
    ],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN state TYPE varchar(40);" }],
    *check(part) {
      const change = typeChange(part);
      const effect = part.blocking.find(({ works }) => works.includes("scan"));
      const isRewritten = part.effects.effects.some(({ works }) => works.includes("rewrite"));
      if (change === undefined || effect === undefined || isRewritten) {
        return;
      }
      const checks = (part.state.table(change.table)?.constraints ?? []).filter(
        ({ type, validated, columns }) => type === "check" && validated && columns.includes(change.column),
      );
      const names = checks.map(({ name }) => name);
      yield {
        message: `${blockedInWords(effect, part.state)}: ${names.join(", ") || "a CHECK"} over ${change.column} is proven again`,
        relation: change.table,
        ...(checks.length === 0
          ? {}
          : {
              fix: [
                ...names.map((name) => `${change.head} DROP CONSTRAINT ${quoteIdentifier(name)};`),
                `${change.head} ${part.text};`,
                ...checks.flatMap(({ name, definition }) => [
                  `${change.head} ADD CONSTRAINT ${quoteIdentifier(name)} ${definition} NOT VALID;`,
                  `${change.head} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`,
                ]),
              ].join("\n"),
            }),
      };
    },
  },
  {
    id: "alter-column-type-fk",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    online: "info",
    summary: "a type change on a column of a primary or foreign key",
    explanation:
      "Foreign keys over the column are made again and every row of the referencing table is verified; both tables are locked " +
      "in ACCESS EXCLUSIVE meanwhile, and rows are written again where the type needs it. Drop the foreign keys first, add them " +
      "NOT VALID afterwards, and validate.",
    bad: [
      {
        setup: "CREATE TABLE a (id int PRIMARY KEY);\nCREATE TABLE b (id int PRIMARY KEY, a_id int REFERENCES a);",
        sql: "ALTER TABLE a ALTER COLUMN id TYPE bigint;",
      },
    ],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN state TYPE varchar(40);" }],
    *check(part) {
      const change = typeChange(part);
      const [effect] = part.blocking;
      if (change !== undefined && effect !== undefined && changesKey(part, change)) {
        yield {
          message: `${blockedInWords(effect, part.state)}: ${change.column} belongs to foreign keys, which are verified again`,
          relation: change.table,
        };
      }
    },
  },
  {
    id: "alter-column-type-timezone",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    online: "info",
    summary: "timestamp to timestamptz (or back) outside of TimeZone UTC",
    explanation:
      "The table is written again unless the session's TimeZone is UTC and there is no USING; and the values change their meaning " +
      "with the session's time zone. When the old values are UTC: SET timezone = 'UTC' first, and no USING.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN placed TYPE timestamp;" }],
    good: [{ setup: ORDERS, sql: "SET timezone = 'UTC';\nALTER TABLE orders ALTER COLUMN placed TYPE timestamp;" }],
    *check(part) {
      const change = typeChange(part);
      const [effect] = part.blocking;
      if (change !== undefined && effect !== undefined && isTimestampSwap(change)) {
        yield {
          message: `${blockedInWords(effect, part.state)}: ${change.column} is converted by the session's time zone`,
          relation: change.table,
          fix: `SET timezone = 'UTC';\n${change.head} ${part.text.replace(/\s+using\s[\s\S]*$/i, "")};`,
        };
      }
    },
  },
  {
    id: "type-narrowing",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    summary: "a type that holds less: rows may not fit, or lose digits",
    explanation:
      "A shorter varchar, a smaller integer or fewer digits make the statement fail on the first row that does not fit, after the " +
      "table was locked; fewer decimals round silently. Prove with a CHECK, NOT VALID first, that all rows fit, then change.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN state TYPE varchar(5);" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN state TYPE text;" }],
    *check(part) {
      const change = typeChange(part);
      const before = change === undefined ? undefined : columnOf(part, change.table, change.column);
      const reason = change === undefined || before === undefined ? undefined : narrowing(before.type, change.type);
      if (change !== undefined && reason !== undefined && !part.isNew(change.table)) {
        yield { message: `${change.column} of ${relationInWords(change.table)} ${reason}`, relation: change.table };
      }
    },
  },
  {
    id: "alter-column-type-dependent-view",
    group,
    on: ["AT_AlterColumnType"],
    severity: "error",
    online: "info",
    summary: "a type change on a column that a view or a generated column uses, which PostgreSQL refuses",
    explanation:
      "PostgreSQL refuses to change the type of a column that a view, a rule, a policy or a generated column uses. Drop and create " +
      "those in the same transaction.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE VIEW open_orders AS SELECT id, state FROM orders WHERE state = 'open';`,
        sql: "ALTER TABLE orders ALTER COLUMN state TYPE text;",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nCREATE VIEW open_orders AS SELECT id, note FROM orders;`,
        sql: "ALTER TABLE orders ALTER COLUMN state TYPE text;",
      },
    ],
    *check(part) {
      const change = typeChange(part);
      const users =
        change === undefined ? [] : viewsUsing(part.state, part.state.resolved(change.table), change.column);
      if (change !== undefined && users.length > 0) {
        const message = `PostgreSQL refuses it: ${change.column} of ${relationInWords(change.table)} is used by ${users.join(", ")}`;
        yield { message, relation: change.table };
      }
    },
  },
];

interface TypeChange extends Alteration {
  readonly column: string;
  readonly type: WrittenType;
  /** What the column was, where it is known. */
  readonly before: string | undefined;
}

function typeChange(part: Part): TypeChange | undefined {
  const found = alteration(part, "AT_AlterColumnType");
  const definition = as("ColumnDef", found?.command.def);
  const isOfTable = part.statement.tag === "AlterTableStmt" && isTable(part.statement.node.objtype);
  if (found === undefined || definition === undefined || !isOfTable) {
    return undefined;
  }
  const column = found.command.name ?? "";
  const before = columnOf(part, found.table, column)?.type.name;
  return { ...found, column, type: writtenType(definition.typeName), before };
}

const isTimestampSwap = ({ before, type }: TypeChange): boolean =>
  (before === "timestamp" && type.short === "timestamptz") || (before === "timestamptz" && type.short === "timestamp");

function changesKey(part: Part, { table, column }: TypeChange): boolean {
  const known = part.state.table(table);
  const own = (known?.constraints ?? []).some((one) => one.type === "foreign key" && one.columns.includes(column));
  return own || referredTo(part, table, column);
}

const referredTo = (part: Part, table: WrittenName, column: string): boolean =>
  part.state.keysReferencing(part.state.resolved(table)).some(({ table: from, constraint }) => {
    const key = from.constraints.find(({ name }) => name === constraint);
    return key?.type === "foreign key" && key.references.columns.includes(column);
  });
