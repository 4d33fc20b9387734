import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { relationAt } from "../relation-at.ts";

/** NAMEDATALEN - 1: what PostgreSQL keeps of a name, in bytes. */
const MAX_BYTES = 63;

/** What fits into so many bytes, without cutting a character (pg_mbcliplen). */
export function clipped(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) {
    return text;
  }
  let end = 0;
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) {
      break;
    }
    end += character.length;
  }
  return text.slice(0, end);
}

/** `makeObjectName` of src/backend/commands/indexcmds.c: shortens the longer of both parts until all fits. */
export function objectName(first: string, second: string | undefined, label: string): string {
  const room = MAX_BYTES - Buffer.byteLength(label) - 1 - (second === undefined ? 0 : 1);
  let firstBytes = Buffer.byteLength(first);
  let secondBytes = second === undefined ? 0 : Buffer.byteLength(second);
  while (firstBytes + secondBytes > room) {
    if (firstBytes > secondBytes) {
      firstBytes -= 1;
    } else {
      secondBytes -= 1;
    }
  }
  const parts = [clipped(first, firstBytes), ...(second === undefined ? [] : [clipped(second, secondBytes)]), label];
  return parts.join("_");
}

/** The first of `label`, `label1`, `label2`, … whose name is free. */
function firstFree(
  first: string,
  second: string | undefined,
  label: string,
  isFree: (name: string) => boolean,
): string {
  for (let pass = 0; ; pass += 1) {
    const name = objectName(first, second, pass === 0 ? label : `${label}${pass}`);
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

/** `ChooseIndexNameAddition` and its like for foreign keys: the names of the columns, as many as a name may show. */
export function joinedNames(names: readonly string[]): string {
  let joined = "";
  for (const name of names) {
    joined += joined === "" ? name : `_${name}`;
    if (Buffer.byteLength(joined) >= MAX_BYTES + 1) {
      break;
    }
  }
  return joined;
}

/** `ChooseIndexColumnNames`: a name that came before gets a number. */
export function distinctNames(names: readonly string[]): readonly string[] {
  const given: string[] = [];
  for (const name of names) {
    let next = name;
    for (let number = 1; given.includes(next); number += 1) {
      next = clipped(name, MAX_BYTES - String(number).length) + String(number);
    }
    given.push(next);
  }
  return given;
}
