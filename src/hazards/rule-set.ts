import type { NodeTag } from "../sql/parse-statement.ts";
import type { CutPart } from "./parts.ts";
import type { LintPolicy } from "./policy.ts";
import type { Rule, Subject } from "./rule.ts";
import { RULES } from "./rules.ts";

/** The rules that apply to a version of the server and are not off by themselves, by what they look at. */
export interface RuleSet {
  readonly all: readonly Rule[];
  /** Those with a `checkStatement` for such a statement. */
  ofStatement(tag: NodeTag): readonly Rule[];
  /** Those with a `check` for such a part. */
  ofPart(part: Pick<CutPart, "statement" | "command">): readonly Rule[];
}

const sets = new WeakMap<LintPolicy, Map<number, RuleSet>>();

/** @param major version of the server */
export function rulesFor(major: number, policy: LintPolicy): RuleSet {
  const ofPolicy = sets.get(policy) ?? new Map<number, RuleSet>();
  sets.set(policy, ofPolicy);
  const set = ofPolicy.get(major) ?? makeSet(major, policy);
  ofPolicy.set(major, set);
  return set;
}

function makeSet(major: number, { severities }: LintPolicy): RuleSet {
  const all = RULES.filter(
    ({ id, optIn, since = 0, until = Number.POSITIVE_INFINITY }) =>
      major >= since && major <= until && (optIn !== true || severities[id] !== undefined),
  );
  const statements = about(all.filter(({ checkStatement }) => checkStatement !== undefined));
  const parts = about(all.filter(({ check }) => check !== undefined));
  return {
    all,
    ofStatement: (tag) => statements(tag),
    ofPart: ({ statement: { tag }, command }) => parts(tag, command?.subtype),
  };
}

/** Finds rules by what they are about, each once looked for. A subcommand stands in one kind of statement only. */
function about(rules: readonly Rule[]): (tag: NodeTag, subcommand?: Subject) => readonly Rule[] {
  const known = new Map<Subject, readonly Rule[]>();
  return (tag, subcommand) => {
    const key = subcommand ?? tag;
    const before = known.get(key);
    if (before !== undefined) return before;
    const found = rules.filter(({ on }) => on === undefined || on.includes(tag) || on.includes(key));
    known.set(key, found);
    return found;
  };
}
