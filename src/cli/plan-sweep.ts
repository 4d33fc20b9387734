import { SWEEP_BEGAN } from "../online/bulk/bind-moments.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import type { SweepStep } from "../plan/plan.ts";
import { forSession } from "../plan/settings.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";
import type { Paint } from "./paint.ts";

/** How the rows are gone over, under the statement of the step. */
export function sweepLines({ sweep }: SweepStep, paint: Paint): string[] {
  const { visits, key = [], left, othersMayLeave, triggers, action } = sweep;
  const way = visits === "again" ? "by their place in the table" : `by their key (${key.join(", ")})`;
  const end =
    left === undefined || action.kind === "check"
      ? ""
      : othersMayLeave === true
        ? "; what moved meanwhile is done in the end"
        : "; in the end none may be left";
  return [
    `       ${paint("dim", "sweep:")} in batches that commit, rows ${way}${end}`,
    ...(action.kind === "callback"
      ? [`       ${paint("dim", "sweep:")} the function of the file says what the columns hold`]
      : []),
    ...(triggers === "skip" ? [`       ${paint("dim", "sweep:")} your triggers do not fire`] : []),
  ];
}

/** Blocks and keys of one batch of the script. */
const BLOCKS = 128;
const KEYS = 5_000;

/**
 * A sweep for psql: a query that writes one statement for each batch, and `\gexec`, which runs them one by one, each in
 * a transaction of its own.
 */
export function sweepScript({ title, sweep, settings, statement }: SweepStep): string[] {
  if (sweep.action.kind === "callback") return [`-- ${title} runs in Lockkeeper only.`];
  const ours = sweep.isAuthors === true ? [] : ["SET lockkeeper.sweep = 'on';"];
  const skips = sweep.triggers === "skip" ? ["SET session_replication_role = replica;"] : [];
  return [
    `-- In batches, each of which commits: ${statement.sql.replace(/\s+/g, " ")}`,
    ...(statement.notes ?? []).map((note) => `-- ${note}`),
    ...(sweep.moved === undefined
      ? []
      : ["-- Not so here: a row whose key somebody changes while this script runs may be done twice, or not at all."]),
    ...settings.map((setting) => `${forSession(setting)};`),
    ...ours,
    ...skips,
    ...(sweep.action.kind === "check" ? [] : [sweep.visits === "once" ? byKey(sweep) : byPlace(sweep), "\\gexec"]),
    ...remainder(sweep),
    ...(skips.length === 0 ? [] : ["RESET session_replication_role;"]),
    ...(ours.length === 0 ? [] : ["RESET lockkeeper.sweep;"]),
  ];
}

/** The tables that hold the rows, block by block. */
function byPlace(sweep: SweepSpec): string {
  const { table, action } = sweep;
  const moves = action.kind === "update" && action.moves === true;
  const places = "ctid >= '(%2$s,0)' AND ctid < '(%3$s,0)'";
  const format = batch(sweep, {
    target: moves ? escaped(quoteQualified(table)) : "ONLY %1$s",
    range: moves ? `tableoid = %1$L::regclass AND ${places}` : places,
    moment: "%4$L",
  });
  return [
    `SELECT format(${format}, t.relid::regclass, b, b + ${BLOCKS}, now())`,
    `FROM pg_partition_tree(${quoteLiteral(quoteQualified(table))}) AS t,`,
    `  generate_series(0, pg_relation_size(t.relid) / current_setting('block_size')::bigint, ${BLOCKS}) AS b`,
    "WHERE t.isleaf ORDER BY t.relid, b",
  ].join("\n");
}

/** Rows of the whole table between two values of the key. */
function byKey(sweep: SweepSpec): string {
  const { key = [], table } = sweep;
  const called = calledBy(sweep);
  const own = key.map(quoteIdentifier);
  const row = escaped(`ROW(${own.map((column) => `${called}.${column}`).join(", ")})`);
  const list = (prefix: string): string => own.map((_, at) => `${prefix}${at + 1}`).join(", ");
  const places = (from: number): string => own.map((_, at) => `%${from + at}$L`).join(", ");
  const last = `${row} <= ROW(${places(2 + own.length)})`;
  const target = escaped(quoteQualified(table));
  const first = batch(sweep, { target, range: last, moment: "%1$L" });
  const above = batch(sweep, { target, range: `${row} > ROW(${places(2)}) AND ${last}`, moment: "%1$L" });
  const inOrder = own.join(", ");
  return [
    `SELECT format(CASE WHEN low1 IS NULL THEN ${first} ELSE ${above} END, now(), ${list("low")}, ${list("high")})`,
    `FROM (SELECT n, ${own.map((column, at) => `lag(${column}) OVER w AS low${at + 1}, ${column} AS high${at + 1}`).join(", ")}`,
    `  FROM (SELECT ${inOrder}, row_number() OVER (ORDER BY ${inOrder}) AS n, count(*) OVER () AS total FROM ${quoteQualified(table)}) AS k`,
    `  WHERE n % ${KEYS} = 0 OR n = total WINDOW w AS (ORDER BY n)) AS r ORDER BY n`,
  ].join("\n");
}

const calledBy = ({ alias, table }: SweepSpec): string => quoteIdentifier(alias ?? table.name);

const escaped = (sql: string): string => sql.replaceAll("%", "%%");

/** The statement of one batch as a text for `format()`: its target and range have places in it, and so has the moment. */
function batch(
  sweep: SweepSpec,
  { target, range, moment }: { readonly target: string; readonly range: string; readonly moment: string },
): string {
  const text = (sql: string): string => escaped(sql).replaceAll(SWEEP_BEGAN, `${moment}::timestamptz`);
  const where = sweep.where === undefined ? range : `${range} AND (${text(sweep.where)})`;
  return quoteLiteral(statementOf(sweep, `${target} AS ${text(calledBy(sweep))}`, where, text));
}

function statementOf({ action }: SweepSpec, target: string, where: string, text: (sql: string) => string): string {
  switch (action.kind) {
    case "update":
      return `UPDATE ${target} SET ${text(action.set)}${action.from === undefined ? "" : ` FROM ${text(action.from)}`} WHERE ${where}`;
    case "delete": {
      const { before = "", behind = "" } = action.into ?? {};
      const using = action.using === undefined ? "" : ` USING ${text(action.using)}`;
      return `${text(before)}DELETE FROM ${target}${using} WHERE ${where} ${text(behind)}`.trim();
    }
    case "copy": {
      const columns = action.columns.map(quoteIdentifier).join(", ");
      const conflict = action.onConflict === undefined ? "" : ` ${text(action.onConflict)}`;
      return `INSERT INTO ${quoteQualified(action.into)} (${columns}) SELECT ${action.select.map(text).join(", ")} FROM ${target} WHERE ${where}${conflict}`;
    }
    case "callback":
      return "";
    case "check":
      return `SELECT count(*) FROM ${target} WHERE ${where}`;
  }
}

/** What moved past the batches, or what must not be there. */
function remainder(sweep: SweepSpec): string[] {
  const { left, where, table } = sweep;
  if (left === undefined) return [];
  const bound = (sql: string): string => sql.replaceAll(SWEEP_BEGAN, "now()");
  const rows = [where, left].filter((one) => one !== undefined).map((one) => `(${bound(one)})`);
  const target = `${quoteQualified(table)} AS ${calledBy(sweep)}`;
  const condition = [...new Set(rows)].join(" AND ");
  return [
    sweep.action.kind === "check" ? "-- None may be left:" : "-- What was moved past the batches meanwhile:",
    `${statementOf(sweep, target, condition, bound)};`,
  ];
}
