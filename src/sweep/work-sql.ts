import type { SweepSpec } from "../online/sweep-spec.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";
import type { KeyColumn, SweepPart } from "./sweep-facts.ts";

/**
 * SQL of a batch on one table. $1 and $2 are where it begins and ends, as `lockkeeper.sweep_range` keeps places and
 * keys; $3 is the number of the pass over the range.
 */
export interface WorkSql {
  /** The end of a batch: $2 is the range's end, $3 the batch's size. */
  readonly bound: string;
  /** Absent for a sweep that only counts. */
  readonly work?: string;
  /**
   * The same where rows got other keys meanwhile: $4 is a list of keys that are left out, or of those that are meant. It
   * answers how many rows it did, and their keys.
   */
  readonly movedWork?: string;
  readonly count?: string;
  /** Locks the rows of a batch, and answers them with their keys; a function says what becomes of them. */
  readonly read?: string;
  /** The end of each row of the batch. */
  readonly one: string;
  /** The key of the first row of the batch, as jsonb. */
  readonly key: string;
}

/**
 * `sweep` does what `where` says, and so does `chase` to rows that got another key before they were visited; `repair`
 * counts what is `left` and does it; `count` only counts it.
 */
export type Aim =
  | { readonly kind: "sweep"; readonly strides: number }
  | { readonly kind: "chase" }
  | { readonly kind: "repair" }
  | { readonly kind: "count" };

export function workSql(spec: SweepSpec, part: SweepPart, aim: Aim): WorkSql {
  const { alias, table } = namesOf(spec, part);
  const { within, bound, one } =
    aim.kind === "chase"
      ? chased(part.key, alias)
      : part.visit.by === "place"
        ? byPlace(alias, table)
        : byKey(part.visit.columns, alias, table);
  const listed = `EXISTS (${listedRow(part.key, alias)})`;
  const conditions = [
    aim.kind === "chase" ? listed : within,
    ...(aim.kind === "sweep" && aim.strides > 1 ? [lineSql(alias, aim.strides)] : []),
    ...conditionsOf(spec, aim).map((condition) => `(${condition}\n)`),
  ].join(" AND ");
  const work =
    aim.kind === "count"
      ? undefined
      : spec.action.kind === "callback"
        ? writeSql(part, alias, table, spec.action.columns)
        : actionSql(spec, ...targetOf(spec, part, table, conditions));
  const movedWork =
    spec.moved === undefined || spec.action.kind === "callback"
      ? undefined
      : withKeys(
          actionSql(spec, table, aim.kind === "chase" ? conditions : `${conditions} AND NOT ${listed}`),
          part.key,
          alias,
        );
  const counted = aim.kind === "repair" || aim.kind === "count" ? (spec.left ?? "false") : undefined;
  return {
    bound,
    one,
    key: keySql(part.key, alias, table, within),
    ...(work === undefined ? {} : { work }),
    ...(movedWork === undefined ? {} : { movedWork }),
    ...(spec.action.kind === "callback"
      ? {
          read: readSql(
            part,
            alias,
            table,
            aim.kind === "chase" ? conditions : `${conditions} AND NOT ${listed}`,
            spec.action.columns,
          ),
        }
      : {}),
    ...(counted === undefined ? {} : { count: `SELECT count(*) FROM ${table} WHERE ${within} AND (${counted}\n)` }),
  };
}

/**
 * Rows move to other partitions only through the partitioned table. The bounds let the planner look at the one partition
 * alone.
 */
function targetOf(
  { action, table, alias }: SweepSpec,
  { bounds, oid }: SweepPart,
  own: string,
  conditions: string,
): readonly [target: string, conditions: string] {
  if (action.kind !== "update" || action.moves !== true || bounds === undefined) return [own, conditions];
  const called = quoteIdentifier(alias ?? table.name);
  return [`${quoteQualified(table)} AS ${called}`, `${called}.tableoid = ${oid} AND (${bounds}) AND ${conditions}`];
}

/** A joined table is tied in by `where`; without one, `left` alone says what is to be repaired. */
function conditionsOf({ action, where, left }: SweepSpec, aim: Aim): readonly string[] {
  const joins =
    (action.kind === "update" && action.from !== undefined) || (action.kind === "delete" && action.using !== undefined);
  // What was done by an earlier stride has another place by now, and must not be met again.
  const isStrided = aim.kind === "sweep" && aim.strides > 1 && left !== where;
  const conditions =
    aim.kind === "sweep" || aim.kind === "chase"
      ? [where, isStrided ? left : undefined]
      : [joins ? where : undefined, left];
  return conditions.filter((condition) => condition !== undefined);
}

function actionSql({ action }: SweepSpec, table: string, conditions: string): string | undefined {
  switch (action.kind) {
    case "update": {
      const from = action.from === undefined ? "" : ` FROM ${action.from}\n`;
      return `UPDATE ${table} SET ${action.set}\n${from} WHERE ${conditions}`;
    }
    case "delete": {
      const using = action.using === undefined ? "" : ` USING ${action.using}\n`;
      const { before = "", behind = "" } = action.into ?? {};
      return `${before}DELETE FROM ${table}${using} WHERE ${conditions}\n${behind}`;
    }
    case "copy": {
      const columns = action.columns.map(quoteIdentifier).join(", ");
      const select = `SELECT ${action.select.join(",\n")}\nFROM ${table} WHERE ${conditions}`;
      return `INSERT INTO ${quoteQualified(action.into)} (${columns}) ${select} ${action.onConflict ?? ""}`;
    }
    case "callback":
    case "check":
      return undefined;
  }
}

/** JSON has no numbers for all that these types hold. */
const AS_TEXT: readonly string[] = ["bigint", "numeric"];

function readSql(
  { key }: SweepPart,
  alias: string,
  table: string,
  conditions: string,
  columns: readonly string[],
): string {
  const fields = [...new Set([...key.map(({ name }) => name), ...columns])].map((name) => {
    const column = `${alias}.${quoteIdentifier(name)}`;
    const isText = AS_TEXT.map((type) => `pg_catalog.pg_typeof(${column}) = '${type}'::pg_catalog.regtype`).join(
      " OR ",
    );
    return `${quoteLiteral(name)}, CASE WHEN ${isText} THEN pg_catalog.to_jsonb(${column}::text) ELSE pg_catalog.to_jsonb(${column}) END`;
  });
  const names = key.map(({ name }) => `${alias}.${quoteIdentifier(name)}`);
  const images = names.map((name) => `lockkeeper.key_image(${name})`);
  return `SELECT coalesce(pg_catalog.jsonb_agg(r.row), '[]'), coalesce(pg_catalog.jsonb_agg(r.key), '[]') FROM (
SELECT pg_catalog.jsonb_build_object(${fields.join(", ")}) AS row, ARRAY[${images.join(", ")}] AS key
FROM ${table} WHERE ${conditions} ORDER BY ${names.join(", ")} FOR NO KEY UPDATE OF ${alias}) AS r`;
}

/** $4: rows as a function gave them back; a column that is not among them stays as it is. */
function writeSql({ key, relation }: SweepPart, alias: string, table: string, columns: readonly string[]): string {
  const [given, row] = ["~lockkeeper given", "~lockkeeper row"].map(quoteIdentifier);
  const set = columns.map((name) => {
    const column = quoteIdentifier(name);
    return `${column} = CASE WHEN ${given}.value OPERATOR(pg_catalog.?) ${quoteLiteral(name)} THEN ${row}.${column} ELSE ${alias}.${column} END`;
  });
  const same = key.map(({ name }) => `${alias}.${quoteIdentifier(name)} = ${row}.${quoteIdentifier(name)}`);
  return `UPDATE ${table} SET ${set.join(", ")} FROM pg_catalog.jsonb_array_elements($4) AS ${given}(value),
LATERAL pg_catalog.jsonb_populate_record(NULL::${relation}, ${given}.value) AS ${row} WHERE ${same.join(" AND ")}`;
}

interface Within {
  /** The condition of rows in the batch. */
  readonly within: string;
  readonly bound: string;
  readonly one: string;
}

function byPlace(alias: string, table: string): Within {
  const within = `${alias}.ctid >= ($1::text[])[1]::tid AND ${alias}.ctid < ($2::text[])[1]::tid`;
  return {
    within,
    bound: "SELECT lockkeeper.place_behind($1, $2, $3)",
    one: `SELECT lockkeeper.place_behind(ARRAY[${alias}.ctid::text], $2, 1) FROM ${table} WHERE ${within} ORDER BY ${alias}.ctid`,
  };
}

/**
 * Every so many lines of a page. The last byte of a place as it is sent over the wire is its line's; there is no cheaper
 * way to read it, and the classes of a hash have now more and now fewer rows of a page.
 */
const lineSql = (alias: string, strides: number): string =>
  `pg_catalog.get_byte(pg_catalog.tidsend(${alias}.ctid), 5) % ${strides} = $3`;

function byKey(columns: readonly KeyColumn[], alias: string, table: string): Within {
  const names = columns.map(({ name }) => `${alias}.${quoteIdentifier(name)}`);
  const given = (parameter: number): string =>
    `ROW(${columns.map(({ type }, index) => `($${parameter}::text[])[${index + 1}]::${type}`).join(", ")})`;
  const within = `($1::text[] IS NULL OR ROW(${names.join(", ")}) > ${given(1)}) AND ROW(${names.join(", ")}) <= ${given(2)}`;
  const ordered = `SELECT ${keyText(names)} FROM ${table} WHERE ${within} ORDER BY ${names.join(", ")}`;
  return { within, bound: `${ordered} OFFSET $3 - 1 LIMIT 1`, one: ordered };
}

/** Rows of which the keys are known; $2 is that of one. */
function chased(columns: readonly KeyColumn[], alias: string): Within {
  const names = columns.map(({ name }) => `${alias}.${quoteIdentifier(name)}`);
  const given = columns.map(({ type }, index) => `($2::text[])[${index + 1}]::${type}`);
  return {
    within: `ROW(${names.join(", ")}) = ROW(${given.join(", ")})`,
    bound: "SELECT $2",
    one: "SELECT ARRAY(SELECT pg_catalog.jsonb_array_elements_text(e.key)) FROM pg_catalog.jsonb_array_elements($4) AS e(key)",
  };
}

/** The row of $4 that has the row's key. */
function listedRow(columns: readonly KeyColumn[], alias: string): string {
  const listed = quoteIdentifier("~lockkeeper listed");
  const same = columns.map(
    ({ name, type }, index) => `(${listed}.key ->> ${index})::${type} = ${alias}.${quoteIdentifier(name)}`,
  );
  return `SELECT FROM pg_catalog.jsonb_array_elements($4) AS ${listed}(key) WHERE ${same.join(" AND ")}`;
}

function withKeys(work: string | undefined, columns: readonly KeyColumn[], alias: string): string | undefined {
  if (work === undefined) return undefined;
  const images = columns.map(({ name }) => `lockkeeper.key_image(${alias}.${quoteIdentifier(name)})`);
  return `WITH did AS (${work}\nRETURNING ARRAY[${images.join(", ")}] AS key)
SELECT count(*), coalesce(pg_catalog.jsonb_agg(did.key), '[]') FROM did`;
}

/** JSON's forms of dates and numbers do not depend on settings, and read back as what they were. */
export const keyText = (names: readonly string[]): string =>
  `ARRAY[${names.map((name) => `pg_catalog.to_jsonb(${name}) #>> '{}'`).join(", ")}]`;

/** Keys of the first rows that are not as the sweep wants them. */
export function leftKeysSql(spec: SweepSpec, part: SweepPart, most: number): string {
  const { alias, table } = namesOf(spec, part);
  return `SELECT ${keyObject(part.key, alias)} FROM ${table} WHERE (${spec.left ?? "false"}\n) LIMIT ${most}`;
}

function namesOf(spec: SweepSpec, part: SweepPart): { readonly alias: string; readonly table: string } {
  const alias = quoteIdentifier(spec.alias ?? spec.table.name);
  return { alias, table: `${part.isWhole === true ? "" : "ONLY "}${part.relation} AS ${alias}` };
}

const jsonObject = (fields: string): string => `pg_catalog.jsonb_build_object(${fields})`;

/** A row without a key is told by its place. */
function keyObject(key: readonly KeyColumn[], alias: string): string {
  const fields = key.map(({ name }) => `${quoteLiteral(name)}, ${alias}.${quoteIdentifier(name)}`);
  return jsonObject(fields.length === 0 ? `'ctid', ${alias}.ctid::text` : fields.join(", "));
}

/** It may be gone by now. */
const keySql = (key: readonly KeyColumn[], alias: string, table: string, within: string): string =>
  `SELECT coalesce((SELECT ${keyObject(key, alias)} FROM ${table} WHERE ${within} LIMIT 1), ${jsonObject("'behind', $1")})`;
