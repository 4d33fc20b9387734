import type { ColumnIdentity } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { SequenceOptions } from "../../catalog/model/sequence.ts";
import { makeObjectName } from "../../sql/generated-name.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { ColumnValue } from "../element-values.ts";
import type { Sides } from "../rule.ts";
import { alterRelation } from "./naming.ts";
import { goOnLater } from "./numbers-below.ts";
import { movePlace, widened } from "./sequence-place.ts";

type Numbers = Omit<SequenceOptions, "persistence" | "type">;

const LIMITS = {
  smallint: ["-32768", "32767"],
  integer: ["-2147483648", "2147483647"],
  bigint: ["-9223372036854775808", "9223372036854775807"],
} as const;

/** What CREATE SEQUENCE takes when nothing is said. */
export function usualNumbers(type: SequenceOptions["type"], increment: string): Numbers {
  const [least, most] = LIMITS[type];
  const descends = increment.startsWith("-");
  const min = descends ? least : "1";
  const max = descends ? "-1" : most;
  return { start: descends ? max : min, increment: "1", min, max, cache: "1", cycle: false };
}

/** What differs, in the words of CREATE and ALTER SEQUENCE. */
export function changedNumbers(before: Numbers, after: Numbers): string[] {
  return [
    ...(before.increment === after.increment ? [] : [`INCREMENT BY ${after.increment}`]),
    ...(before.min === after.min ? [] : [`MINVALUE ${after.min}`]),
    ...(before.max === after.max ? [] : [`MAXVALUE ${after.max}`]),
    ...(before.start === after.start ? [] : [`START WITH ${after.start}`]),
    ...(before.cache === after.cache ? [] : [`CACHE ${after.cache}`]),
    ...(before.cycle === after.cycle ? [] : [after.cycle ? "CYCLE" : "NO CYCLE"]),
  ];
}

/** `GENERATED ALWAYS AS IDENTITY (…)` */
export function identityClause(value: ColumnValue, { generation, sequence }: ColumnIdentity): string {
  const { on, name } = value;
  const hasUsualName = sequence.schema === on.schema && sequence.name === makeObjectName(on.name, name, "seq");
  const usual = usualNumbers(sequence.type, sequence.increment);
  const options = [
    ...(hasUsualName ? [] : [`SEQUENCE NAME ${quoteQualified(sequence)}`]),
    // The bounds and the start follow from the sign of the increment. In another type they are told with it.
    ...(sequence.type === typeOf(value) ? changedNumbers(usual, sequence) : []),
  ];
  const said = options.length === 0 ? "" : ` (${options.join(" ")})`;
  return `GENERATED ${generation === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY${said}`;
}

/** The sequence has its column's type at first. */
const typeOf = ({ type }: ColumnValue): SequenceOptions["type"] | undefined =>
  SIZES.find((size) => size === type?.text);

const SIZES = ["smallint", "integer", "bigint"] as const;

/** What makes a new sequence one of another type than its column's, as LIKE INCLUDING IDENTITY leaves them. */
export function newIdentityType(value: ColumnValue, { sequence }: ColumnIdentity): string[] {
  const type = typeOf(value);
  if (type === undefined || type === sequence.type) return [];
  const made = followed({ ...sequence, ...usualNumbers(type, "1"), type }, sequence);
  const numbers = changedNumbers(made, sequence);
  const restart = made.start === sequence.start ? [] : ["RESTART"];
  return [`ALTER SEQUENCE ${quoteQualified(sequence)} ${[`AS ${sequence.type}`, ...numbers, ...restart].join(" ")}`];
}

/**
 * With the numbers going on behind those that stand in the table, as far as they are numbers of the sequence's.
 *
 * @param behind a sequence whose numbers are not given again either
 */
export function addIdentity(value: ColumnValue, identity: ColumnIdentity, behind?: QualifiedName): string[] {
  const column = quoteIdentifier(value.name);
  return [
    `${alterRelation(value.on)}ALTER COLUMN ${column} ADD ${identityClause(value, identity)}`,
    ...newIdentityType(value, identity),
    goOn(value, identity, behind),
  ];
}

/** Behind the numbers that stand in the table. */
function goOn(value: ColumnValue, identity: ColumnIdentity, behind?: QualifiedName): string {
  const column = quoteIdentifier(value.name);
  const descends = identity.sequence.increment.startsWith("-");
  const inRows = `${descends ? "min" : "max"}(${column})`;
  const last =
    behind === undefined
      ? inRows
      : `${descends ? "least" : "greatest"}(${inRows}, (SELECT last_value FROM ${quoteQualified(behind)} WHERE is_called))`;
  return `SELECT pg_catalog.setval(${quoteLiteral(quoteQualified(identity.sequence))}, ${last}) FROM ${quoteQualified(value.on)} HAVING ${last} BETWEEN ${identity.sequence.min} AND ${identity.sequence.max}`;
}

/** The same once more when tables with numbers of their own have come below. */
export const numbersLater = (value: ColumnValue, sides: Sides): Action[] =>
  value.identity === undefined
    ? []
    : goOnLater(value.on, value.name, goOn(value, value.identity, value.identity.sequence), sides);

/** @param typeChanged the sequence has followed the column's type already, and takes its own again */
export function alterIdentity(
  value: ColumnValue,
  before: ColumnIdentity,
  after: ColumnIdentity,
  typeChanged: boolean,
): string[] {
  const type = (typeChanged ? typeOf(value) : undefined) ?? before.sequence.type;
  const first = typeChanged ? followed(before.sequence, { type }) : before.sequence;
  const retype =
    type === after.sequence.type ? [] : [`ALTER SEQUENCE ${quoteQualified(after.sequence)} AS ${after.sequence.type}`];
  // Numbers are changed while the type has room for both.
  const isWider = SIZES.indexOf(after.sequence.type) > SIZES.indexOf(type);
  const standing = isWider ? followed(first, after.sequence) : first;
  const move = movePlace(after.sequence, standing, after.sequence);
  const wide = move === undefined ? standing : widened(standing, after.sequence);
  const altered = (said: readonly string[]): string[] =>
    said.length === 0
      ? []
      : [`${alterRelation(value.on)}ALTER COLUMN ${quoteIdentifier(value.name)} ${said.join(" ")}`];
  const set = (numbers: readonly string[]): string[] => numbers.map((one) => `SET ${one}`);
  return [
    ...(before.sequence.schema === after.sequence.schema
      ? []
      : [`ALTER SEQUENCE ${quoteQualified(before.sequence)} SET SCHEMA ${quoteIdentifier(after.sequence.schema)}`]),
    ...(before.sequence.name === after.sequence.name
      ? []
      : [
          `ALTER SEQUENCE ${quoteQualified({ ...before.sequence, schema: after.sequence.schema })} RENAME TO ${quoteIdentifier(after.sequence.name)}`,
        ]),
    ...(isWider ? retype : []),
    ...altered(set(changedNumbers(standing, wide))),
    ...(move === undefined ? [] : [move]),
    ...altered([
      ...(before.generation === after.generation
        ? []
        : [`SET GENERATED ${after.generation === "always" ? "ALWAYS" : "BY DEFAULT"}`]),
      ...set(changedNumbers(wide, after.sequence)),
    ]),
    ...(isWider ? [] : retype),
    ...(before.sequence.persistence === after.sequence.persistence
      ? []
      : [
          `ALTER SEQUENCE ${quoteQualified(after.sequence)} SET ${after.sequence.persistence === "unlogged" ? "UNLOGGED" : "LOGGED"}`,
        ]),
  ];
}

/** Bounds that were those of the old type become those of the new one (`init_params` in commands/sequence.c). */
export function followed(before: SequenceOptions, after: { readonly type: SequenceOptions["type"] }): SequenceOptions {
  const [least, most] = LIMITS[before.type];
  const [newLeast, newMost] = LIMITS[after.type];
  return {
    ...before,
    type: after.type,
    min: before.min === least ? newLeast : before.min,
    max: before.max === most ? newMost : before.max,
  };
}
