import { createHash } from "node:crypto";
import { type ColumnForm, formsOf, textOf } from "./column-form.ts";

/**
 * How rows become numbers that can be added up: `record` by the server's own hash functions, which give the same on every
 * server of one encoding and byte order, since hash partitions outlive an upgrade; `text` by md5 of what values are
 * printed as, which is the same everywhere.
 */
export type HashMethod = "record" | "text";

/** A value of a row, as SQL, and what it is compared as. */
export interface HashedValue {
  readonly sql: string;
  readonly form: ColumnForm;
}

/**
 * SQL for one number, int8, that stands for a row: never NULL, and as good as another one for every other row. Sums of it
 * stand for many rows, in whichever order.
 *
 * The hashes of the values have a seed for each place, are put together by XOR, and what comes of it is hashed once more.
 * Without that a sum would not tell to which row a value belongs: hash_record_extended adds up what it finds in the
 * columns, and so two rows that have exchanged a value come to the same.
 */
export function rowHash(values: readonly HashedValue[], method: HashMethod): string {
  if (method === "text") {
    const row = `ROW(${values.map(({ form, sql }) => textOf(form, sql)).join(", ")})`;
    return `('x' || left(md5(convert_to(${row}::text, 'UTF8')), 16))::bit(64)::int8`;
  }
  const hashes = values.map((value, place) => `coalesce(${valueHash(value, place)}, 0)`);
  return `hashint4extended(0, ${hashes.length === 0 ? "0" : hashes.join(" # ")})`;
}

/**
 * All that a value is goes into its hash, which is not so with those that PostgreSQL has for its types: it hashes 32 bits
 * of an int8 or of a time (-1 and 4294967295 come to the same), and neither the sign of a numeric nor the dimensions of
 * an array. So whole numbers are given as the seed, which is used to its last bit, and times as the bytes that are sent.
 *
 * Source: hashint8extended (hashfunc.c), hash_numeric_extended (numeric.c), hash_array_extended (arrayfuncs.c).
 */
function valueHash({ form, sql }: HashedValue, place: number): string {
  const { family, common, type = "" } = form;
  const value = common(sql);
  const seed = int8(seedOf(place, "value"));
  switch (family) {
    case "integer":
      return `hashint4extended(${place}, ${value})`;
    case "boolean":
      return `hashint4extended(${place}, ${value}::int4)`;
    case "numeric": {
      const [negative, notANumber] = [int8(seedOf(place, "negative")), int8(seedOf(place, "NaN"))];
      const signed = `CASE WHEN ${value} > 0 THEN ${seed} ELSE ${negative} END`;
      // What has no digits hashes to the seed. Of ten thousand times a value the hash has other last bits, and no more: in two
      // columns that would make up for itself.
      return `hashint4extended(${place}, coalesce(nullif(hash_numeric_extended(${value}, ${signed}), ${seed}),
        CASE WHEN ${value} = 'NaN' THEN ${notANumber} WHEN ${value} > 0 THEN ${seed} END))`;
    }
    case "float":
      return `hashfloat8extended(${value}, ${seed})`;
    case "plain":
      if (type === "uuid") return `uuid_hash_extended(${value}, ${seed})`;
      // Before PostgreSQL 18 the hash of bytea goes by no name.
      return `hash_array_extended(ARRAY[${type === "bytea" ? value : `${type}_send(${value})`}], ${seed})`;
    default:
      return `hashtextextended(${textOf(form, sql)} COLLATE "C", ${seed})`;
  }
}

/** One of each kind. */
const SAMPLE = {
  int8: "-1",
  numeric: "-1.5",
  float8: "7",
  bool: "true",
  text: "four",
  jsonb: '{"six": 6.0}',
  uuid: "00112233-4455-6677-8899-aabbccddeeff",
  bytea: "\\x05",
  timestamptz: "2026-01-01 00:00:00.000001+00",
  inet: "::1",
} as const;

/** SQL for a number that is the same on servers that hash alike. */
export const hashSample = (): string =>
  rowHash(
    Object.entries(SAMPLE).map(([name, value]) => {
      const type = { schema: "pg_catalog", name, text: name, array: false };
      return { sql: `'${value}'::${name}`, form: formsOf(type, type)[0] };
    }),
    "record",
  );

/** A number of 64 bits that shares nothing with the others. */
const seedOf = (place: number, what: string): bigint =>
  createHash("sha256").update(`${what} ${place}`).digest().readBigInt64BE();

/** The minus of a number would be an operator. */
const int8 = (number: bigint): string => `'${number}'::int8`;
