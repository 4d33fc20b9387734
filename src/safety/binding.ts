import { createHash } from "node:crypto";
import type { Catalog } from "../catalog/catalog.ts";
import { catalogFingerprint } from "../catalog/fingerprint.ts";
import { stableJson } from "../catalog/stable-json.ts";
import type { Plan } from "../plan/plan.ts";

/** What a rehearsal or an approval was given for: whatever of it changes makes it stale. */
export interface Binding {
  readonly migrations: readonly { readonly id: string; readonly checksum: string }[];
  /** sha256, hex, of all that would run. */
  readonly plan: string;
  /** Fingerprint of the schema that the plans begin with, without owners and grants, which a restored copy may not have. */
  readonly catalog: string;
  /** Such as 18. */
  readonly major: number;
  /** sha256, hex, of all of these. */
  readonly digest: string;
}

/**
 * @param plans what would run, in its order
 * @param catalog of the database before the first of them
 */
export function bindingOf(plans: readonly Plan[], catalog: Catalog): Binding {
  const bound = {
    migrations: plans.map(({ migration, checksum }) => ({ id: migration, checksum })),
    plan: digest(plans.map(withoutEstimates)),
    catalog: catalogFingerprint(catalog, { privileges: false }),
    major: Math.floor(catalog.facts.server.version / 10_000),
  };
  return { ...bound, digest: digest(bound) };
}

/** What was expected of a step grows with the rows, and files lie elsewhere on another machine; what runs is the same. */
const withoutEstimates = (plan: Plan): unknown =>
  JSON.parse(JSON.stringify(plan, (key, value: unknown) => (LEFT_OUT.has(key) ? undefined : value)));

const LEFT_OUT: ReadonlySet<string> = new Set(["at", "effects", "file", "notes"]);

const digest = (value: unknown): string => createHash("sha256").update(stableJson(value)).digest("hex");
