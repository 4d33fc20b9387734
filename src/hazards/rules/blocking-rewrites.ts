import { hasWholeKey } from "../../online/refresh-view.ts";
import { alteration } from "../alterations.ts";
import { ORDERS } from "../example-setups.ts";
import { withWord } from "../fixes/with-word.ts";
import type { Rule } from "../rule.ts";
import { all, hasOption, sqlName, written } from "../tree.ts";
import { blockedInWords } from "../words.ts";

const group = "blocking work";

export const BLOCKING_REWRITES: readonly Rule[] = [
  {
    id: "set-logged-unlogged",
    group,
    on: ["AT_SetLogged", "AT_SetUnLogged"],
    severity: "error",
    online: "info",
    summary: "SET LOGGED or SET UNLOGGED",
    explanation:
      "The whole table and its indexes are written again under ACCESS EXCLUSIVE. Copy into a new table of the wanted kind while a " +
      "trigger keeps it in step, and swap the names.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders SET UNLOGGED;" }],
    good: [{ sql: "CREATE UNLOGGED TABLE scratch (id bigint PRIMARY KEY);" }],
    *check(part) {
      const found = alteration(part, "AT_SetLogged", "AT_SetUnLogged");
      const [effect] = part.blocking;
      if (found !== undefined && effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: found.table };
      }
    },
  },
  {
    id: "set-tablespace",
    group,
    on: ["AT_SetTableSpace", "AlterTableMoveAllStmt"],
    severity: "error",
    online: "info",
    summary: "SET TABLESPACE, which copies the files under the lock",
    explanation:
      "All files are copied under ACCESS EXCLUSIVE. An index moves with REINDEX (TABLESPACE …) CONCURRENTLY; a table with pg_repack, or " +
      "a copy that a trigger keeps in step.",
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders SET TABLESPACE fast;" }],
    good: [{ setup: ORDERS, sql: "REINDEX (TABLESPACE fast) INDEX CONCURRENTLY orders_pkey;" }],
    *check(part) {
      const { statement } = part;
      if (statement.tag === "AlterTableMoveAllStmt") {
        yield { message: `copies everything in ${statement.node.orig_tablespacename} under ACCESS EXCLUSIVE` };
        return;
      }
      const found = alteration(part, "AT_SetTableSpace");
      const [effect] = part.blocking;
      if (found !== undefined && effect !== undefined) {
        const isIndex = statement.tag === "AlterTableStmt" && statement.node.objtype === "OBJECT_INDEX";
        const space = found.command.name ?? "";
        yield {
          message: `${blockedInWords(effect, part.state)}: its files are copied`,
          relation: found.table,
          ...(isIndex ? { fix: `REINDEX (TABLESPACE ${space}) INDEX CONCURRENTLY ${sqlName(found.table)};` } : {}),
        };
      }
    },
  },
  {
    id: "set-access-method",
    group,
    on: ["AT_SetAccessMethod"],
    severity: "error",
    online: "info",
    summary: "SET ACCESS METHOD",
    explanation:
      "The whole table is written again under ACCESS EXCLUSIVE. Copy into a new table of that method and swap the names.",
    since: 15,
    bad: [{ setup: ORDERS, sql: "ALTER TABLE orders SET ACCESS METHOD columnar;" }],
    good: [{ setup: ORDERS, sql: "ALTER TABLE orders SET ACCESS METHOD heap;" }],
    *check(part) {
      const found = alteration(part, "AT_SetAccessMethod");
      const [effect] = part.blocking;
      if (found !== undefined && effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: found.table };
      }
    },
  },
  {
    id: "vacuum-full-cluster",
    group,
    on: ["VacuumStmt", "ClusterStmt"],
    severity: "error",
    online: "info",
    summary: "VACUUM FULL or CLUSTER",
    explanation:
      "The whole table and its indexes are written again under ACCESS EXCLUSIVE. pg_repack, and REPACK (CONCURRENTLY) from " +
      "PostgreSQL 19 on, do it while everybody works; a plain VACUUM frees the room for reuse.",
    bad: [
      { setup: ORDERS, sql: "VACUUM FULL orders;" },
      { setup: ORDERS, sql: "CLUSTER orders USING orders_pkey;" },
    ],
    good: [{ setup: ORDERS, sql: "VACUUM (ANALYZE) orders;" }],
    *check(part) {
      const { statement } = part;
      const isFull = statement.tag === "VacuumStmt" && hasOption(statement.node.options, "full");
      if (!isFull && statement.tag !== "ClusterStmt") {
        return;
      }
      const isEverything =
        statement.tag === "VacuumStmt" ? statement.node.rels === undefined : statement.node.relation === undefined;
      if (isEverything) {
        yield { message: "writes every table of the database again, each under ACCESS EXCLUSIVE" };
        return;
      }
      const relation =
        statement.tag === "VacuumStmt"
          ? all("VacuumRelation", statement.node.rels)[0]?.relation
          : statement.tag === "ClusterStmt"
            ? statement.node.relation
            : undefined;
      const effect = part.feared(written(relation), "ACCESS EXCLUSIVE", "rewrite");
      if (effect !== undefined) {
        yield { message: blockedInWords(effect, part.state), relation: effect.relation };
      }
    },
  },
  {
    id: "refresh-matview-non-concurrent",
    group,
    on: ["RefreshMatViewStmt"],
    severity: "error",
    online: "info",
    summary: "REFRESH MATERIALIZED VIEW without CONCURRENTLY",
    explanation:
      "Readers of the view wait until the query has run and the result is written (ACCESS EXCLUSIVE). CONCURRENTLY lets them read the " +
      "old rows meanwhile; it needs a unique index over plain columns.",
    bad: [
      {
        setup: `${ORDERS}\nCREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;`,
        sql: "REFRESH MATERIALIZED VIEW totals;",
      },
    ],
    good: [
      {
        setup: `${ORDERS}\nCREATE MATERIALIZED VIEW totals AS SELECT customer_id, sum(total) AS total FROM orders GROUP BY 1;`,
        sql: "REFRESH MATERIALIZED VIEW CONCURRENTLY totals;",
      },
    ],
    *check(part) {
      if (part.statement.tag !== "RefreshMatViewStmt" || part.statement.node.concurrent === true) {
        return;
      }
      const view = written(part.statement.node.relation);
      const known = part.state.relation(view);
      const isUnread = known?.kind === "materialized view" && !known.is.populated;
      const effect = part.feared(view, "ACCESS EXCLUSIVE", "rewrite");
      if (effect !== undefined && !isUnread && part.statement.node.skipData !== true) {
        const isFit = known?.kind !== "materialized view" || hasWholeKey(known.is);
        const message = blockedInWords(effect, part.state);
        yield {
          message: isFit ? message : `${message}; CONCURRENTLY needs a unique index over all of its rows`,
          relation: view,
          fix: isFit ? withWord(part.context.source.text, "view", "CONCURRENTLY") : undefined,
        };
      }
    },
  },
];
