import type { Effect } from "../../effects/effect.ts";
import { isAtLeast } from "../../effects/lock-mode.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { isBlockingWork, type StatementContext, type WrittenStatement } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import type { Rule } from "../rule.ts";
import { settingChanges } from "../session-settings.ts";
import { all, nodesOfType, objectName, sqlName, written } from "../tree.ts";
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
    *checkStatement({ effects, transaction, file }) {
      if (effects.transaction === "forbidden" && transaction.refusesNonTransactional) {
        const begun = transaction.begun;
        const why =
          begun !== undefined
            ? `the transaction begun on line ${begun.line}`
            : file.wrapping === "tool"
              ? "the transaction that the tool opens around the file"
              : "the block that surrounds it";
        yield { message: `PostgreSQL refuses this inside ${why}` };
      }
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
    *checkStatement({ statement, effects, transaction, state, file }) {
      const held = [...transaction.held.values()].find(({ lock, isNew }) => lock === "ACCESS EXCLUSIVE" && !isNew);
      const isFree = ["TransactionStmt", "VariableSetStmt", "CommentStmt", "VariableShowStmt"].includes(statement.tag);
      if (
        held === undefined ||
        isFree ||
        !transaction.isOpen ||
        transaction.said.has("held") ||
        effects.transaction === "forbidden"
      ) {
        return;
      }
      const others = effects.effects.filter(
        ({ relation, isNew, role }) => !isNew && role !== "index" && relation.name !== held.relation.name,
      );
      const works = effects.effects.some((effect) => isBlockingWork(effect, state, file.policy));
      const isQuery = ["SelectStmt", "InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt", "CopyStmt"].includes(
        statement.tag,
      );
      if ((others.length > 0 || works || isQuery) && settingChanges(statement).length === 0) {
        transaction.said.add("held");
        const message = `${relationInWords(held.relation)} stays locked in ACCESS EXCLUSIVE since line ${held.line} while this runs`;
        yield { message, relation: held.relation };
      }
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
    *checkStatement({ effects, transaction }) {
      const isTable = ({ kind, isNew, role, lock }: Effect): boolean =>
        lock === "ACCESS EXCLUSIVE" &&
        !isNew &&
        /table$/.test(kind) &&
        !["partition", "child", "parent"].includes(role);
      const now = effects.effects.filter(isTable).map(({ relation }) => relation);
      const before = transaction.isOpen
        ? [...transaction.held.values()]
            .filter(
              ({ lock, isNew, role }) =>
                lock === "ACCESS EXCLUSIVE" && !isNew && ["target", "referenced"].includes(role),
            )
            .map(({ relation }) => relation)
        : [];
      const added = now.filter((one) => !before.some(({ schema, name }) => schema === one.schema && name === one.name));
      if (added.length > 0 && before.length + added.length > 1) {
        const names = [...before, ...added].map(relationInWords);
        yield {
          message: `one transaction holds ACCESS EXCLUSIVE on ${names.join(", ")}: a deadlock is possible`,
          relation: added[0],
        };
      }
    },
  },
  {
    id: "combine-alter-tables",
    group,
    on: ["AlterTableStmt"],
    severity: "info",
    summary: "several ALTER TABLE that each read or write the whole table",
    explanation: "One ALTER TABLE with several subcommands goes over the rows once.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\nALTER TABLE orders ALTER COLUMN total SET NOT NULL;",
        line: 2,
      },
    ],
    good: [
      { setup: ORDERS, sql: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL, ALTER COLUMN total SET NOT NULL;" },
    ],
    *checkStatement({ statement, effects, file, state }) {
      const before = file.past.at(-1);
      const mine = effects.effects.find(
        (effect) => effect.role === "target" && isBlockingWork(effect, state, file.policy),
      );
      if (statement.tag !== "AlterTableStmt" || before?.statement.tag !== "AlterTableStmt" || mine === undefined) {
        return;
      }
      const theirs = before.effects.effects.find(({ role, work }) => role === "target" && work !== "none");
      const isSame = theirs?.relation.name === mine.relation.name && theirs.relation.schema === mine.relation.schema;
      if (isSame) {
        const message = `goes over the rows of ${relationInWords(mine.relation)} once more: line ${before.source.line} does it too`;
        yield { message, relation: mine.relation };
      }
    },
  },
  {
    id: "ddl-and-backfill-in-one-transaction",
    group,
    on: ["InsertStmt", "UpdateStmt", "DeleteStmt", "MergeStmt"],
    severity: "error",
    summary: "rows are changed in a transaction that holds a lock of DDL",
    explanation:
      "UPDATE, DELETE and INSERT … SELECT take long, and the lock of the DDL before them stops readers or writers for all of it. Commit the DDL first, " +
      "then change the rows in batches.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nUPDATE orders SET seen = false WHERE seen IS NULL;",
        line: 2,
        wrapping: "tool",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nUPDATE orders SET seen = false WHERE seen IS NULL;",
      },
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nINSERT INTO customers VALUES (1, 'a');",
        wrapping: "tool",
      },
    ],
    *check(part) {
      const table = changedInBulk(part.context);
      const { transaction } = part.context;
      const held = [...transaction.held.values()].find(({ lock, isNew }) => !isNew && isAtLeast(lock, "SHARE"));
      if (
        table !== undefined &&
        held !== undefined &&
        transaction.isOpen &&
        !part.isNew(table) &&
        !part.isSmall(table)
      ) {
        const message = `changes rows of ${relationInWords(table)} while ${relationInWords(held.relation)} is locked in ${held.lock} since line ${held.line}`;
        yield { message, relation: table };
      }
    },
  },
  {
    id: "bulk-update",
    group,
    on: ["UpdateStmt"],
    severity: "error",
    summary: "UPDATE of a whole table in one statement",
    explanation:
      "Every row is locked until the end, every row leaves a dead one behind, and replicas fall behind. Go over the table in batches, each " +
      "committed alone.",
    bad: [{ setup: ORDERS, sql: "UPDATE orders SET note = '';" }],
    good: [{ setup: ORDERS, sql: "UPDATE orders SET note = '' WHERE id BETWEEN 1 AND 1000;" }],
    *check(part) {
      if (part.statement.tag !== "UpdateStmt" || !isEverything(part.statement.node.whereClause)) {
        return;
      }
      const table = written(part.statement.node.relation);
      if (!part.isNew(table) && !part.isSmall(table)) {
        const head = part.context.source.text;
        yield {
          message: `locks every row of ${relationInWords(table)} and leaves as many dead ones behind`,
          relation: table,
          fix: `-- again and again, from one key to the next, each committed alone\n${head} WHERE id > … AND id <= …;`,
        };
      }
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
    *checkStatement({ statement, transaction, file }) {
      if (
        !transaction.refusesNonTransactional ||
        statement.tag === "AlterEnumStmt" ||
        transaction.newEnumValues.size === 0
      ) {
        return;
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
      if (used !== undefined) {
        const value = used.sval?.sval ?? "";
        const type = transaction.newEnumValues.get(value) ?? "";
        yield { message: `PostgreSQL refuses '${value}' until the transaction that adds it to ${type} is committed` };
      }
    },
  },
  {
    id: "index-dropped-before-replacement",
    group,
    on: ["DropStmt"],
    severity: "warning",
    summary: "an index is dropped before the one that replaces it is there",
    explanation: "Between the two statements queries have no index. Create the new one first, then drop the old one.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE INDEX orders_note ON orders (note);`,
        sql: "DROP INDEX CONCURRENTLY orders_note;\nCREATE INDEX CONCURRENTLY orders_note_state ON orders (note, state);",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nCREATE INDEX orders_note ON orders (note);`,
        sql: "CREATE INDEX CONCURRENTLY orders_note_state ON orders (note, state);\nDROP INDEX CONCURRENTLY orders_note;",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (statement.tag !== "DropStmt" || statement.node.removeType !== "OBJECT_INDEX") {
        return;
      }
      for (const object of statement.node.objects ?? []) {
        const known = part.state.relation(objectName(object));
        if (known?.kind !== "index" || part.isNew(known.on)) {
          continue;
        }
        const keys = known.is.keys.map((key) => ("column" in key ? key.column : undefined));
        const next = part.context.later.find((one) => replaces(one, known.on.name, keys));
        if (next !== undefined) {
          const message = `queries have no index on ${relationInWords(known.on)} (${keys.join(", ")}) until line ${next.source.line} has built the new one`;
          yield { message, relation: known.on };
        }
      }
    },
  },
  {
    id: "non-idempotent-no-transaction",
    group,
    severity: "info",
    summary: "a file that cannot be rolled back has statements that cannot be repeated",
    explanation:
      "When a statement of a file without a transaction fails, those before it stay. The file can only be run again when they have IF NOT EXISTS or " +
      "IF EXISTS. Lockkeeper's own runner keeps a journal and goes on where it stopped.",
    bad: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN seen boolean;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (seen);",
      },
    ],
    good: [
      {
        setup: ORDERS,
        sql: "ALTER TABLE orders ADD COLUMN IF NOT EXISTS seen boolean;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (seen);",
      },
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY i ON orders (note);" },
    ],
    *check(part) {
      const { later, file, transaction, effects } = part.context;
      const count = later.length + file.past.length + 1;
      const isMixed =
        effects.transaction === "forbidden" ||
        later.some(isConcurrent) ||
        file.past.some((one) => one.effects.transaction === "forbidden");
      if (
        file.wrapping === "none" &&
        !transaction.isOpen &&
        count > 1 &&
        isMixed &&
        lacksGuard(part.statement, part.command)
      ) {
        yield { message: "cannot be repeated when a later statement fails: it has no IF [NOT] EXISTS" };
      }
    },
  },
  {
    id: "concurrent-index-may-be-invalid",
    group,
    on: ["IndexStmt"],
    severity: "warning",
    summary: "CREATE INDEX CONCURRENTLY IF NOT EXISTS",
    explanation:
      "A concurrent build that failed leaves an invalid index of the same name. IF NOT EXISTS takes it for the wanted one, and the migration " +
      "succeeds without an index that works. Drop it first with DROP INDEX CONCURRENTLY IF EXISTS, or assert indisvalid. Lockkeeper's own " +
      "runner does both.",
    bad: [{ setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (note);" }],
    good: [
      {
        setup: ORDERS,
        sql: "DROP INDEX CONCURRENTLY IF EXISTS i;\nCREATE INDEX CONCURRENTLY IF NOT EXISTS i ON orders (note);",
      },
    ],
    *check(part) {
      const { statement } = part;
      if (
        statement.tag !== "IndexStmt" ||
        statement.node.concurrent !== true ||
        statement.node.if_not_exists !== true
      ) {
        return;
      }
      const name = statement.node.idxname ?? "";
      const { file } = part.context;
      const isDropped = file.past.some(
        ({ statement: one }) =>
          one.tag === "DropStmt" && (one.node.objects ?? []).some((object) => objectName(object).name === name),
      );
      if (file.wrapping !== "own" && !isDropped) {
        yield {
          message: `an invalid ${name}, left by a build that failed, would be taken for this one`,
          relation: written(statement.node.relation),
          fix: `DROP INDEX CONCURRENTLY IF EXISTS ${sqlName({ name })};\n${part.context.source.text};`,
        };
      }
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
    *checkStatement({ statement, later, file, source }) {
      for (const { name, value, isLocal } of settingChanges(statement)) {
        const isReset = later.some((one) =>
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

/** The table whose rows a statement changes by a query of its own, not by values that it brings. */
function changedInBulk({ statement }: StatementContext) {
  switch (statement.tag) {
    case "UpdateStmt":
    case "DeleteStmt":
    case "MergeStmt":
      return written(statement.node.relation);
    case "InsertStmt": {
      const [query] = all("SelectStmt", statement.node.selectStmt === undefined ? [] : [statement.node.selectStmt]);
      return query === undefined || query.valuesLists !== undefined || query.fromClause === undefined
        ? undefined
        : written(statement.node.relation);
    }
    default:
      return undefined;
  }
}

/** No WHERE, or one that is true of every row. */
export function isEverything(where: NodeOf<"UpdateStmt">["whereClause"]): boolean {
  if (where === undefined) {
    return true;
  }
  const [value] = all("A_Const", [where]);
  if (value?.boolval !== undefined) {
    return value.boolval.boolval === true;
  }
  const [comparison] = all("A_Expr", [where]);
  const [left, right] = [comparison?.lexpr, comparison?.rexpr].map(
    (one) => all("A_Const", one === undefined ? [] : [one])[0],
  );
  const isEqual = comparison?.kind === "AEXPR_OP" && JSON.stringify(comparison.name).includes('"="');
  return isEqual && left?.ival !== undefined && right?.ival !== undefined && left.ival.ival === right.ival.ival;
}

const isConcurrent = ({ statement }: WrittenStatement): boolean =>
  (statement.tag === "IndexStmt" || statement.tag === "DropStmt") && statement.node.concurrent === true;

function replaces({ statement }: WrittenStatement, table: string, keys: readonly (string | undefined)[]): boolean {
  if (statement.tag !== "IndexStmt" || written(statement.node.relation).name !== table) {
    return false;
  }
  const columns = all("IndexElem", statement.node.indexParams).map(({ name }) => name);
  return keys.length > 0 && keys.every((key, index) => key !== undefined && columns[index] === key);
}

function lacksGuard(statement: StatementContext["statement"], command: NodeOf<"AlterTableCmd"> | undefined): boolean {
  switch (statement.tag) {
    case "CreateStmt":
    case "IndexStmt":
    case "CreateSeqStmt":
    case "CreateSchemaStmt":
    case "CreateExtensionStmt":
      return statement.node.if_not_exists !== true;
    case "DropStmt":
      return statement.node.missing_ok !== true;
    case "CreateEnumStmt":
    case "CreateDomainStmt":
      return true;
    case "AlterTableStmt":
      return (
        (["AT_AddColumn", "AT_DropColumn", "AT_DropConstraint"].includes(command?.subtype ?? "") &&
          command?.missing_ok !== true) ||
        command?.subtype === "AT_AddConstraint"
      );
    default:
      return false;
  }
}
