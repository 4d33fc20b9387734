import type { Catalog } from "../../catalog/catalog.ts";
import type { EnumType } from "../../catalog/model/type.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { stableJson } from "../../catalog/stable-json.ts";
import type { Element } from "../element.ts";
import type { ElementKind, TableValue } from "../element-values.ts";
import { elementsOf } from "../elements-of.ts";
import type { Rename } from "../schema-diff.ts";

/** Kinds that can be renamed, those that hold others first. */
const KINDS: readonly ElementKind[] = [
  ...(["table", "view", "materialized view", "sequence", "enum", "composite", "domain", "routine"] as const),
  ...(["column", "constraint", "index", "trigger", "policy"] as const),
];

/**
 * What may be called otherwise and be the same: of what is only in `from` and what is only in `to`, each two of one kind
 * and one place that have the same content, when no third has it. A table's content is its columns with their names.
 * Parts of what is itself only on one side are not told. A label of an enum is the same where it stands.
 */
export function renameCandidates(from: Catalog, to: Catalog): readonly Rename[] {
  const [before, after] = [elementsOf(from), elementsOf(to)];
  const gone = grouped(before, after);
  const come = grouped(after, before);
  const elements = [...gone].flatMap(([content, ids]) => {
    const [old, ...others] = ids;
    const [now, ...more] = come.get(content) ?? [];
    return old === undefined || now === undefined || others.length > 0 || more.length > 0 ? [] : { from: old, to: now };
  });
  return [...elements, ...from.enums.flatMap((one) => labelCandidate(one, to) ?? [])];
}

/** One label goes, and one comes where it stood. */
function labelCandidate({ schema, name, labels }: EnumType, { enums }: Catalog): Rename | undefined {
  const now = enums.find((one) => one.schema === schema && one.name === name)?.labels ?? labels;
  const gone = labels.filter((label) => !now.includes(label));
  const come = now.filter((label) => !labels.includes(label));
  const [old = ""] = gone;
  const [label = ""] = come;
  return gone.length === 1 && come.length === 1 && labels.indexOf(old) === now.indexOf(label)
    ? { from: objectId("label", schema, name, old), to: objectId("label", schema, name, label) }
    : undefined;
}

type Elements = ReadonlyMap<ObjectId, Element>;

function grouped(here: Elements, there: Elements): ReadonlyMap<string, readonly ObjectId[]> {
  const columns = Map.groupBy(
    [...here.values()].filter(({ kind }) => kind === "column"),
    ({ parent = "" }) => parent,
  );
  const only = [...here.values()]
    .filter(({ id, kind }) => KINDS.includes(kind) && !there.has(id))
    .filter(({ parent }) => parent === undefined || there.has(parent))
    // These are the attributes of the type that their table was made of.
    .filter(({ kind, parent = "" }) => kind !== "column" || !isTyped(here.get(parent)))
    // These go with those of the tables above.
    .filter(({ inherited }) => inherited === undefined)
    .toSorted((a, b) => KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind));
  const groups = Map.groupBy(only, (element) => contentOf(element, here, columns.get(element.id) ?? []));
  return new Map([...groups].map(([content, elements]) => [content, elements.map(({ id }) => id)]));
}

const isTyped = (table: Element | undefined): boolean =>
  (table?.value as Partial<TableValue> | undefined)?.ofType !== undefined;

function contentOf(element: Element, elements: Elements, columns: readonly Element[]): string {
  const { kind, parent, value } = element;
  const given = kind === "column" ? elements.get(element.id.replace("column:", "default:"))?.value : undefined;
  const parts = kind === "table" ? columns.map((column) => withoutNames(column.value, false)) : [];
  return stableJson([kind, parent, withoutNames(value, true), withoutNames(given ?? {}, true), parts]);
}

/** @param own whether the name is left out that a rename changes */
function withoutNames(value: unknown, own: boolean): unknown {
  const {
    name,
    schema: _,
    on: __,
    column: ___,
    notNullConstraint: ____,
    identity,
    index: _____,
    ...rest
  } = value as Record<string, unknown>;
  const generation = (identity as { readonly generation?: unknown } | undefined)?.generation;
  return { ...rest, ...(generation === undefined ? {} : { generation }), ...(own ? {} : { name }) };
}
