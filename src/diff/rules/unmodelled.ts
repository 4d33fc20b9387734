import type { ObjectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule, Side } from "../rule.ts";

type Value = ElementValues["unmodelled"];

/** The catalog knows what it is called, which is enough to drop it. */
export const UNMODELLED: Rule<Value> = {
  create: () => [],
  drop({ id, value }, { from, fate }) {
    if (fate(id) !== "dropped" || !isNamed(value)) {
      return [];
    }
    const own = ownRoutines(id, from);
    const cascade = own.length === 0 ? "" : " CASCADE";
    return [{ sql: `DROP ${value.kind.toUpperCase()} ${value.name}${cascade}`, drops: [id, ...own] }];
  },
  isBeyond: (before, after) => after !== undefined || (before !== undefined && !isNamed(before.value)),
};

/** Functions that a type written in C consists of: the two need each other, so neither can be dropped alone. */
const ownRoutines = (id: ObjectId, { elements }: Side): readonly ObjectId[] =>
  (elements.get(id)?.needs ?? []).filter((need) => isMutual(id, elements.get(need)));

const isMutual = (id: ObjectId, other: Element | undefined): boolean =>
  other?.kind === "routine" && other.needs.includes(id);

/** True: the statement that drops what the routine is made for takes it along. */
export const goesWithType = ({ id }: Element, { from }: { readonly from: Side }): boolean =>
  from.dependents(id).some((type) => type.kind === "unmodelled" && isMutual(type.id, from.elements.get(id)));

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
