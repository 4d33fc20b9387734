import type { WrittenName } from "../../catalog/state/relation.ts";
import { bytesInWords, rowsInWords } from "../../effects/numbers-in-words.ts";
import { alteration } from "../alterations.ts";
import type { Part } from "../context.ts";
import { ORDERS } from "../example-setups.ts";
import { isEverything } from "../is-everything.ts";
import type { Rule } from "../rule.ts";
import { all, as, written } from "../tree.ts";
import { relationInWords, sizedRelation } from "../words.ts";

const group = "data loss";

export const DATA_LOSS_OF_ROWS: readonly Rule[] = [
  {
    id: "truncate",
    group,
    on: ["TruncateStmt"],
    severity: "error",
    summary: "TRUNCATE",
    explanation:
      "All rows are gone at once, and the table is locked in ACCESS EXCLUSIVE. Delete in batches what is really to go.",
    bad: [{ setup: ORDERS, sql: "TRUNCATE orders;" }],
    good: [{ sql: "CREATE TABLE t (id bigint PRIMARY KEY);\nTRUNCATE t;" }],
    *check(part) {
      for (const name of truncated(part)) {
        if (!part.isNew(name)) {
          yield {
            message: `all rows of ${sizedRelation(part.state.resolved(name), part.state)} are gone at once`,
            relation: name,
          };
        }
      }
    },
  },
  {
    id: "truncate-cascade",
    group,
    on: ["TruncateStmt"],
    severity: "error",
    summary: "TRUNCATE … CASCADE",
    explanation: "Every table with a foreign key to it is emptied too, and those that refer to those. Name the tables.",
    bad: [{ setup: ORDERS, sql: "TRUNCATE customers CASCADE;" }],
    good: [{ setup: ORDERS, sql: "TRUNCATE orders, customers;" }],
    *check(part) {
      if (part.statement.tag !== "TruncateStmt" || part.statement.node.behavior !== "DROP_CASCADE") {
        return;
      }
      const names = truncated(part);
      const others = names.flatMap((name) => referring(part, name));
      if (names.some((name) => !part.isNew(name))) {
        const what = others.length === 0 ? "every table that refers to it" : others.join(", ");
        yield { message: `empties ${what} too`, relation: names[0] };
      }
    },
  },
  {
    id: "delete-without-where",
    group,
    on: ["DeleteStmt"],
    severity: "error",
    summary: "DELETE of every row",
    explanation: "Every row goes, slowly, and leaves dead rows behind. Say which rows, and delete in batches.",
    bad: [
      { setup: ORDERS, sql: "DELETE FROM orders;" },
      { setup: ORDERS, sql: "DELETE FROM orders WHERE true;" },
    ],
    good: [{ setup: ORDERS, sql: "DELETE FROM orders WHERE id < 1000;" }],
    *check(part) {
      if (
        part.statement.tag === "DeleteStmt" &&
        isEverything(part.statement.node.whereClause) &&
        part.statement.node.usingClause === undefined
      ) {
        const table = written(part.statement.node.relation);
        if (!part.isNew(table)) {
          yield {
            message: `deletes every row of ${sizedRelation(part.state.resolved(table), part.state)}`,
            relation: table,
          };
        }
      }
    },
  },
  {
    id: "disable-trigger-all",
    group,
    on: ["AT_DisableTrigAll"],
    severity: "error",
    summary: "DISABLE TRIGGER ALL",
    explanation:
      "Foreign keys are checked by triggers: ALL switches those off too, for everybody, and rows that break them come in. DISABLE TRIGGER USER leaves them on.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders DISABLE TRIGGER ALL;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders DISABLE TRIGGER USER;" }],
    *check(part) {
      const found = alteration(part, "AT_DisableTrigAll");
      if (found !== undefined && !part.isNew(found.table)) {
        yield {
          message: `foreign keys of ${relationInWords(found.table)} are no longer checked, for anybody`,
          relation: found.table,
          fix: `${found.head} DISABLE TRIGGER USER;`,
        };
      }
    },
  },
  {
    id: "sequence-restart",
    group,
    on: ["AlterSeqStmt", "TruncateStmt"],
    severity: "warning",
    summary: "a sequence begins again",
    explanation:
      "nextval() gives numbers again that rows may have already: inserts fail on their keys, or two things get one number. Set it beyond the highest value in use.",
    bad: [{ setup: "CREATE SEQUENCE numbers;", sql: "ALTER SEQUENCE numbers RESTART;" }],
    good: [{ setup: "CREATE SEQUENCE numbers;", sql: "ALTER SEQUENCE numbers CACHE 20;" }],
    *check(part) {
      const { statement } = part;
      if (
        statement.tag === "TruncateStmt" &&
        statement.node.restart_seqs === true &&
        truncated(part).some((one) => !part.isNew(one))
      ) {
        yield { message: "the sequences of the table begin again", relation: truncated(part)[0] };
      }
      const restart =
        statement.tag === "AlterSeqStmt"
          ? all("DefElem", statement.node.options).find(({ defname }) => defname === "restart")
          : undefined;
      const name = statement.tag === "AlterSeqStmt" ? written(statement.node.sequence) : undefined;
      if (restart !== undefined && name !== undefined && !part.isNew(name)) {
        const to = as("Integer", restart.arg)?.ival;
        const message = `${relationInWords(name)} goes on from ${to ?? "its start"}: those numbers may be in use`;
        yield { message, relation: name };
      }
    },
  },
  {
    id: "unlogged-data-loss",
    group,
    on: ["AT_SetUnLogged"],
    severity: "warning",
    summary: "SET UNLOGGED",
    explanation: "After a crash of the server the table is empty, and replicas never have its rows.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders SET UNLOGGED;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders SET LOGGED;" }],
    *check(part) {
      const found = alteration(part, "AT_SetUnLogged");
      if (found !== undefined && !part.isNew(found.table)) {
        yield {
          message: `${relationInWords(found.table)} is emptied by a crash, and replicas have none of its rows`,
          relation: found.table,
        };
      }
    },
  },
];

const truncated = ({ statement }: Part): readonly WrittenName[] =>
  statement.tag === "TruncateStmt" ? all("RangeVar", statement.node.relations).map(written) : [];

function referring(part: Part, table: WrittenName): readonly string[] {
  const seen = new Set<string>();
  const visit = (name: WrittenName): void => {
    for (const { table: from } of part.state.keysReferencing(part.state.resolved(name))) {
      const shown = `${relationInWords(from)}${sizeOf(part, from)}`;
      if (!seen.has(shown)) {
        seen.add(shown);
        visit(from);
      }
    }
  };
  visit(table);
  return [...seen];
}

function sizeOf(part: Part, table: WrittenName): string {
  const { facts } = part.state.sizeOf(part.state.resolved(table));
  return facts === undefined || facts.rows < 0 ? "" : ` (${bytesInWords(facts.heapBytes)}, ${rowsInWords(facts.rows)})`;
}
