import { isAtLeast } from "../../effects/lock-mode.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { type AddedConstraint, addedColumn, addedConstraint, alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { as, sqlName, texts, written } from "../tree.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

export const BLOCKING_CONSTRAINTS: readonly Rule[] = [
  {
    id: "add-check-without-not-valid",
    group,
    on: ["AT_AddConstraint"],
    severity: "error",
    online: "info",
    summary: "ADD CHECK that proves every row at once",
    explanation:
      "Every row is read under ACCESS EXCLUSIVE. Added NOT VALID it holds for new rows at once, and VALIDATE CONSTRAINT proves the " +
      "old ones in a transaction of its own while everybody works.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0);" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders ADD CONSTRAINT total_positive CHECK (total >= 0) NOT VALID;" }],
    *check(part) {
      const added = addedConstraint(part, "CONSTR_CHECK", "CONSTR_NOTNULL");
      const [effect] = part.blocking;
      if (added !== undefined && effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: added.table, fix: notValidFix(added, part) };
      }
    },
  },
  {
    id: "add-fk-without-not-valid",
    group,
    on: ["AT_AddConstraint"],
    severity: "error",
    online: "info",
    summary: "ADD FOREIGN KEY that verifies every row at once",
    explanation:
      "SHARE ROW EXCLUSIVE is held on both tables, so writers of both wait, until every row has been looked up. Added NOT VALID it " +
      "holds for new rows at once; VALIDATE CONSTRAINT verifies the old ones while everybody works. On partitioned tables NOT VALID " +
      "is possible from PostgreSQL 18 on.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id);",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD CONSTRAINT orders_customer FOREIGN KEY (customer_id) REFERENCES customers (id) NOT VALID;",
      },
    ],
    *check(part) {
      const added = addedConstraint(part, "CONSTR_FOREIGN");
      const [effect] = part.blocking;
      if (added !== undefined && effect !== undefined) {
        const parent = relationInWords(written(added.constraint.pktable));
        const isPartitioned = part.state.table(added.table)?.kind === "partitioned";
        const fix = isPartitioned && part.state.major < 18 ? {} : { fix: notValidFix(added, part) };
        yield {
          message: `${blockedInWords(effect, part.state)}; writers of ${parent} wait too`,
          relation: added.table,
          ...fix,
        };
      }
    },
  },
  {
    id: "add-unique-constraint",
    group,
    on: ["AT_AddConstraint", "AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD UNIQUE, or ADD COLUMN … UNIQUE, that builds its index under the lock",
    explanation:
      "The index is built under ACCESS EXCLUSIVE. Create the unique index concurrently and let the constraint take it over with " +
      "UNIQUE USING INDEX, which is instant.",
    bad: [
      { setup: ORDERS, sql: "ALTER TABLE orders ADD CONSTRAINT orders_note_key UNIQUE (note);" },
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN code text UNIQUE;" },
    ],
    good: [
      {
        setup: `${ORDERS}\nCREATE UNIQUE INDEX orders_note_key ON orders (note);`,
        sql: "ALTER TABLE orders ADD CONSTRAINT orders_note_key UNIQUE USING INDEX orders_note_key;",
      },
    ],
    *check(part) {
      const added = addedConstraint(part, "CONSTR_UNIQUE");
      const column = addedColumn(part);
      const inline = column?.constraints.find(({ contype }) => contype === "CONSTR_UNIQUE");
      const [effect] = part.blocking;
      if (effect === undefined) {
        return;
      }
      if (added !== undefined && added.constraint.indexname === undefined) {
        yield {
          message: blockedInWords(effect, part.state),
          relation: added.table,
          fix: usingIndexFix(added, "UNIQUE", part),
        };
      }
      if (column !== undefined && inline !== undefined) {
        const name = inline.conname ?? `${column.table.name}_${column.name}_key`;
        yield {
          message: `${blockedInWords(effect, part.state)}: ${column.name} is UNIQUE`,
          relation: column.table,
          fix: [
            `${column.head} ${part.text.replace(/\s+(?:constraint\s+\S+\s+)?unique\b/i, "")};`,
            `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${sqlName(column.table)} (${quoteIdentifier(column.name)});`,
            `${column.head} ADD CONSTRAINT ${quoteIdentifier(name)} UNIQUE USING INDEX ${quoteIdentifier(name)};`,
          ].join("\n"),
        };
      }
    },
  },
  {
    id: "add-primary-key",
    group,
    on: ["AT_AddConstraint", "AT_AddColumn"],
    severity: "error",
    online: "info",
    summary: "ADD PRIMARY KEY that builds its index under the lock",
    explanation:
      "The index is built, and nullable columns are read, under ACCESS EXCLUSIVE. Create the unique index concurrently, prove the " +
      "columns NOT NULL, then ADD PRIMARY KEY USING INDEX.",
    bad: [
      {
        setup: "CREATE TABLE logs (id bigint NOT NULL, line text);",
        sql: "ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY (id);",
      },
    ],
    good: [
      {
        setup: "CREATE TABLE logs (id bigint NOT NULL, line text);\nCREATE UNIQUE INDEX logs_pkey ON logs (id);",
        sql: "ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_pkey;",
      },
    ],
    *check(part) {
      const added = addedConstraint(part, "CONSTR_PRIMARY");
      const column = addedColumn(part);
      const isInline = column?.constraints.some(({ contype }) => contype === "CONSTR_PRIMARY") === true;
      const [effect] = part.blocking;
      if (effect === undefined) {
        return;
      }
      if (added !== undefined && added.constraint.indexname === undefined) {
        yield {
          message: blockedInWords(effect, part.state),
          relation: added.table,
          fix: usingIndexFix(added, "PRIMARY KEY", part),
        };
      }
      if (isInline) {
        yield {
          message: `${blockedInWords(effect, part.state)}: ${column?.name} is the primary key`,
          relation: column?.table,
        };
      }
    },
  },
  {
    id: "pk-using-index-nullable",
    group,
    on: ["AT_AddConstraint"],
    severity: "error",
    online: "info",
    summary: "PRIMARY KEY USING INDEX over columns that may be null",
    explanation:
      "A primary key makes its columns NOT NULL: every row is read under ACCESS EXCLUSIVE to prove it. Prove it first with a valid " +
      "CHECK (c IS NOT NULL), or SET NOT NULL by way of one.",
    bad: [
      {
        setup: "CREATE TABLE logs (id bigint, line text);\nCREATE UNIQUE INDEX logs_pkey ON logs (id);",
        sql: "ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_pkey;",
      },
    ],
    good: [
      {
        setup: "CREATE TABLE logs (id bigint NOT NULL, line text);\nCREATE UNIQUE INDEX logs_pkey ON logs (id);",
        sql: "ALTER TABLE logs ADD CONSTRAINT logs_pkey PRIMARY KEY USING INDEX logs_pkey;",
      },
    ],
    *check(part) {
      const added = addedConstraint(part, "CONSTR_PRIMARY");
      const [effect] = part.blocking;
      if (added?.constraint.indexname !== undefined && effect !== undefined) {
        const message = `${blockedInWords(effect, part.state)}: columns of ${added.constraint.indexname} may be null`;
        yield { message, relation: added.table };
      }
    },
  },
  {
    id: "add-exclusion-constraint",
    group,
    on: ["AT_AddConstraint"],
    severity: "error",
    summary: "ADD EXCLUDE, for which there is no online form",
    explanation:
      "The index is built and every row held against the others under ACCESS EXCLUSIVE. No concurrent form exists: make a new table " +
      "with the constraint and copy into it while a trigger keeps it in step, or take a maintenance window.",
    bad: [
      {
        setup: "CREATE TABLE stays (room int, during tsrange);",
        sql: "ALTER TABLE stays ADD CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&);",
      },
    ],
    good: [
      {
        sql: "CREATE TABLE stays (room int, during tsrange, CONSTRAINT no_overlap EXCLUDE USING gist (during WITH &&));",
      },
    ],
    *check(part) {
      const added = addedConstraint(part, "CONSTR_EXCLUSION");
      const [effect] = part.blocking;
      if (added !== undefined && effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: added.table };
      }
    },
  },
  {
    id: "validate-in-same-transaction",
    group,
    on: ["AT_ValidateConstraint"],
    severity: "error",
    online: "info",
    summary: "VALIDATE CONSTRAINT while the transaction holds a stronger lock",
    explanation:
      "VALIDATE CONSTRAINT itself lets writers work, but locks are held until the transaction ends: after ADD … NOT VALID, or any " +
      "other DDL of the table in the same transaction or the same ALTER TABLE, every row is verified while others wait. " +
      "Validate in a transaction of its own.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT t;",
        line: 2,
        wrapping: "tool",
      },
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0) NOT VALID;`,
        sql: "ALTER TABLE orders ADD COLUMN extra int, VALIDATE CONSTRAINT t;",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD CONSTRAINT t CHECK (total >= 0) NOT VALID;\nALTER TABLE orders VALIDATE CONSTRAINT t;",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_ValidateConstraint");
      if (found === undefined || part.isNew(found.table) || part.isSmall(found.table)) {
        return;
      }
      const name = part.state.resolved(found.table);
      const { transaction, effects } = part.context;
      const isThis = (one: { readonly schema: string; readonly name: string }): boolean =>
        one.schema === name.schema && one.name === name.name;
      const held = transaction.isOpen
        ? [...transaction.held.values()].find(({ relation }) => isThis(relation))
        : undefined;
      const whole = effects.effects.find(({ relation }) => isThis(relation));
      const alone = part.effects.effects.find(({ relation }) => isThis(relation));
      const constraint = found.command.name ?? "";
      const fix = `${found.head} VALIDATE CONSTRAINT ${quoteIdentifier(constraint)};`;
      if (held !== undefined && isAtLeast(held.lock, "SHARE ROW EXCLUSIVE")) {
        const message = `reads every row of ${relationInWords(name)} while the transaction holds ${held.lock} since line ${held.line}`;
        yield { message, relation: found.table, fix: `-- in a transaction of its own\n${fix}` };
      } else if (
        whole !== undefined &&
        alone !== undefined &&
        isAtLeast(whole.lock, "SHARE ROW EXCLUSIVE") &&
        whole.lock !== alone.lock
      ) {
        const message = `reads every row of ${relationInWords(name)} under ${whole.lock}, which another part of the statement takes`;
        yield { message, relation: found.table, fix };
      }
    },
  },
  {
    id: "alter-constraint-enforced",
    group,
    on: ["AT_AlterConstraint"],
    severity: "error",
    online: "info",
    summary: "ALTER CONSTRAINT … ENFORCED of a foreign key",
    explanation:
      "Every row is verified under ACCESS EXCLUSIVE. Drop the constraint, add it NOT VALID (enforced for new rows) and validate it.",
    since: 18,
    bad: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers NOT ENFORCED;`,
        sql: "ALTER TABLE orders ALTER CONSTRAINT c ENFORCED;",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT c FOREIGN KEY (customer_id) REFERENCES customers;`,
        sql: "ALTER TABLE orders ALTER CONSTRAINT c NOT ENFORCED;",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_AlterConstraint");
      const change = as("ATAlterConstraint", found?.command.def);
      if (found === undefined || change?.alterEnforceability !== true || change.is_enforced !== true) {
        return;
      }
      const effect = part.feared(found.table, "ACCESS EXCLUSIVE", "validate");
      if (effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: found.table };
      }
    },
  },
];

/** The constraint NOT VALID, and its validation. */
function notValidFix({ table, head, constraint }: AddedConstraint, part: Part): string {
  const name = constraint.conname ?? defaultName(table.name, constraint);
  const text =
    constraint.conname === undefined
      ? part.text.replace(/^add\s+/i, `ADD CONSTRAINT ${quoteIdentifier(name)} `)
      : part.text;
  return [`${head} ${text} NOT VALID;`, `${head} VALIDATE CONSTRAINT ${quoteIdentifier(name)};`].join("\n");
}

function defaultName(table: string, { contype, fk_attrs: columns }: AddedConstraint["constraint"]): string {
  return contype === "CONSTR_FOREIGN" ? `${table}_${texts(columns).join("_")}_fkey` : `${table}_check`;
}

function usingIndexFix({ table, head, constraint }: AddedConstraint, what: string, part: Part): string {
  const columns = texts(constraint.keys);
  const name = constraint.conname ?? `${table.name}_${what === "UNIQUE" ? `${columns.join("_")}_key` : "pkey"}`;
  const nullable = part.state
    .table(table)
    ?.columns.filter((column) => what !== "UNIQUE" && columns.includes(column.name) && !column.notNull);
  const nulls = constraint.nulls_not_distinct === true ? " NULLS NOT DISTINCT" : "";
  const include = texts(constraint.including);
  const covering = include.length === 0 ? "" : ` INCLUDE (${include.map(quoteIdentifier).join(", ")})`;
  const keys = columns.map(quoteIdentifier).join(", ");
  return [
    `CREATE UNIQUE INDEX CONCURRENTLY ${quoteIdentifier(name)} ON ${sqlName(table)} (${keys})${covering}${nulls};`,
    ...(nullable ?? []).map((column) => `-- first prove that ${quoteIdentifier(column.name)} is NOT NULL`),
    `${head} ADD CONSTRAINT ${quoteIdentifier(name)} ${what} USING INDEX ${quoteIdentifier(name)};`,
  ].join("\n");
}
