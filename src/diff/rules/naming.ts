import type { Options } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { OnRelation } from "../element-values.ts";

type Relation = OnRelation["on"];

const WORDS = {
  table: "TABLE",
  "foreign table": "FOREIGN TABLE",
  view: "VIEW",
  "materialized view": "MATERIALIZED VIEW",
} as const;

/** `TABLE public.t`, as ALTER and DROP name a relation. */
export const relationNoun = (on: Relation): string => `${WORDS[on.kind]} ${quoteQualified(on)}`;

/** `ALTER TABLE public.t ` */
export const alterRelation = (on: Relation): string => `ALTER ${relationNoun(on)} `;

/** The same, without the table's children. */
export const alterOnly = (on: Relation): string =>
  on.kind === "table" ? `ALTER TABLE ONLY ${quoteQualified(on)} ` : alterRelation(on);

/** `CONSTRAINT c ON public.t` */
export const partNoun = (word: string, name: string, on: Relation): string =>
  `${word} ${quoteIdentifier(name)} ON ${quoteQualified(on)}`;

/** `fillfactor = 70`: values that are not plain words or numbers are quoted. */
export const withOptions = (options: Options): string =>
  Object.entries(options)
    .map(([name, value]) => `${optionName(name)} = ${/^[a-z0-9_.]+$/i.test(value) ? value : quoteLiteral(value)}`)
    .join(", ");

/** `toast.autovacuum_enabled` has a prefix that is no part of the name. */
const optionName = (name: string): string => name.split(".").map(quoteIdentifier).join(".");

/** What SET and RESET say to lead from the one to the other. */
function changedOptions(
  before: Options = {},
  after: Options = {},
): { readonly set: Options; readonly reset: readonly string[] } {
  return {
    set: Object.fromEntries(Object.entries(after).filter(([name, value]) => before[name] !== value)),
    reset: Object.keys(before).filter((name) => after[name] === undefined),
  };
}

/** `SET (…)` and `RESET (…)` behind a prefix. */
export function optionStatements(prefix: string, before: Options | undefined, after: Options | undefined): string[] {
  const { set, reset } = changedOptions(before, after);
  return [
    ...(reset.length === 0 ? [] : [`${prefix}RESET (${reset.map(optionName).join(", ")})`]),
    ...(Object.keys(set).length === 0 ? [] : [`${prefix}SET (${withOptions(set)})`]),
  ];
}

/** `OPTIONS (a 'x')` of what is foreign. */
export const foreignOptions = (options: Options): string =>
  `OPTIONS (${Object.entries(options)
    .map(([name, value]) => `${quoteIdentifier(name)} ${quoteLiteral(value)}`)
    .join(", ")})`;

/** `OPTIONS (ADD …, SET …, DROP …)`; undefined when nothing differs. */
export function changedForeignOptions(before: Options = {}, after: Options = {}): string | undefined {
  const { set, reset } = changedOptions(before, after);
  const said = [
    ...reset.map((name) => `DROP ${quoteIdentifier(name)}`),
    ...Object.entries(set).map(
      ([name, value]) =>
        `${before[name] === undefined ? "ADD" : "SET"} ${quoteIdentifier(name)} ${quoteLiteral(value)}`,
    ),
  ];
  return said.length === 0 ? undefined : `OPTIONS (${said.join(", ")})`;
}
