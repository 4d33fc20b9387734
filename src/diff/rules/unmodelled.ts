import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["unmodelled"];

/** The catalog knows what it is called, which is enough to drop it. */
export const UNMODELLED: Rule<Value> = {
  create: () => [],
  drop: ({ id, value }, { fate }) =>
    fate(id) === "dropped" && isNamed(value)
      ? [{ sql: `DROP ${value.kind.toUpperCase()} ${value.name}`, drops: [id] }]
      : [],
  isBeyond: (before, after) => after !== undefined || (before !== undefined && !isNamed(before.value)),
};

/** Of these the name is what DROP takes. */
const isNamed = ({ kind }: Value): boolean => NAMED.has(kind);

const NAMED: ReadonlySet<string> = new Set([
  "access method",
  "cast",
  "conversion",
  "language",
  "operator",
  "operator class",
  "operator family",
  "text search configuration",
  "text search dictionary",
  "text search parser",
  "text search template",
  "type",
]);
