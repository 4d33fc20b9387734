import { clipName, MAX_NAME_BYTES, makeObjectName } from "../../../sql/generated-name.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { relationAt } from "../relation-at.ts";

/** The first of `label`, `label1`, `label2`, … whose name is free. */
function firstFree(
  first: string,
  second: string | undefined,
  label: string,
  isFree: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass += 1) {
    const name = makeObjectName(first, second, pass === 0 ? label : `${label}${pass}`);
    if (isFree(name)) {
      return name;
    }
  }
}

/** `ChooseRelationName`: no relation of the schema has it, nor, for an index behind a constraint, a constraint. */
export const freeRelationName = (
  state: CatalogState,
  schema: string,
  [first, second, label]: readonly [string, string | undefined, string],
  isConstraint = false,
): string =>
  firstFree(first, second, label, (name) => {
    const key = keyOf({ schema, name });
    return (
      relationAt(state.store, key) === undefined && !(isConstraint && state.store.isLinked("constraintNames", key))
    );
  });

/** `ChooseConstraintName`: no constraint of any table or domain in the schema has it. */
export const freeConstraintName = (
  state: CatalogState,
  schema: string,
  [first, second, label]: readonly [string, string | undefined, string],
  others: ReadonlySet<string> = new Set(),
): string =>
  firstFree(
    first,
    second,
    label,
    (name) => !others.has(name) && !state.store.isLinked("constraintNames", keyOf({ schema, name })),
  );

/** `ChooseIndexColumnNames`: a name that came before gets a number. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const given: string[] = [];
  for (const name of names) {
    let next = name;
    for (let number = 1; given.includes(next); number += 1) {
      next = clipName(name, MAX_NAME_BYTES - String(number).length) + String(number);
    }
    given.push(next);
  }
  return given;
}
