import type { NodeTag } from "../sql/parse-statement.ts";
import type { Rule } from "./rule.ts";
import { RULES } from "./rules.ts";

/** The rules that apply to a version of the server, by the statements that they look at. */
export interface RuleSet {
  readonly all: readonly Rule[];
  on(tag: NodeTag): readonly Rule[];
}

const sets = new Map<number, RuleSet>();

/** @param major version of the server */
export function rulesFor(major: number): RuleSet {
  const known = sets.get(major);
  if (known !== undefined) {
    return known;
  }
  const all = RULES.filter(({ since = 0, until = Number.POSITIVE_INFINITY }) => major >= since && major <= until);
  const byTag = new Map<NodeTag, readonly Rule[]>();
  const set: RuleSet = {
    all,
    on(tag) {
      const found = byTag.get(tag) ?? all.filter((rule) => isAbout(rule, tag));
      byTag.set(tag, found);
      return found;
    },
  };
  sets.set(major, set);
  return set;
}

const isAbout = ({ on, check, checkStatement }: Rule, tag: NodeTag): boolean =>
  (check !== undefined || checkStatement !== undefined) && (on === undefined || on.includes(tag));
