import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { differsAnywhere } from "../sync/differs.ts";
import { inDollars } from "../sync/sync-trigger.ts";
import type { KnownMove } from "./known-move.ts";

/** While a client's row takes the place of one that the move made, the removal of that one is no news for anybody. */
export const TAKES_OVER = "lockkeeper.takes_over";

/** What the functions do: `forth`: the old columns lead; `both`: whichever was written; `off`: nothing any more. */
export type MoveState = "forth" | "both" | "off";

/** What a move's SQL calls things. */
export interface MoveNames {
  /** The functions of the triggers on the table that has the columns, and on the one that gets them. */
  readonly from: QualifiedName;
  readonly to: QualifiedName;
  /**
   * A column of the table that gets them: true in rows that the move made, false in those of them that a client wrote
   * since, null in all others.
   */
  readonly mark: string;
}

/** Pieces of SQL on `a`, a row of the table that has the columns, and `b`, the row of the other that belongs to it. */
interface MoveSql {
  readonly from: string;
  readonly to: string;
  readonly mark: string;
  readonly keys: readonly { readonly old: string; readonly now: string }[];
  readonly columns: readonly { readonly old: string; readonly now: string }[];
  /** `a` and `b` belong together. */
  readonly isPair: string;
  /** They say something else. */
  readonly differ: string;
}

const same = (one: string, other: string): string => `${one} OPERATOR(pg_catalog.=) ${other}`;

/** SQL that holds where one of the values is there; `IS NOT NULL` means something else of rows. */
export const isAnyGiven = (values: readonly string[]): string =>
  `pg_catalog.num_nonnulls(${values.join(", ")}) OPERATOR(pg_catalog.>) 0`;

export function moveSql({ from, to, keys, columns }: KnownMove, { mark }: MoveNames): MoveSql {
  const quoted = (pairs: KnownMove["keys"]) =>
    pairs.map(({ old, now }) => ({ old: quoteIdentifier(old.name), now: quoteIdentifier(now.name) }));
  const [own, moved] = [quoted(keys), quoted(columns)];
  const list = (row: string, of: "old" | "now") => moved.map((one) => `${row}.${one[of]}`).join(", ");
  return {
    from: quoteQualified(from),
    to: quoteQualified(to),
    mark: quoteIdentifier(mark),
    keys: own,
    columns: moved,
    isPair: own.map(({ old, now }) => same(`b.${now}`, `a.${old}`)).join(" AND "),
    differ: differsAnywhere(list("b", "now"), list("a", "old")),
  };
}

/** Makes a row of the other table for each row of `a` for which `where` holds and which has a value to move. */
export const insertSql = (
  { from, to, mark, keys, columns }: MoveSql,
  where: string,
  behind = "",
): string => `INSERT INTO ${to} (${[...keys, ...columns].map(({ now }) => now).join(", ")}, ${mark})
SELECT ${[...keys, ...columns].map(({ old }) => `a.${old}`).join(", ")}, true FROM ${from} AS a WHERE ${where}
${behind}${orUpdate(keys, columns)}`;

export const orUpdate = (keys: MoveSql["keys"], columns: MoveSql["columns"]): string =>
  `ON CONFLICT (${keys.map(({ now }) => now).join(", ")}) DO UPDATE SET ${columns.map(({ now }) => `${now} = EXCLUDED.${now}`).join(", ")}`;

/** Every path through the functions names its operators: they run with their owner's rights under the writer's path. */
const isOp = (event: string): string => `TG_OP OPERATOR(pg_catalog.=) '${event}'`;
const IS_BEFORE = "TG_WHEN OPERATOR(pg_catalog.=) 'BEFORE'";

const isKeyOf = (keys: MoveSql["keys"], of: "old" | "now", row: string, table: string, its = of): string =>
  keys.map((key) => same(`${table}.${key[of]}`, `${row}.${key[its]}`)).join(" AND ");

/**
 * The two functions, as statements. They name all that they use, and leave the writer's search_path to the triggers of
 * others that they set off; they run with the rights of their owner, because who may write the one table need not be
 * allowed to write the other.
 */
export function moveFunctions(known: KnownMove, names: MoveNames, state: MoveState): readonly string[] {
  const sql = moveSql(known, names);
  const bodies =
    state === "off"
      ? { from: OFF, to: takeOver(sql) }
      : { from: fromBody(sql, known, state === "both"), to: toBody(sql, state === "both") };
  return (["from", "to"] as const).map(
    (side) =>
      `CREATE OR REPLACE FUNCTION ${quoteQualified(names[side])}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS ${inDollars(bodies[side])}`,
  );
}

const OFF = "BEGIN\n  RETURN NULL;\nEND";

/** Who made a row of the one table before this moment, and now makes the other, still finds the one that the move made. */
const takeOver = (sql: MoveSql): string => `#variable_conflict use_column
DECLARE
  held record;
BEGIN
  IF ${IS_BEFORE} AND ${isOp("INSERT")} THEN
${takenOver(sql)}
  END IF;
  RETURN NEW;
END`;

const takenOver = ({ to, keys, columns, mark }: MoveSql): string => {
  const values = columns.map(({ now }) => `b.${now}`).join(", ");
  const taken = columns.map(({ now }) => `NEW.${now} := COALESCE(NEW.${now}, held.${now});`).join(" ");
  const made = `${to} AS b WHERE ${isKeyOf(keys, "now", "NEW", "b")} AND b.${mark}`;
  return `    IF EXISTS (SELECT FROM ${made}) THEN
      PERFORM pg_catalog.set_config('${TAKES_OVER}', 'on', true);
      DELETE FROM ${made} RETURNING ${values} INTO held;
      ${taken}
      PERFORM pg_catalog.set_config('${TAKES_OVER}', 'off', true);
    END IF;`;
};

/**
 * Of what a client did to the row that has the columns. It is looked up again, as a trigger in front of this one may
 * have written it once more.
 */
function fromBody(sql: MoveSql, { columns: pairs, owns, refers }: KnownMove, both: boolean): string {
  const { from, to, mark, keys, columns, isPair, differ } = sql;
  const isOwn = isKeyOf(keys, "old", "NEW", "a");
  const ofOld = keys.map(({ old, now }) => same(`b.${now}`, `OLD.${old}`)).join(" AND ");
  const given = isAnyGiven(columns.map(({ now }) => `b.${now}`));
  const none = columns.map(({ now }) => `${now} = NULL`).join(", ");
  // A pair without a value cannot be where the column must have one.
  const isWhole = owns || pairs.some(({ now }) => now.notNull);
  const removed = (where: string): string =>
    isWhole
      ? `DELETE FROM ${to} AS b WHERE ${where};`
      : `DELETE FROM ${to} AS b WHERE ${where} AND b.${mark} IS NOT NULL;
    UPDATE ${to} AS b SET ${none} WHERE ${where} AND ${given};`;
  const isFree = `NOT EXISTS (SELECT FROM ${to} AS b WHERE ${keys.map(({ old, now }) => same(`b.${now}`, `NEW.${old}`)).join(" AND ")})`;
  const along = `UPDATE ${to} AS b SET ${keys.map(({ old, now }) => `${now} = NEW.${old}`).join(", ")} WHERE ${ofOld} AND ${isFree};
    IF FOUND THEN RETURN NULL; END IF;`;
  const taken = columns.map(({ old, now }) => `${old} = COALESCE(b.${now}, a.${old})`).join(", ");
  const taking = `  IF ${isOp("INSERT")} THEN
    UPDATE ${from} AS a SET ${taken} FROM ${to} AS b WHERE ${isOwn} AND ${isPair} AND ${given} AND ${differ};
  END IF;
`;
  return `#variable_conflict use_column
BEGIN
  IF ${isOp("TRUNCATE")} THEN
    ${removed("true")}
    RETURN NULL;
  ELSIF ${isOp("DELETE")} THEN
    ${removed(ofOld)}
    RETURN NULL;
  ELSIF TG_NARGS OPERATOR(pg_catalog.>) 0 THEN
    ${refers ? "" : along}
    ${removed(ofOld)}
    RETURN NULL;
  END IF;
${both ? taking : ""}  UPDATE ${to} AS b SET ${columns.map(({ old, now }) => `${now} = a.${old}`).join(", ")} FROM ${from} AS a WHERE ${isOwn} AND ${isPair} AND ${differ};
  IF NOT FOUND THEN
    ${insertSql(sql, `${isOwn} AND ${isAnyGiven(columns.map(({ old }) => `a.${old}`))} AND NOT EXISTS (SELECT FROM ${to} AS b WHERE ${isPair} AND NOT ${differ})`)};
  END IF;
  RETURN NULL;
END`;
}

/**
 * Of what a client does to the row that gets the columns. Who inserts one locks the row that it belongs to first, in the
 * order of those who write that one.
 */
function toBody(sql: MoveSql, both: boolean): string {
  const { from, to, mark, keys, columns, isPair, differ } = sql;
  const isOwn = isKeyOf(keys, "old", "NEW", "a", "now");
  const ofOld = isKeyOf(keys, "old", "OLD", "a", "now");
  const isSame = isKeyOf(keys, "now", "NEW", "b");
  const given = isAnyGiven(columns.map(({ old }) => `a.${old}`));
  const isAlone = `NOT EXISTS (SELECT FROM ${to} AS b WHERE ${isPair})`;
  const taken = columns
    .map(({ old, now }) => `NEW.${now} := ${both ? `COALESCE(NEW.${now}, held.${old})` : `held.${old}`};`)
    .join(" ");
  const follow = `SELECT ${columns.map(({ old }) => `a.${old}`).join(", ")} INTO held FROM ${from} AS a WHERE ${isOwn};
      IF FOUND THEN ${taken} END IF;`;
  // A row that is gone was the last to say something, or, as long as the old columns lead, is made again.
  const lost = (where: string): string =>
    both
      ? `UPDATE ${from} AS a SET ${columns.map(({ old }) => `${old} = NULL`).join(", ")} WHERE ${where} AND ${given} AND ${isAlone};`
      : `${insertSql(sql, `${where} AND ${given} AND ${isAlone}`)};`;
  const written = `UPDATE ${from} AS a SET ${columns.map(({ old, now }) => `${old} = b.${now}`).join(", ")} FROM ${to} AS b WHERE ${isSame} AND ${isPair} AND ${differ};`;
  return `#variable_conflict use_column
DECLARE
  held record;
BEGIN
  IF ${isOp("TRUNCATE")} THEN
    ${lost("true")}
    RETURN NULL;
  ELSIF ${IS_BEFORE} THEN
    IF ${isOp("UPDATE")} THEN
      IF OLD.${mark} AND NEW.${mark} AND pg_catalog.pg_trigger_depth() OPERATOR(pg_catalog.=) 1 THEN NEW.${mark} := false; END IF;
      ${both ? "RETURN NEW;" : follow}
    ELSE
      PERFORM FROM ${from} AS a WHERE ${isOwn} FOR NO KEY UPDATE;
${takenOver(sql)}
      IF NOT EXISTS (SELECT FROM ${to} AS b WHERE ${isSame}) THEN
      ${follow}
      END IF;
    END IF;
    RETURN NEW;
  END IF;
  IF NOT ${isOp("INSERT")} THEN
    ${lost(ofOld)}
  END IF;
${both ? `  IF NOT ${isOp("DELETE")} THEN\n    ${written}\n  END IF;\n` : ""}  RETURN NULL;
END`;
}
