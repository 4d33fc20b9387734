import { isAtLeast } from "../../effects/lock-mode.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { isBlockingWork, type StatementContext, type WrittenStatement } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import { isEverything } from "../is-everything.ts";
import type { Rule } from "../rule.ts";
import { all, objectName, sqlName, written } from "../tree.ts";
import { relationInWords } from "../words.ts";

const group = "transaction shape";

export const WORK_IN_TRANSACTIONS: readonly Rule[] = [
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
      const held = [...transaction.held.values()].find(({ lock }) => isAtLeast(lock, "SHARE"));
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
    online: "info",
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
        const constraints = part.state.table(table)?.constraints ?? [];
        const [key = "id"] = constraints.flatMap((one) => (one.type === "primary key" ? one.columns : []));
        const among = `${quoteIdentifier(key)} > … AND ${quoteIdentifier(key)} <= …`;
        const isOpen =
          part.statement.node.whereClause === undefined && part.statement.node.returningClause === undefined;
        yield {
          message: `locks every row of ${relationInWords(table)} and leaves as many dead ones behind`,
          relation: table,
          ...(isOpen
            ? { fix: `-- again and again, from one key to the next, each committed alone\n${head} WHERE ${among};` }
            : {}),
        };
      }
    },
  },
  {
    id: "index-dropped-before-replacement",
    group,
    on: ["DropStmt"],
    severity: "warning",
    summary: "an index is dropped before the one that replaces it is there",
    explanation:
      "Between the two statements queries have no index; in one transaction nobody reads or writes the table before the new one is built. Create the new one " +
      "first, then drop the old one.",
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
          const on = `${relationInWords(known.on)} (${keys.join(", ")})`;
          const message = isTogether(part.context, next)
            ? `keeps readers and writers of ${relationInWords(known.on)} out until line ${next.source.line} has built the index that replaces it`
            : `queries have no index on ${on} until line ${next.source.line} has built the new one`;
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
    check(part) {
      const { file, transaction, effects } = part.context;
      if (file.isOurs || file.wrapping !== "none" || transaction.isOpen || !lacksGuard(part.statement, part.command)) {
        return [];
      }
      const { later } = part.context;
      if (later.length + file.past.length === 0) {
        return [];
      }
      const isMixed =
        effects.transaction === "forbidden" ||
        later.some(isConcurrent) ||
        file.past.some((one) => one.effects.transaction === "forbidden");
      return isMixed ? [{ message: "cannot be repeated when a later statement fails: it has no IF [NOT] EXISTS" }] : [];
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
      if (!file.isOurs && !isDropped) {
        yield {
          message: `an invalid ${name}, left by a build that failed, would be taken for this one`,
          relation: written(statement.node.relation),
          fix: `DROP INDEX CONCURRENTLY IF EXISTS ${sqlName({ name })};\n${part.context.source.text};`,
        };
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

const isConcurrent = ({ statement }: WrittenStatement): boolean =>
  (statement.tag === "IndexStmt" || statement.tag === "DropStmt") && statement.node.concurrent === true;

function replaces({ statement }: WrittenStatement, table: string, keys: readonly (string | undefined)[]): boolean {
  if (statement.tag !== "IndexStmt" || written(statement.node.relation).name !== table) {
    return false;
  }
  const columns = all("IndexElem", statement.node.indexParams).map(({ name }) => name);
  return keys.length > 0 && keys.every((key, index) => key !== undefined && columns[index] === key);
}

/** Whether the lock of an index's drop is still held when a later statement runs. */
function isTogether({ transaction, statement, later }: StatementContext, next: WrittenStatement): boolean {
  const between = later.slice(0, later.indexOf(next));
  const apart = (one: StatementContext["statement"]): boolean =>
    (one.tag === "DropStmt" || one.tag === "IndexStmt") && one.node.concurrent === true;
  return (
    transaction.isOpen &&
    ![statement, ...between.map((one) => one.statement), next.statement].some(
      (one) => apart(one) || (one.tag === "TransactionStmt" && one.node.kind === "TRANS_STMT_COMMIT"),
    )
  );
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
