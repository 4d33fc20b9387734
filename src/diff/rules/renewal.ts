import { createHash } from "node:crypto";
import type { QualifiedName } from "../../catalog/model/names.ts";
import { clipName } from "../../sql/generated-name.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { Alteration, Renewal, Sides } from "../rule.ts";

/**
 * What has no ALTER for a change is renamed, made again and dropped under its old name once what keeps rows has moved
 * over. Undefined where nothing keeps rows of it: then it is dropped and created as everything else is.
 */
export function renewed(
  before: Element<QualifiedName>,
  after: Element<QualifiedName>,
  sides: Sides,
  { rename, create, drop }: Renewal,
): Alteration | undefined {
  const { id } = before;
  if (!sides.from.dependents(id).some(({ kind }) => KEEPS_ROWS.has(kind))) {
    return;
  }
  const old = freeName(after.value, sides);
  const steps: readonly Action[] = [...rename(old), create].map((sql) => ({ sql, alters: [id] }));
  return { actions: [...steps, { sql: drop(old), drops: [id] }], renews: true, disturbs: () => true };
}

const KEEPS_ROWS: ReadonlySet<Element["kind"]> = new Set(["column", "domain", "composite", "range"]);

/** A name that nobody has, such as for the old one. */
export function freeName({ schema, name }: QualifiedName, { from, to }: Sides, suffix = "old"): string {
  const taken = new Set(
    [...from.elements.values(), ...to.elements.values()].flatMap(({ value }) => namesIn(value, schema)),
  );
  for (let number = 0; ; number += 1) {
    const free = `${shortened(name)}_${suffix}${number === 0 ? "" : number}`;
    if (!taken.has(free)) {
      return free;
    }
  }
}

function namesIn(value: unknown, schema: string): readonly string[] {
  const named = value as Partial<QualifiedName>;
  return named.schema === schema && named.name !== undefined ? [named.name] : [];
}

/** Names have 63 bytes at most: what is cut off tells long ones apart. */
function shortened(name: string): string {
  if (Buffer.byteLength(name) <= 55) return name;
  return `${clipName(name, 46)}_${createHash("sha256").update(name).digest("hex").slice(0, 8)}`;
}
