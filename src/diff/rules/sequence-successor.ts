import { objectId } from "../../catalog/object-id.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ElementValues, SequenceOwnerValue } from "../element-values.ts";
import type { Sides } from "../rule.ts";

type SequenceElement = Element<ElementValues["sequence"]>;

/** The sequence that gave a column its numbers until the column gets an identity, and goes then: that one goes on behind it. */
export function predecessor(
  { id, value: { on, name, identity } }: Element<ColumnValue>,
  sides: Sides,
): SequenceElement | undefined {
  const { from, to } = sides;
  const before = from.elements.get(id)?.value as ColumnValue | undefined;
  const fate = sides.fate(id);
  if (before === undefined || before.identity !== undefined || identity === undefined) return undefined;
  if (fate === "created" || fate === "replaced") return undefined;
  const owning = from.dependents(id).find((one) => one.kind === "sequence owner");
  const sequence = from.elements.get(owning?.parent ?? "") as SequenceElement | undefined;
  const given = from.elements.get(objectId("default", on.schema, on.name, name));
  if (sequence === undefined || to.elements.has(sequence.id) || given?.needs.includes(sequence.id) !== true)
    return undefined;
  const goesOn = descends(sequence.value) === descends(identity.sequence);
  return goesOn ? sequence : undefined;
}

/** The column whose identity goes on behind the sequence. */
export function successor({ id }: SequenceElement, sides: Sides): string | undefined {
  for (const { kind, value } of sides.from.dependents(id)) {
    if (kind !== "sequence owner") continue;
    const { table, column } = value as SequenceOwnerValue;
    const after = sides.to.elements.get(objectId("column", table.schema, table.name, column)) as
      | Element<ColumnValue>
      | undefined;
    if (after !== undefined && sides.fate(after.id) === "altered" && predecessor(after, sides)?.id === id)
      return after.id;
  }
  return undefined;
}

const descends = ({ increment }: { readonly increment: string }): boolean => increment.startsWith("-");
