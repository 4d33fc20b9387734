import type { Catalog } from "../../catalog/catalog.ts";
import { withoutLeftAlone } from "../../desired/left-alone.ts";
import { readKeptAhead, readManaged } from "../../desired/managed.ts";
import { changesOf } from "../../diff/changes.ts";
import { judge } from "../../diff/fates.ts";
import type { Change, DiffOptions } from "../../diff/schema-diff.ts";
import { sideOf } from "../../diff/sides.ts";
import type { Session } from "../../postgres/session.ts";
import type { DriftPolicy } from "../policy.ts";
import { withoutBuilds } from "./without-builds.ts";

/** Two schemas without what is none of the migrations' business, and what differs between them. */
export interface SchemaDifference {
  readonly expected: Catalog;
  readonly live: Catalog;
  readonly changes: readonly Change[];
}

/**
 * What differs, object by object. What others keep in order or have not finished is left alone: partitions of a partition
 * manager, schemas of extensions, histories of other tools, indexes that a session is building, and what the configuration
 * names.
 *
 * @param session in the database that `live` was read from
 * @param expected what the schema should be
 * @param live what it is
 * @param look.isRebuilt `expected` was made at another time: which partitions for times to come it has says nothing
 * @throws LockkeeperError `permission_denied` where the role may not read what a partition manager looks after
 */
export async function driftBetween(
  session: Session,
  expected: Catalog,
  live: Catalog,
  { schemas, ignore, isRebuilt = false }: Pick<DriftPolicy, "schemas" | "ignore"> & { readonly isRebuilt?: boolean },
  options: DiffOptions = {},
): Promise<SchemaDifference> {
  const others = await readManaged(session);
  const ahead = isRebuilt ? await readKeptAhead(session) : [];
  const managed = { ...others, parents: [...others.parents, ...ahead] };
  const ignored = { ignore: [...ignore, ...managed.schemas], ...(schemas === undefined ? {} : { schemas }) };
  const settled = await withoutBuilds(session, [expected, live]);
  const [from = expected, to = live] = settled.map((catalog) => withoutLeftAlone(catalog, ignored, managed));
  return { expected: from, live: to, changes: changesBetween(from, to, options) };
}

/** What differs, in the order of ids. Parts of an object that came or went are not told beside it. */
export function changesBetween(from: Catalog, to: Catalog, options: DiffOptions = {}): readonly Change[] {
  const sides = [sideOf(from, options), sideOf(to, options)] as const;
  const changes = changesOf(judge(...sides, from.facts.server.version, new Set()), options);
  const others = { added: sides[0].elements, removed: sides[1].elements };
  return changes.filter(({ type, before, after }) => {
    const parent = (after ?? before)?.parent;
    return !((type === "added" || type === "removed") && parent !== undefined && !others[type].has(parent));
  });
}
