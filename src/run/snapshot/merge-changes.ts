import { isDeepStrictEqual } from "node:util";
import type { Catalog } from "../../catalog/catalog.ts";

/**
 * What the schema should be after a run that found it otherwise than it should have been: what it should have been before,
 * with what the run changed. Where both changed the same thing, the run's outcome holds.
 *
 * @param expected as it should have been before the run
 * @param before as the run found it
 * @param after as the run left it
 */
export const mergeChanges = (expected: Catalog, before: Catalog, after: Catalog): Catalog => ({
  ...(merge(expected, before, after) as Catalog),
  facts: after.facts,
});

function merge(expected: unknown, before: unknown, after: unknown): unknown {
  if (isDeepStrictEqual(before, after)) return expected;
  if (isDeepStrictEqual(expected, before)) return after;
  const [should, was, is] = [byIdentity(expected), byIdentity(before), byIdentity(after)];
  if (should !== undefined && was !== undefined && is !== undefined) return mergeLists(should, was, is);
  if (isRecord(expected) && isRecord(before) && isRecord(after)) return mergeRecords(expected, before, after);
  return after;
}

type Fields = Readonly<Record<string, unknown>>;

const isRecord = (value: unknown): value is Fields =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** By their identities; undefined for what is a value as a whole, such as the keys of an index. */
function byIdentity(list: unknown): Map<string, Fields> | undefined {
  if (!Array.isArray(list)) return undefined;
  const items = new Map<string, Fields>();
  for (const item of list) {
    const identity = isRecord(item) ? identityOf(item) : undefined;
    if (identity === undefined || items.has(identity)) return undefined;
    items.set(identity, item);
  }
  return items;
}

function identityOf(item: Fields): string | undefined {
  const { name, schema, kind, identityArguments, server, user, role, objects } = item as Record<string, unknown>;
  if (typeof name === "string") return JSON.stringify([schema, name, identityArguments, schema === undefined && kind]);
  if (typeof user === "string") return JSON.stringify([server, user]);
  if (typeof objects === "string") return JSON.stringify([role, schema, objects]);
  return "grantee" in item || ("from" in item && "to" in item) ? JSON.stringify(item) : undefined;
}

function mergeRecords(expected: Fields, before: Fields, after: Fields): Fields {
  const keys = [...new Set([...Object.keys(after), ...Object.keys(expected)])];
  return Object.fromEntries(
    keys
      .map((key) => [key, merge(expected[key], before[key], after[key])] as const)
      .filter(([, value]) => value !== undefined),
  );
}

type Items = ReadonlyMap<string, Fields>;

function mergeLists(expected: Items, before: Items, after: Items): Fields[] {
  const values = new Map<string, Fields>();
  for (const key of new Set([...after.keys(), ...expected.keys()])) {
    const value = merge(expected.get(key), before.get(key), after.get(key));
    if (value !== undefined) values.set(key, value as Fields);
  }
  // What only the first list has stands behind what stood before it there.
  const followers = new Map<string | undefined, string[]>();
  let previous: string | undefined;
  for (const key of expected.keys()) {
    if (!values.has(key)) continue;
    if (!after.has(key)) followers.set(previous, [...(followers.get(previous) ?? []), key]);
    previous = key;
  }
  const merged: Fields[] = [];
  const put = (key: string | undefined): void => {
    const value = key === undefined ? undefined : values.get(key);
    if (value !== undefined) merged.push(value);
    for (const next of followers.get(key) ?? []) put(next);
  };
  for (const key of [undefined, ...after.keys()]) put(key);
  return merged;
}
