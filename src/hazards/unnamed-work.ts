import type { Effect } from "../effects/effect.ts";
import type { Part } from "./context.ts";
import type { Hazard } from "./rule.ts";
import { RULES } from "./rules.ts";
import { blockedInWords } from "./words.ts";

/** Rules that say of a statement that its work stops others. */
const NAMING = new Set([
  ...RULES.filter(({ group }) => group === "blocking work").map(({ id }) => id),
  "concurrently-on-partitioned",
  "truncate",
]);

/** By what is done, the rule that says it of the statements that do it most often. */
const BY_WORK: Readonly<Record<Exclude<Effect["work"], "none">, string>> = {
  scan: "add-check-without-not-valid",
  validate: "add-fk-without-not-valid",
  "index-build": "create-index-non-concurrent",
  "index-rebuild": "reindex-non-concurrent",
  rewrite: "alter-column-type-rewrite",
};

/**
 * Work under a lock that stops others and that no rule has named: whatever the statement is, it is not to pass in
 * silence. The rule is the one for that kind of work.
 *
 * @param found ids of the rules that have found something in the part
 */
export function unnamedWork(part: Part, found: ReadonlySet<string>): (Hazard & { readonly rule: string }) | undefined {
  const [effect] = part.blocking;
  if (effect === undefined || effect.work === "none" || [...found].some((id) => NAMING.has(id))) {
    return undefined;
  }
  return { rule: BY_WORK[effect.work], message: blockedInWords(effect, part.state), relation: effect.relation };
}
