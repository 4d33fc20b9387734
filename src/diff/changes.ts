import { sorted } from "../catalog/assemble/sorted.ts";
import { allowSame } from "./access.ts";
import type { Element } from "./element.ts";
import type { Verdict } from "./fates.ts";
import type { Sides } from "./rule.ts";
import { isAlike } from "./rules.ts";
import { sameValue } from "./same-value.ts";
import type { Change, DiffOptions } from "./schema-diff.ts";

/** What differs, whatever has to be done about it: dependents that go and come back are no changes. */
export function changesOf({ sides, unsupported }: Verdict, options: DiffOptions): Change[] {
  const { from, to } = sides;
  const changes: Change[] = [];
  const mark = (id: string): { readonly unsupported?: true } => (unsupported.has(id) ? { unsupported: true } : {});
  for (const before of from.elements.values()) {
    const { id, kind } = before;
    const after = to.elements.get(id);
    if (after === undefined) {
      changes.push({ type: "removed", id, kind, before, ...mark(id) });
      continue;
    }
    const fields = differing(before, after, options, sides);
    if (fields.length > 0) {
      changes.push({ type: "changed", id, kind: after.kind, before, after, fields, ...mark(id) });
    }
  }
  for (const after of to.elements.values()) {
    const { id, kind } = after;
    if (!from.elements.has(id)) changes.push({ type: "added", id, kind, after, ...mark(id) });
  }
  return sorted(changes, ({ id }) => id);
}

function differing(
  before: Element,
  after: Element,
  { owners = true, grants = true, comments = true }: DiffOptions,
  sides: Sides,
): string[] {
  if (before === after) return [];
  const fields: string[] = [];
  if (before.kind !== after.kind) fields.push("kind");
  if (!isAlike(before, after)) fields.push(...differingFields(before.value, after.value));
  if (owners && before.owner !== after.owner) fields.push("owner");
  if (comments && before.comment !== after.comment) fields.push("comment");
  if (grants && !sameValue(before.grants, after.grants) && !allowSame(before, after, sides)) fields.push("grants");
  if (!sameValue(before.extensions, after.extensions)) fields.push("extensions");
  return fields;
}

function differingFields(before: unknown, after: unknown): string[] {
  const left = before as Readonly<Record<string, unknown>>;
  const right = after as Readonly<Record<string, unknown>>;
  return [...new Set([...Object.keys(left), ...Object.keys(right)])]
    .filter((key) => !sameValue(left[key], right[key]))
    .sort();
}
