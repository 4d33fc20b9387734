import type { Plan } from "../../plan/plan.ts";
import { statementsOf } from "../planned-locks.ts";
import { type Block, command, heading, paragraph, prose, query, table, toDo } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";

/** What is looked at once it is in force: at once, in the first day, week and month. */
export function afterwards({ plans }: RunbookFacts): readonly Block[] {
  const waits = plans.some(({ contract }) => contract !== undefined);
  const makesIndexes = plans.some(makesIndex);
  return [
    heading("Afterwards"),
    heading("At once", 3),
    ...command({ line: "lockkeeper status --exit-code", when: "applied", exit: 0, prints: "applied" }),
    ...command({ line: "lockkeeper verify", when: "applied", exit: 0, prints: "passed" }),
    heading("Day 1", 3),
    ...command({ line: "lockkeeper drift", when: "applied", exit: 0, prints: "The schema is what the last run left" }),
    paragraph(
      prose(
        "Tables that were written, and when the server last looked at them; those with many dead rows want a `VACUUM`:",
      ),
    ),
    query(DEAD_ROWS, "applied"),
    ...toDo([
      prose("Errors and latency of the application are as before."),
      prose("Replicas have caught up, and the log is archived."),
    ]),
    heading("Week 1", 3),
    ...(makesIndexes ? [paragraph(prose("Indexes that nobody has used since:")), query(UNUSED, "applied")] : []),
    ...(waits
      ? [
          paragraph(prose("Nobody uses the old shape any more? Then contract, as above. What waits:")),
          ...command({ line: "lockkeeper contract", when: "applied", exit: 0, prints: "waiting" }),
        ]
      : []),
    ...toDo([prose("No release from before is deployed anywhere, and none will be rolled back to.")]),
    heading("Month 1", 3),
    ...command({ line: "lockkeeper history --limit 20", when: "applied", exit: 0, prints: plans[0]?.migration ?? "" }),
    ...command({ line: "lockkeeper verify --full", when: "applied", exit: 0, prints: "passed" }),
    ...toDo([
      prose("What took longer than this page says is noted for the next time."),
      prose("The backup from before is no longer needed."),
    ]),
  ];
}

const makesIndex = (plan: Plan): boolean => plan.steps.flatMap(statementsOf).some(({ tag }) => tag === "IndexStmt");

const DEAD_ROWS = `SELECT relid::regclass AS "table", n_live_tup AS live, n_dead_tup AS dead, greatest(last_vacuum, last_autovacuum) AS vacuumed,
  greatest(last_analyze, last_autoanalyze) AS analyzed
FROM pg_stat_user_tables
ORDER BY n_dead_tup DESC
LIMIT 20`;

const UNUSED = `SELECT indexrelid::regclass AS index, pg_size_pretty(pg_relation_size(indexrelid)) AS size
FROM pg_stat_user_indexes
JOIN pg_index USING (indexrelid)
WHERE idx_scan = 0 AND NOT indisunique
ORDER BY pg_relation_size(indexrelid) DESC
LIMIT 20`;

/** Who says that it may run, and who can be called; to be filled in by hand. */
export const signOff = (): readonly Block[] => [
  heading("Sign-off"),
  ...table(
    ["role", "name", "date and time", "signature"],
    ["author of the change", "database operator", "owner of the application", "person on call"].map((role) => [
      [role],
      [],
      [],
      [],
    ]),
  ),
  heading("Contacts", 3),
  ...table(
    ["who", "name", "telephone"],
    ["database operator", "application", "replicas and backups", "who decides to go back"].map((who) => [
      [who],
      [],
      [],
    ]),
  ),
];
