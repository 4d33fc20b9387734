import type { Catalog } from "../../../catalog/catalog.ts";
import type { Column } from "../../../catalog/model/column.ts";
import type { Table } from "../../../catalog/model/table.ts";
import type { MaskText } from "../../../config/fields.ts";
import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import { nearestName } from "../../../errors/nearest-name.ts";
import { quoteIdentifier, quoteLiteral } from "../../../sql/quote.ts";

/** What is done to the copy before anything else, as the configuration says it. */
export interface CopyRules {
  /** By `table.column` or `schema.table.column`. */
  readonly mask: Readonly<Record<string, MaskText>>;
  /** Percent of the rows that stay, by `table` or `schema.table`. */
  readonly sample: Readonly<Record<string, number>>;
}

/** A column whose values become others. */
export interface Mask {
  readonly table: Table;
  readonly column: Column;
  /** SQL on the columns of the row. */
  readonly value: string;
}

export interface Sample {
  readonly table: Table;
  readonly percent: number;
}

/**
 * The rules by the tables that they are for.
 *
 * @throws LockkeeperError `config_invalid` for what is not there, and what cannot be masked or sampled
 */
export function readRules(
  { mask, sample }: CopyRules,
  { tables }: Catalog,
): { readonly masks: readonly Mask[]; readonly samples: readonly Sample[] } {
  const masks = Object.entries(mask).map(([name, rule]): Mask => {
    const parts = name.split(".");
    const table = tableOf(parts.slice(0, -1).join("."), tables, `rehearsal.mask: ${name}`);
    const column = table.columns.find((one) => one.name === parts.at(-1));
    if (column === undefined) {
      const meant = nearestName(
        parts.at(-1) ?? "",
        table.columns.map((one) => one.name),
      );
      throw invalid(`rehearsal.mask: there is no column ${name}${meant === undefined ? "" : `; is ${meant} meant?`}`);
    }
    if (column.generated !== undefined) {
      throw invalid(`rehearsal.mask: ${name} is generated: mask the columns that it is made of`);
    }
    return { table, column, value: maskedValue(rule, column, name) };
  });
  const samples = Object.entries(sample).map(([name, percent]): Sample => {
    const table = tableOf(name, tables, `rehearsal.sample: ${name}`);
    if (table.kind === "foreign") throw invalid(`rehearsal.sample: ${name} is a foreign table: its rows are others'`);
    return { table, percent };
  });
  return { masks, samples };
}

function tableOf(name: string, tables: readonly Table[], where: string): Table {
  const found = tables.filter((one) => one.name === name || `${one.schema}.${one.name}` === name);
  const [table, another] = found;
  if (table === undefined) {
    const meant = nearestName(
      name,
      tables.flatMap((one) => [one.name, `${one.schema}.${one.name}`]),
    );
    throw invalid(`${where}: there is no such table${meant === undefined ? "" : `; is ${meant} meant?`}`);
  }
  if (another !== undefined) throw invalid(`${where}: several schemas have one; name it with its schema`);
  return table;
}

function maskedValue(rule: MaskText, { name, type, notNull }: Column, where: string): string {
  const column = quoteIdentifier(name);
  if (rule === "null") {
    if (notNull) throw invalid(`rehearsal.mask: ${where} is NOT NULL, and cannot become null`);
    return "NULL";
  }
  if (rule === "hash") return hashOf(column, type.text, where);
  if ("fixed" in rule) return `CAST(${quoteLiteral(rule.fixed)} AS ${type.text})`;
  return `CAST((${rule.sql}) AS ${type.text})`;
}

const TEXTS = /^(?:text|citext|character varying(?:\((\d+)\))?|character\((\d+)\))$/;
const NUMBERS: Readonly<Record<string, string>> = {
  smallint: "32767",
  integer: "2147483647",
  bigint: "9223372036854775807",
};

/** Equal values stay equal, and different ones different but for chance: keys still lead to each other. */
function hashOf(column: string, type: string, where: string): string {
  const seeded = `${column}::text || current_setting('lockkeeper.mask_seed')`;
  const [isText, ...sizes] = TEXTS.exec(type) ?? [];
  if (isText !== undefined) {
    const size = Number(sizes.find((one) => one !== undefined) ?? 32);
    return `left(md5(${seeded}), ${Math.min(size, 32)})::${type}`;
  }
  if (type === "uuid") return `md5(${seeded})::uuid`;
  if (type === "bytea") return `decode(md5(${seeded}), 'hex')`;
  const most = NUMBERS[type];
  if (most !== undefined) return `(abs(hashtextextended(${seeded}, 0) % ${most}))::${type}`;
  throw invalid(`rehearsal.mask: ${where} is ${type}, of which no hash is known: say { sql: "…" }`);
}

const invalid = (message: string): LockkeeperError =>
  new LockkeeperError("config_invalid", {
    message: `${message}.`,
    notDone: "The copy was dropped; nothing was rehearsed.",
  });
