import type { WrittenName } from "../../catalog/state/relation.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import type { Part } from "../context.ts";
import { EVENTS, ORDERS } from "../example-setups.ts";
import { partitionedIndex } from "../fixes/partitioned-index.ts";
import { withWord } from "../fixes/with-word.ts";
import type { Rule } from "../rule.ts";
import { hasOption, objectName, sqlName, written } from "../tree.ts";
import { blockedInWords, relationInWords } from "../words.ts";

const group = "blocking work";

export const BLOCKING_INDEXES: readonly Rule[] = [
  {
    id: "create-index-non-concurrent",
    group,
    on: ["IndexStmt"],
    severity: "error",
    online: "info",
    summary: "CREATE INDEX on a table that others write to",
    explanation:
      "CREATE INDEX holds SHARE on the table until the whole index is built: every INSERT, UPDATE and DELETE waits. " +
      "CREATE INDEX CONCURRENTLY builds it beside the writers. It cannot run in a transaction, and when it fails it " +
      "leaves an invalid index that must be dropped.",
    bad: [{ setup: ORDERS, sql: "CREATE INDEX orders_note ON orders (note);" }],
    good: [
      { setup: ORDERS, sql: "CREATE INDEX CONCURRENTLY orders_note ON orders (note);" },
      { sql: "CREATE TABLE orders (id bigint PRIMARY KEY, note text);\nCREATE INDEX orders_note ON orders (note);" },
    ],
    *check(part) {
      const index = indexOf(part);
      if (index === undefined || index.concurrent === true || isPartitioned(part, written(index.relation))) {
        return;
      }
      const table = written(index.relation);
      const [effect] = part.blocking;
      if (effect !== undefined) {
        const message = blockedInWords(effect, part.state);
        yield { message, relation: table, fix: withWord(part.context.source.text, "index", "CONCURRENTLY") };
      } else if (index.if_not_exists === true && standsAlready(part, index) && !part.isNew(table)) {
        yield {
          message: `blocks writes of ${relationInWords(table)} though the index is there already`,
          relation: table,
        };
      }
    },
  },
  {
    id: "create-index-on-partitioned",
    group,
    on: ["IndexStmt"],
    severity: "error",
    online: "info",
    summary: "CREATE INDEX on a partitioned table",
    explanation:
      "The index is built on every partition under SHARE, and CONCURRENTLY is refused on the parent. Create it ON ONLY " +
      "the parent, build one on each partition concurrently, and attach them: the parent's index becomes valid with the " +
      "last one.",
    bad: [{ setup: EVENTS, sql: "CREATE INDEX events_kind ON events (kind);" }],
    good: [{ setup: EVENTS, sql: "CREATE INDEX events_kind ON ONLY events (kind);" }],
    *check(part) {
      const index = indexOf(part);
      if (index?.relation === undefined || index.concurrent === true || index.relation.inh !== true) {
        return;
      }
      const table = written(index.relation);
      if (!isPartitioned(part, table) || part.isNew(table)) {
        return;
      }
      const [effect] = part.blocking;
      if (effect !== undefined) {
        const message = `${blockedInWords(effect, part.state)}, and the same on every partition`;
        yield { message, relation: table, fix: partitionedIndex(part) };
      }
    },
  },
  {
    id: "concurrently-on-partitioned",
    group,
    on: ["IndexStmt", "DropStmt"],
    severity: "error",
    online: "info",
    summary: "CREATE or DROP INDEX CONCURRENTLY on a partitioned table, which PostgreSQL refuses",
    explanation:
      "PostgreSQL refuses the statement. An index is made ON ONLY the parent, concurrently on each partition, and " +
      "attached; one that is to go is dropped without CONCURRENTLY, in a short transaction.",
    bad: [
      { setup: EVENTS, sql: "CREATE INDEX CONCURRENTLY events_kind ON events (kind);" },
      { setup: `${EVENTS}\nCREATE INDEX events_kind ON events (kind);`, sql: "DROP INDEX CONCURRENTLY events_kind;" },
    ],
    good: [{ setup: EVENTS, sql: "CREATE INDEX CONCURRENTLY events_2024_kind ON events_2024 (kind);" }],
    *check(part) {
      const index = indexOf(part);
      if (index?.concurrent === true && isPartitioned(part, written(index.relation))) {
        const table = written(index.relation);
        const message = `${relationInWords(table)} is partitioned: PostgreSQL refuses CONCURRENTLY on it`;
        yield { message, relation: table, fix: partitionedIndex(part) };
      }
      for (const { name, on } of droppedIndexes(part)) {
        const known = part.state.relation(name);
        if (isConcurrentDrop(part) && known?.kind === "index" && known.is.partitioned) {
          const message = `${relationInWords(name)} is the index of a partitioned table: PostgreSQL refuses CONCURRENTLY`;
          yield { message, relation: on ?? name, fix: `DROP INDEX ${sqlName(name)};` };
        }
      }
    },
  },
  {
    id: "drop-index-non-concurrent",
    group,
    on: ["DropStmt"],
    severity: "warning",
    online: "info",
    summary: "DROP INDEX without CONCURRENTLY",
    explanation:
      "DROP INDEX takes ACCESS EXCLUSIVE on the table. The drop itself is brief, but it waits for every running query, " +
      "and all later ones wait behind it. DROP INDEX CONCURRENTLY waits without stopping anybody.",
    bad: [{ setup: `${ORDERS}\nCREATE INDEX orders_note ON orders (note);`, sql: "DROP INDEX orders_note;" }],
    good: [
      { setup: `${ORDERS}\nCREATE INDEX orders_note ON orders (note);`, sql: "DROP INDEX CONCURRENTLY orders_note;" },
    ],
    *check(part) {
      if (isConcurrentDrop(part)) {
        return;
      }
      for (const { name, on } of droppedIndexes(part)) {
        const known = part.state.relation(name);
        const isPart = known?.kind === "index" && known.is.partitioned;
        const isGone = known === undefined && part.state.complete;
        if (isGone || isPart || part.isNew(on ?? name)) {
          continue;
        }
        const of = on === undefined ? "the table" : relationInWords(on);
        const message = `blocks reads and writes of ${of} until every running query on it has ended (ACCESS EXCLUSIVE)`;
        yield { message, relation: on ?? name, fix: `DROP INDEX CONCURRENTLY ${sqlName(name)};` };
      }
    },
  },
  {
    id: "reindex-non-concurrent",
    group,
    on: ["ReindexStmt"],
    severity: "error",
    online: "info",
    summary: "REINDEX without CONCURRENTLY",
    explanation:
      "REINDEX holds SHARE on the table and ACCESS EXCLUSIVE on each index until all are built. Reads wait too: the " +
      "planner opens every index of a table. REINDEX CONCURRENTLY builds a new index beside the old one.",
    bad: [
      { setup: ORDERS, sql: "REINDEX TABLE orders;" },
      { setup: ORDERS, sql: "REINDEX INDEX orders_pkey;" },
    ],
    good: [{ setup: ORDERS, sql: "REINDEX TABLE CONCURRENTLY orders;" }],
    *check(part) {
      if (part.statement.tag !== "ReindexStmt" || hasOption(part.statement.node.params, "concurrently")) {
        return;
      }
      const { node } = part.statement;
      const name = node.relation === undefined ? undefined : written(node.relation);
      const effect = name === undefined ? undefined : part.feared(name, "SHARE", "index-rebuild");
      const object =
        node.kind === "REINDEX_OBJECT_INDEX" ? "INDEX" : node.kind === "REINDEX_OBJECT_TABLE" ? "TABLE" : undefined;
      if (object === undefined) {
        const message = "blocks reads and writes of each table in turn while all of its indexes are built again";
        yield { message, fix: withConcurrently(part) };
      } else if (effect !== undefined && name !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: name, fix: withConcurrently(part) };
      }
    },
  },
];

function withConcurrently(part: Part): string {
  const text = part.context.source.text;
  return withWord(
    text,
    /^\s*reindex\s*(?:\([^)]*\)\s*)?(\w+)/i.exec(text)?.[1]?.toLowerCase() ?? "table",
    "CONCURRENTLY",
  );
}

const indexOf = (part: Part): NodeOf<"IndexStmt"> | undefined =>
  part.statement.tag === "IndexStmt" ? part.statement.node : undefined;

const isPartitioned = (part: Part, table: WrittenName): boolean => part.state.table(table)?.kind === "partitioned";

const isConcurrentDrop = (part: Part): boolean =>
  part.statement.tag === "DropStmt" && part.statement.node.concurrent === true;

function standsAlready(part: Part, index: NodeOf<"IndexStmt">): boolean {
  const { schema } = part.state.resolved(written(index.relation));
  return index.idxname !== undefined && part.state.relation({ schema, name: index.idxname }) !== undefined;
}

interface DroppedIndex {
  readonly name: WrittenName;
  /** Its table, where it is known. */
  readonly on: WrittenName | undefined;
}

function droppedIndexes(part: Part): readonly DroppedIndex[] {
  if (part.statement.tag !== "DropStmt" || part.statement.node.removeType !== "OBJECT_INDEX") {
    return [];
  }
  return (part.statement.node.objects ?? []).map((object) => {
    const name = objectName(object);
    const known = part.state.relation(name);
    return { name, on: known?.kind === "index" ? known.on : undefined };
  });
}
