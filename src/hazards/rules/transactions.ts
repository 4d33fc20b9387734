import type { Effect } from "../../effects/effect.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import { isBlockingWork } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { settingChanges } from "../session-settings.ts";
import { objectName } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "transaction shape";

export const TRANSACTIONS: readonly Rule[] = [
  {
    id: "concurrently-in-transaction",
    group,
    severity: "error",
    summary: "a statement that PostgreSQL refuses inside a transaction stands in one",
    explanation:
      "CREATE, DROP and REINDEX … CONCURRENTLY, DETACH … CONCURRENTLY, VACUUM, CREATE DATABASE, ALTER SYSTEM and others cannot run in a " +
      "transaction block. Take the BEGIN away, or tell the tool not to wrap the file. Lockkeeper's own runner runs them outside by itself.",
    bad: [
      { setup: ORDERS, sql: "BEGIN;\nCREATE INDEX CONCURRENTLY i ON orders (note);\nCOMMIT;", line: 2 },
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (note);", wrapping: "tool" },
    ],
    good: [
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (note);" },
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (note);", wrapping: "own" },
    ],
    checkStatement({ effects, transaction, file }) {
      if (effects.transaction === "allowed" || !transaction.refusesNonTransactional) {
        return [];
      }
      const begun = transaction.begun;
      const why =
        begun !== undefined
          ? `the transaction begun on line ${begun.line}`
          : file.wrapping === "tool"
            ? "the transaction that the tool opens around the file"
            : "the block that surrounds it";
      return [{ message: `PostgreSQL refuses this inside ${why}` }];
    },
  },
  {
    id: "statement-after-access-exclusive",
    group,
    severity: "warning",
    summary: "more work in a transaction that holds ACCESS EXCLUSIVE",
    explanation:
      "Locks are held until the transaction ends: whatever comes after makes readers and writers of the locked table wait longer. Put it into " +
      "another transaction. Brief changes of the same table may stand together. It is said once a transaction.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nSELECT count(*) FROM customers;",
        line: 2,
        wrapping: "tool",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nALTER TABLE orders ADD COLUMN read boolean;",
        wrapping: "tool",
      },
      { setup: ORDERS, sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nSELECT count(*) FROM customers;" },
    ],
    checkStatement({ statement, effects, transaction, state, file }) {
      if (!transaction.isOpen || transaction.said.has("held") || effects.transaction === "forbidden") {
        return [];
      }
      const held = [...transaction.held.values()].find(({ lock }) => lock === "ACCESS EXCLUSIVE");
      const isFree = ["TransactionStmt", "VariableSetStmt", "CommentStmt", "VariableShowStmt"].includes(statement.tag);
      if (held === undefined || isFree) {
        return [];
      }
      const others = effects.effects.filter(
        ({ relation, isNew, role }) => !isNew && role !== "index" && relation.name !== held.relation.name,
      );
      const works = effects.effects.some((effect) => isBlockingWork(effect, state, file.policy));
      const isQuery = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt"].includes(
        statement.tag,
      );
      if (!(others.length > 0 || works || isQuery) || settingChanges(statement).length > 0) {
        return [];
      }
      transaction.said.add("held");
      const message = `${relationInWords(held.relation)} stays locked in ACCESS EXCLUSIVE since line ${held.line} while this runs`;
      return [{ message, relation: held.relation }];
    },
  },
  {
    id: "multiple-tables-locked",
    group,
    severity: "warning",
    summary: "ACCESS EXCLUSIVE on several tables in one transaction",
    explanation:
      "The application takes its locks in an order of its own: two transactions that wait for each other end in a deadlock. Lock one table a " +
      "transaction, or all of them in the order that the application uses.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nALTER TABLE customers ADD COLUMN seen boolean;",
        line: 2,
        wrapping: "tool",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nALTER TABLE customers ADD COLUMN seen boolean;",
      },
    ],
    checkStatement({ effects, transaction }) {
      const isTable = ({ kind, isNew, role, lock }: Effect): boolean =>
        lock === "ACCESS EXCLUSIVE" &&
        !isNew &&
        /table$/.test(kind) &&
        !["partition", "child", "parent"].includes(role);
      const now = effects.effects.filter(isTable).map(({ relation }) => relation);
      if (now.length === 0) {
        return [];
      }
      const before = transaction.isOpen
        ? [...transaction.held.values()]
            .filter(({ lock, role }) => lock === "ACCESS EXCLUSIVE" && ["target", "referenced"].includes(role))
            .map(({ relation }) => relation)
        : [];
      const added = now.filter((one) => !before.some(({ schema, name }) => schema === one.schema && name === one.name));
      if (added.length === 0 || before.length + added.length === 1) {
        return [];
      }
      const names = [...before, ...added].map(relationInWords).join(", ");
      return [
        { message: `one transaction holds ACCESS EXCLUSIVE on ${names}: a deadlock is possible`, relation: added[0] },
      ];
    },
  },
  {
    id: "transaction-nesting",
    group,
    on: ["TransactionStmt"],
    severity: "warning",
    summary: "BEGIN or COMMIT where a transaction is open already, or none is",
    explanation:
      "BEGIN inside of a transaction only warns. COMMIT inside of a file that a tool wraps ends the tool's transaction: what follows runs outside, and " +
      "the tool's own record with it.",
    bad: [
      { sql: "BEGIN;\nSELECT 1;\nCOMMIT;", wrapping: "tool" },
      { sql: "BEGIN;\nBEGIN;\nCOMMIT;", line: 2 },
    ],
    good: [{ sql: "BEGIN;\nSELECT 1;\nCOMMIT;" }],
    *checkStatement({ statement, transaction, file }) {
      if (statement.tag !== "TransactionStmt") {
        return;
      }
      const { kind } = statement.node;
      const begins = kind === "TRANS_STMT_BEGIN" || kind === "TRANS_STMT_START";
      const ends = kind === "TRANS_STMT_COMMIT" || kind === "TRANS_STMT_ROLLBACK";
      if (begins && transaction.begun !== undefined) {
        yield { message: `a transaction is open since line ${transaction.begun.line}` };
      } else if (begins && file.wrapping === "tool") {
        yield { message: "the tool has opened a transaction around this file already" };
      } else if (ends && file.wrapping === "tool") {
        yield { message: "this ends the transaction that the tool has opened around the file" };
      } else if (ends && transaction.begun === undefined) {
        yield { message: "no transaction is open here" };
      }
    },
  },
  {
    id: "uncommitted-transaction",
    group,
    severity: "error",
    summary: "BEGIN without COMMIT",
    explanation:
      "The transaction ends with the connection and takes everything back, while the file seems to have run.",
    bad: [{ setup: ORDERS, sql: "BEGIN;\nALTER TABLE orders ADD COLUMN seen boolean;" }],
    good: [{ setup: ORDERS, sql: "BEGIN;\nALTER TABLE orders ADD COLUMN seen boolean;\nCOMMIT;" }],
    *checkFile({ transaction: { begun } }) {
      if (begun !== undefined) {
        const { line, column } = begun;
        yield {
          message: "this transaction is never committed: all of it is taken back at the end",
          line,
          column,
          fix: "COMMIT;",
        };
      }
    },
  },
  {
    id: "enum-value-used-in-transaction",
    group,
    severity: "error",
    summary: "a new enum value is used in the transaction that adds it, which PostgreSQL refuses",
    explanation:
      "A value that ALTER TYPE … ADD VALUE adds cannot be used before its transaction is committed (55P04). Use two transactions.",
    bad: [
      {
        setup: "CREATE TYPE mood AS ENUM ('glad');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood);",
        sql: "ALTER TYPE mood ADD VALUE 'sad';\nUPDATE people SET mood = 'sad' WHERE id = 1;",
        line: 2,
        wrapping: "tool",
      },
    ],
    good: [
      {
        setup: "CREATE TYPE mood AS ENUM ('glad');\nCREATE TABLE people (id bigint PRIMARY KEY, mood mood);",
        sql: "ALTER TYPE mood ADD VALUE 'sad';\nUPDATE people SET mood = 'sad' WHERE id = 1;",
      },
    ],
    checkStatement({ statement, transaction, file }) {
      if (
        !transaction.refusesNonTransactional ||
        statement.tag === "AlterEnumStmt" ||
        transaction.newEnumValues.size === 0
      ) {
        return [];
      }
      const isMade = (type: string): boolean =>
        file.past.some(
          ({ statement: one }) =>
            one.tag === "CreateEnumStmt" && objectName({ List: { items: one.node.typeName ?? [] } }).name === type,
        );
      const used = nodesOfType([{ [statement.tag]: statement.node }], "A_Const").find(({ sval, location }) => {
        const type = transaction.newEnumValues.get(sval?.sval ?? "");
        return type !== undefined && location !== undefined && !isMade(type);
      });
      if (used === undefined) {
        return [];
      }
      const value = used.sval?.sval ?? "";
      const type = transaction.newEnumValues.get(value) ?? "";
      return [{ message: `PostgreSQL refuses '${value}' until the transaction that adds it to ${type} is committed` }];
    },
  },
  {
    id: "session-set-leaks",
    group,
    on: ["VariableSetStmt", "SelectStmt"],
    severity: "info",
    summary: "SET without LOCAL in a file that a tool wraps",
    explanation:
      "The setting outlives the transaction, and behind a pooler in transaction mode it goes to whoever gets the connection next. SET LOCAL ends with " +
      "the transaction.",
    bad: [{ sql: "SET lock_timeout = '2s';", wrapping: "tool" }],
    good: [
      { sql: "SET LOCAL lock_timeout = '2s';", wrapping: "tool" },
      { sql: "SET lock_timeout = '2s';\nRESET lock_timeout;", wrapping: "tool" },
    ],
    *checkStatement(context) {
      const { statement, file, source } = context;
      for (const { name, value, isLocal } of settingChanges(statement)) {
        const isReset = context.later.some((one) =>
          settingChanges(one.statement).some(
            (other) => (other.name === name || other.name === "all") && other.value === undefined,
          ),
        );
        if (file.wrapping === "tool" && value !== undefined && !isLocal && !isReset) {
          const fix =
            statement.tag === "VariableSetStmt"
              ? { fix: `${source.text.replace(/^set\s+(session\s+)?/i, "SET LOCAL ")};` }
              : {};
          yield { message: `${name} stays set when the transaction has ended`, ...fix };
        }
      }
    },
  },
];
