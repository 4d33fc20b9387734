import { HIDDEN_VALUE } from "../../catalog/model/foreign-data.ts";
import type { Options } from "../../catalog/model/names.ts";
import { changedForeignOptions, foreignOptions } from "./naming.ts";

/** ` OPTIONS (host 'db')`, or nothing; without those that may hold secrets: the catalog does not tell their values. */
export function optionsOf(options: Options): string {
  const told = Object.entries(options).filter(([, value]) => value !== HIDDEN_VALUE);
  return told.length === 0 ? "" : ` ${foreignOptions(Object.fromEntries(told))}`;
}

/** ` OPTIONS (SET host 'db', DROP port)`, or nothing where nothing that is told changes. */
export function optionsFrom(before: Options, after: Options): string {
  const told = Object.entries(after).flatMap(([name, value]) => {
    const known = value === HIDDEN_VALUE ? before[name] : value;
    return known === undefined ? [] : [[name, known] as const];
  });
  const clause = changedForeignOptions(before, Object.fromEntries(told));
  return clause === undefined ? "" : ` ${clause}`;
}

/** An option whose value nobody knows would have to be set. */
export const asksForSecret = (before: Options = {}, after: Options = {}): boolean =>
  Object.entries(after).some(([name, value]) => value === HIDDEN_VALUE && before[name] === undefined);
