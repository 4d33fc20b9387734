import type { Work } from "../../effects/effect.ts";
import type { Observation } from "./observation.ts";
import type { Seen } from "./snapshot.ts";

/** What was seen to be done to one table, in the words of the predictions. */
export interface ObservedWork {
  readonly works: ReadonlySet<Exclude<Work, "none">>;
  /** `scan` and `validate` are one to an observer: all rows were read. */
  readonly read: boolean;
}

/**
 * The works on a table that was there before, exactly:
 *
 * - `rewrite`: it has another file, and that one is not empty (TRUNCATE leaves an empty one);
 * - `index-rebuild`: one of its indexes is still there by its name, with another file, and the table's file is the same;
 * - `index-build`: it has an index of a name and a number that were not there before (one that was attached or renamed
 *   keeps its number), and the table has storage;
 * - read (`scan` or `validate`): the server said "verifying table" of it or "validating foreign key constraint" of one of
 *   its keys, or began a sequential scan that no rewrite, build or rebuild explains. How the rows of the referenced table
 *   are looked up meanwhile is up to the planner, and no work on it.
 *
 * @param isLocked whether the table was locked, as far as is known: what the server says names no schema
 */
export function observedWork(
  table: Seen,
  { before, after, notices }: Pick<Observation, "before" | "after" | "notices">,
  isLocked: boolean,
): ObservedWork {
  const works = new Set<Exclude<Work, "none">>();
  const now = after.get(table.oid);
  if (now === undefined) return { works, read: false };
  const rewritten = now.file !== table.file;
  if (rewritten && now.bytes > 0) works.add("rewrite");
  const indexesBefore = [...before.values()].filter(({ on }) => on === table.oid);
  for (const index of [...after.values()].filter(({ on }) => on === table.oid)) {
    if (index.file === null) continue;
    const itself = indexesBefore.find(({ oid }) => oid === index.oid);
    const same = itself ?? indexesBefore.find(({ name }) => name === index.name);
    if (same === undefined) works.add("index-build");
    else if (same.file !== index.file && !rewritten) works.add("index-rebuild");
  }
  const validated = notices.flatMap((notice) => /validating foreign key constraint "(.*)"/.exec(notice)?.[1] ?? []);
  // A partitioned table has no rows: each of its partitions has the constraint too.
  const said =
    table.file !== null &&
    isLocked &&
    (notices.some((notice) => notice.includes(`verifying table "${table.name}"`)) ||
      newlyValid(table, now).some((name) => validated.includes(name)));
  const scanned = works.size === 0 && !rewritten && validated.length === 0 && now.scans > table.scans;
  return { works, read: said || scanned };
}

/** The names of foreign keys that were not there before, or not valid. */
const newlyValid = (before: Seen, now: Seen): readonly string[] =>
  now.foreignKeys.filter((key) => !before.foreignKeys.includes(key)).map((key) => key.slice(key.indexOf(" ") + 1));
