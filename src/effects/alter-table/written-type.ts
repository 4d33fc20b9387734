import type { QualifiedName, TypeReference } from "../../catalog/model/names.ts";
import type { Domain } from "../../catalog/model/type.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";

/** A type taken apart: domains to what they are made of, the text's modifiers to numbers. */
export interface PlainType extends QualifiedName {
  readonly array: boolean;
  /** `(10,2)` of numeric(10,2); empty when there are none. */
  readonly modifiers: readonly number[];
  /** `day to second` of an interval; empty for all fields. */
  readonly fields: string;
}

export function plainType({ schema, name, array, text }: TypeReference): PlainType {
  const inBrackets = /\(([\d,\s-]+)\)/.exec(text)?.[1];
  const modifiers = inBrackets === undefined ? [] : inBrackets.split(",").map(Number);
  const fields = name === "interval" ? (/^interval ([a-z ]+)/.exec(text)?.[1] ?? "").trim() : "";
  return { schema, name, array, modifiers: name === "bit" && modifiers.length === 0 ? [1] : modifiers, fields };
}

/** The domains that a type is wrapped in, the outermost first; an array of a domain is none. */
export function domainsOf(type: TypeReference, state: CatalogState): readonly Domain[] {
  if (type.array) return [];
  const domain = state.domain(type);
  return domain === undefined ? [] : [domain, ...domainsOf(domain.base, state)];
}

/** The type below all domains. */
export const baseTypeOf = (type: TypeReference, state: CatalogState): TypeReference =>
  domainsOf(type, state).at(-1)?.base ?? type;

/** A domain that has something to check: a value must be looked at before it is one. */
export const isConstrained = (type: TypeReference, state: CatalogState): boolean =>
  domainsOf(type, state).some(({ notNull, constraints }) => notNull || constraints.length > 0);
