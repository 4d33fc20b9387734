import type { PartitionBoundSpec } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { parsedNode } from "../sql/parsed-node.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { type Token, tokenize } from "../sql/tokens.ts";
import { written } from "./online-context.ts";

/** Which rows a partition takes, as conditions over its own columns. */
export interface BoundConditions {
  /** Holds for every row of the partition. */
  readonly inside: string;
  /** Holds for every row that may stay in the default partition. */
  readonly outside: string;
}

/** The conditions of a bound, and inside of it those of the bounds of all tables above. */
export function boundWithin(
  parent: Table,
  bound: PartitionBoundSpec,
  sql: string,
  state: CatalogState,
): BoundConditions | undefined {
  const own = boundConditions(parent, bound, sql);
  const above = conditionAbove(parent, state);
  if (own === undefined || above === undefined) return own;
  return { inside: `(${own.inside}) AND (${above})`, outside: own.outside };
}

/** `FOR VALUES …` as PostgreSQL reads it; undefined where it does not. */
export const parsedBound = (bound: string): PartitionBoundSpec | undefined =>
  parsedNode(`CREATE TABLE t PARTITION OF p ${bound}`, "CreateStmt")?.partbound;

/** The same of a bound that stands alone. */
export function boundAlone(parent: Table, bound: string, state: CatalogState): BoundConditions | undefined {
  const spec = parsedBound(bound);
  return spec === undefined ? undefined : boundWithin(parent, spec, bound, state);
}

/** The conditions of a default partition beside others: undefined where they demand nothing, or cannot be said. */
export function outsideOfAll(
  parent: Table,
  siblings: readonly Table[],
  state: CatalogState,
): BoundConditions | undefined {
  const own = outsideOf(parent, siblings);
  const known = [own, conditionAbove(parent, state)].filter((one) => one !== undefined);
  return known.length === 0 ? undefined : { inside: known.map((one) => `(${one})`).join(" AND "), outside: "false" };
}

/** PostgreSQL takes the values of all lists together; of ranges it looks for NULL once, ahead of them all. */
function outsideOf(parent: Table, siblings: readonly Table[]): string | undefined {
  const keys = keysOf(parent);
  const [key] = keys;
  const bounds = siblings.map(({ partitionOf }) => partitionOf?.bound ?? "");
  const lists = bounds.map((bound) => listsBehindValues(tokenize(bound), bound));
  if (lists.length === 0 || key === undefined) return undefined;
  if (parent.partitioning?.strategy === "list") {
    return listConditions(key, [...new Set(lists.flatMap(([values]) => values ?? []))]).outside;
  }
  const beyond = lists.map(([from = [], to = []]) => rangeConditions(keys, from, to).beyond);
  const isNull = keys.map(({ text }) => `${text} IS NULL`);
  return [...isNull, beyond.map((one) => `(${one})`).join(" AND ")].join(" OR ");
}

/** What the bounds of a table that is a partition itself demand of its rows. */
function conditionAbove(table: Table, state: CatalogState): string | undefined {
  const parent = table.partitionOf === undefined ? undefined : state.table(table.partitionOf.parent);
  if (parent === undefined) return undefined;
  const isDefault = table.partitionOf?.bound === "DEFAULT";
  const siblings = state
    .partitionsOf(parent)
    .filter(({ schema, name }) => schema !== table.schema || name !== table.name);
  const own = isDefault ? outsideOfAll(parent, siblings, state)?.inside : conditionsOf(table, parent)?.inside;
  const above = conditionAbove(parent, state);
  const known = [own, above].filter((one) => one !== undefined);
  return known.length === 0 ? undefined : known.map((one) => `(${one})`).join(" AND ");
}

/** Of a bound as the catalog has it. */
function conditionsOf({ partitionOf }: Table, parent: Table): BoundConditions | undefined {
  const { sql, parsed } = written(`CREATE TABLE x PARTITION OF y ${partitionOf?.bound ?? "DEFAULT"}`);
  const bound = parsed.tag === "CreateStmt" ? parsed.node.partbound : undefined;
  return bound === undefined ? undefined : boundConditions(parent, bound, sql);
}

/**
 * The conditions of `FOR VALUES …`, in the very form in which PostgreSQL checks them, so that a CHECK with the same
 * text is taken for their proof. Undefined for hash partitions, whose condition has the parent's OID in it, and for the
 * default one.
 *
 * Source: `get_qual_for_list`, `get_qual_for_range` in PostgreSQL's `src/backend/partitioning/partbounds.c`, and
 * `get_proposed_default_constraint`.
 *
 * @param sql the statement that the bound stands in
 */
function boundConditions(parent: Table, bound: PartitionBoundSpec, sql: string): BoundConditions | undefined {
  const { partitioning } = parent;
  if (partitioning === undefined || bound.is_default === true) return undefined;
  const keys = keysOf(parent);
  const tokens = tokenize(sql);
  const lists = listsBehindValues(tokens, sql);
  if (partitioning.strategy === "list") {
    const [key] = keys;
    const [values] = lists;
    return key === undefined || values === undefined ? undefined : listConditions(key, values);
  }
  const [from, to] = lists;
  return partitioning.strategy === "range" && from !== undefined && to !== undefined
    ? rangeConditions(keys, from, to)
    : undefined;
}

/** A column or expression of the partition key. */
interface Key {
  readonly text: string;
  /** Undefined for an expression. */
  readonly type: string | undefined;
}

/** The columns and expressions of a partition key, as SQL. */
export const keyTexts = (parent: Table): readonly string[] => keysOf(parent).map(({ text }) => text);

function keysOf(parent: Table): readonly Key[] {
  const { columns = [], definition = "" } = parent.partitioning ?? {};
  const tokens = tokenize(definition);
  const written = tokens[1] === undefined ? [] : listAt(tokens, 1, definition);
  return columns.map((name, index): Key => {
    if (name === null) return { text: written[index] ?? "", type: undefined };
    return { text: quoteIdentifier(name), type: parent.columns.find((column) => column.name === name)?.type.text };
  });
}

/** The bracketed lists behind FOR VALUES: one behind IN, two behind FROM and TO. */
function listsBehindValues(tokens: readonly Token[], sql: string): string[][] {
  const from = tokens.findIndex(
    ({ kind, text }, index) =>
      kind === "word" && text.toLowerCase() === "values" && tokens[index - 1]?.text.toLowerCase() === "for",
  );
  const lists: string[][] = [];
  let depth = 0;
  for (let at = from + 1; at < tokens.length; at++) {
    const { text } = tokens[at] ?? { text: "" };
    if (text === "(" && depth === 0) lists.push(listAt(tokens, at, sql));
    if (text === "(") depth++;
    if (text === ")") depth--;
  }
  return lists;
}

/** The parts between the commas of the brackets that open at token `open`. */
function listAt(tokens: readonly Token[], open: number, sql: string): string[] {
  const parts: string[] = [];
  let depth = 0;
  let start = tokens[open]?.end ?? 0;
  for (const token of tokens.slice(open)) {
    if (token.text === "(" || token.text === "[") depth++;
    const ends = token.text === ")" && depth === 1;
    if (ends || (token.text === "," && depth === 1)) {
      parts.push(sql.slice(start, token.start).trim());
      start = token.end;
    }
    if (token.text === ")" || token.text === "]") depth--;
    if (ends) break;
  }
  return parts;
}

const typed = (value: string, { type }: Key): string => (type === undefined ? value : `CAST(${value} AS ${type})`);

function listConditions(key: Key, values: readonly string[]): BoundConditions {
  const isNull = (value: string): boolean => /^null$/i.test(value);
  const real = values.filter((value) => !isNull(value)).map((value) => typed(value, key));
  const among = real.length === 1 ? `${key.text} = ${real[0]}` : `${key.text} = ANY (ARRAY[${real.join(", ")}])`;
  const notAmong = real.length === 1 ? `${key.text} <> ${real[0]}` : `${key.text} <> ALL (ARRAY[${real.join(", ")}])`;
  if (!values.some(isNull)) {
    return {
      inside: `${key.text} IS NOT NULL AND ${among}`,
      outside: `${key.text} IS NULL OR ${notAmong}`,
    };
  }
  if (real.length === 0) return { inside: `${key.text} IS NULL`, outside: `${key.text} IS NOT NULL` };
  return {
    inside: `${key.text} IS NULL OR ${among}`,
    outside: `${key.text} IS NOT NULL AND ${notAmong}`,
  };
}

const isMin = (value: string | undefined): boolean => /^minvalue$/i.test(value ?? "");
const isMax = (value: string | undefined): boolean => /^maxvalue$/i.test(value ?? "");
const isOpen = (value: string | undefined): boolean => isMin(value) || isMax(value);

/** `beyond`: outside, as far as no key is NULL. */
function rangeConditions(
  keys: readonly Key[],
  from: readonly string[],
  to: readonly string[],
): BoundConditions & { readonly beyond: string } {
  const notNull = keys.map(({ text }) => `${text} IS NOT NULL`);
  const isNull = keys.map(({ text }) => `${text} IS NULL`);
  // Leading keys with one value only.
  const same = keys.findIndex((_, index) => from[index] !== to[index] || isOpen(from[index]));
  const prefix = same === -1 ? keys.length : same;
  const equal = keys.slice(0, prefix).map((key, index) => ({ key, value: typed(from[index] ?? "", key) }));
  const rest = keys.slice(prefix);
  const lower = arms(rest, from.slice(prefix), { beyond: ">", last: ">=" });
  const upper = arms(rest, to.slice(prefix), { beyond: "<", last: "<" });
  const notLower = arms(rest, from.slice(prefix), { beyond: "<", last: "<" });
  const notUpper = arms(rest, to.slice(prefix), { beyond: ">", last: ">=" });
  const beyond = [...equal.map(({ key, value }) => `${key.text} <> ${value}`), ...notLower, ...notUpper];
  return {
    inside: [...notNull, ...equal.map(({ key, value }) => `${key.text} = ${value}`), ...lower, ...upper].join(" AND "),
    outside: [...isNull, ...beyond].join(" OR "),
    beyond: beyond.length === 0 ? "false" : beyond.join(" OR "),
  };
}

/** `a > 1 OR (a = 1 AND b >= 2)`: beyond the bound at the first key that differs. None where nothing is bounded. */
function arms(
  keys: readonly Key[],
  values: readonly string[],
  { beyond, last }: { readonly beyond: string; readonly last: string },
): string[] {
  const bounded = values.findIndex(isOpen);
  const count = bounded === -1 ? values.length : bounded;
  if (count === 0) return [];
  const all = Array.from({ length: count }, (_, arm) => {
    const before = keys.slice(0, arm).map((key, index) => `${key.text} = ${typed(values[index] ?? "", key)}`);
    const key = keys[arm];
    // Behind the last bounded key, MINVALUE lets its own value in below, MAXVALUE above.
    const isLast = arm === count - 1;
    const open = values[count];
    const operator = !isLast ? beyond : open === undefined ? last : openOperator(beyond, open);
    return [...before, `${key?.text} ${operator} ${typed(values[arm] ?? "", key ?? { text: "", type: undefined })}`];
  });
  const text = all.map((parts) => (parts.length === 1 ? (parts[0] ?? "") : `(${parts.join(" AND ")})`));
  return [text.length === 1 ? (text[0] ?? "") : `(${text.join(" OR ")})`];
}

/** The bound (5, MINVALUE) begins with 5 itself, (5, MAXVALUE) behind it. */
const openOperator = (beyond: string, open: string): string =>
  beyond === ">" ? (isMin(open) ? ">=" : ">") : isMax(open) ? "<=" : "<";
