import type { WrittenName } from "../../catalog/state/relation.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { all } from "../tree.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

const PROVEN = `${ORDERS}
ALTER TABLE orders ADD CONSTRAINT orders_note_nn CHECK (note IS NOT NULL);`;

export const BLOCKING_COLUMNS: readonly Rule[] = [
  {
    id: "set-not-null",
    group,
    on: ["AT_SetNotNull"],
    severity: "error",
    online: "info",
    summary: "SET NOT NULL on a column that no CHECK proves",
    explanation:
      "Every row is read under ACCESS EXCLUSIVE. Prove it first: up to PostgreSQL 17 with CHECK (c IS NOT NULL) NOT VALID, " +
      "VALIDATE CONSTRAINT, SET NOT NULL (which then reads nothing), DROP CONSTRAINT, each in a transaction of its own; from " +
      "18 on with a NOT NULL constraint NOT VALID and VALIDATE CONSTRAINT.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;" }],
    good: [{ setup: PROVEN, sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;" }],
    *check(part) {
      const found = alteration(part, "AT_SetNotNull");
      const column = found?.command.name ?? "";
      if (found === undefined || hasUnprovenNotNull(part, found.table, column) !== undefined) {
        return;
      }
      const [effect] = part.blocking;
      if (effect !== undefined && !dropsProof(part, found.table, column)) {
        const name = `${found.table.name}_${column}_not_null`;
        const message = `${blockedInWords(effect, part.state)}: no valid CHECK proves that ${column} is NOT NULL`;
        yield { message, relation: found.table, fix: notNullFix(found.head, column, name, part.state.major) };
      }
    },
  },
  {
    id: "set-not-null-drops-proof",
    group,
    on: ["AT_SetNotNull"],
    severity: "error",
    online: "info",
    summary: "SET NOT NULL and DROP CONSTRAINT of its proof in one ALTER TABLE",
    explanation:
      "PostgreSQL drops before it sets, whatever the order in the statement: the proof is gone when SET NOT NULL looks for it, " +
      "and every row is read under ACCESS EXCLUSIVE. Use two statements.",
    bad: [{ setup: PROVEN, sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL, DROP CONSTRAINT orders_note_nn;" }],
    good: [
      {
        setup: PROVEN,
        sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\nALTER TABLE orders DROP CONSTRAINT orders_note_nn;",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_SetNotNull");
      const column = found?.command.name ?? "";
      if (
        found !== undefined &&
        dropsProof(part, found.table, column) &&
        !part.isNew(found.table) &&
        !part.isSmall(found.table)
      ) {
        const dropped = droppedConstraints(part)[0] ?? "";
        yield {
          message: `reads every row of ${relationInWords(found.table)} (ACCESS EXCLUSIVE): ${dropped}, which proves ${column}, is dropped first`,
          relation: found.table,
          fix: [
            `${found.head} ALTER COLUMN ${quoteIdentifier(column)} SET NOT NULL;`,
            `${found.head} DROP CONSTRAINT ${quoteIdentifier(dropped)};`,
          ].join("\n"),
        };
      }
    },
  },
  {
    id: "set-not-null-on-not-valid-nn",
    group,
    on: ["AT_SetNotNull"],
    severity: "error",
    online: "info",
    summary: "SET NOT NULL over a NOT NULL constraint that is NOT VALID",
    explanation:
      "SET NOT NULL validates the constraint under ACCESS EXCLUSIVE. VALIDATE CONSTRAINT does the same under SHARE UPDATE " +
      "EXCLUSIVE, which lets readers and writers work.",
    since: 18,
    bad: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT orders_note_nn NOT NULL note NOT VALID;`,
        sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nALTER TABLE orders ADD CONSTRAINT orders_note_nn NOT NULL note NOT VALID;`,
        sql: "ALTER TABLE orders VALIDATE CONSTRAINT orders_note_nn;",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_SetNotNull");
      const name = found === undefined ? undefined : hasUnprovenNotNull(part, found.table, found.command.name ?? "");
      const [effect] = part.blocking;
      if (found !== undefined && name !== undefined && effect !== undefined) {
        const message = `${blockedInWords(effect, part.state)}: it validates ${name}`;
        yield { message, relation: found.table, fix: `${found.head} VALIDATE CONSTRAINT ${quoteIdentifier(name)};` };
      }
    },
  },
  {
    id: "set-expression-rewrite",
    group,
    on: ["AT_SetExpression"],
    severity: "error",
    online: "info",
    summary: "SET EXPRESSION of a stored generated column",
    explanation:
      "The column is computed again for every row: the table is written again under ACCESS EXCLUSIVE. Add a new column and " +
      "swap the names. A virtual column changes its expression for nothing.",
    since: 17,
    bad: [
      {
        setup: "CREATE TABLE boxes (id bigint PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) STORED);",
        sql: "ALTER TABLE boxes ALTER COLUMN b SET EXPRESSION AS (a * 3);",
      },
    ],
    good: [
      {
        setup: "CREATE TABLE boxes (id bigint PRIMARY KEY, a int, b int GENERATED ALWAYS AS (a * 2) VIRTUAL);",
        sql: "ALTER TABLE boxes ALTER COLUMN b SET EXPRESSION AS (a * 3);",
      },
    ],
    *check(part) {
      const found = alteration(part, "AT_SetExpression");
      const [effect] = part.blocking;
      if (found !== undefined && effect !== undefined) {
        yield {
          message: `${blockedInWords(effect, part.state)}: ${found.command.name} is stored`,
          relation: found.table,
        };
      }
    },
  },
];

/** The safe way to NOT NULL for a server of that version. */
function notNullFix(head: string, column: string, name: string, major: number): string {
  const [named, quoted] = [quoteIdentifier(name), quoteIdentifier(column)];
  return (
    major >= 18
      ? [`${head} ADD CONSTRAINT ${named} NOT NULL ${quoted} NOT VALID;`, `${head} VALIDATE CONSTRAINT ${named};`]
      : [
          `${head} ADD CONSTRAINT ${named} CHECK (${quoted} IS NOT NULL) NOT VALID;`,
          `${head} VALIDATE CONSTRAINT ${named};`,
          `${head} ALTER COLUMN ${quoted} SET NOT NULL;`,
          `${head} DROP CONSTRAINT ${named};`,
        ]
  ).join("\n");
}

function hasUnprovenNotNull(part: Part, table: WrittenName, column: string): string | undefined {
  const constraint = part.state.table(table)?.columns.find(({ name }) => name === column)?.notNullConstraint;
  return constraint?.validated === false ? constraint.name : undefined;
}

const droppedConstraints = ({ context: { statement } }: Part): readonly string[] =>
  statement.tag === "AlterTableStmt"
    ? all("AlterTableCmd", statement.node.cmds).flatMap(({ subtype, name }) =>
        subtype === "AT_DropConstraint" && name !== undefined ? [name] : [],
      )
    : [];

/** Whether the same statement drops a CHECK that says what SET NOT NULL wants to know. */
function dropsProof(part: Part, table: WrittenName, column: string): boolean {
  const dropped = droppedConstraints(part);
  const known = part.context.state.table(table)?.constraints;
  return dropped.some((name) => {
    const constraint = known?.find((one) => one.name === name);
    return constraint === undefined
      ? known === undefined
      : constraint.type === "check" &&
          constraint.validated &&
          constraint.columns.includes(column) &&
          /IS NOT NULL/i.test(constraint.definition);
  });
}
