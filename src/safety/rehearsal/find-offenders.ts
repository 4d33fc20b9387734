import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Step } from "../../plan/plan.ts";
import { failureKind } from "../../postgres/server-error.ts";
import type { Session } from "../../postgres/session.ts";
import { statementsOf } from "../planned-locks.ts";
import { findFailingRow } from "./find-failing-row.ts";

/** What made a step fail, as far as rows did. */
export interface Offenders {
  readonly object?: string;
  /** Keys and the columns that the statement names, of some of them. */
  readonly rows: readonly Row[];
}

type Row = Readonly<Record<string, unknown>>;

/** ms; a whole table may be read. */
const LIMIT_MS = 600_000;
const SHOWN = 5;

/**
 * The rows that a step failed for: those that a sweep named; those that the ways to fail that were foreseen find; the one
 * whose value a change of type did not take; else the key that the server named.
 *
 * @param session in the copy, that nobody else uses
 * @param state the catalog that the step found
 */
export async function findOffenders(
  session: Session,
  step: Step | undefined,
  error: LockkeeperError,
  state: CatalogState,
): Promise<Offenders> {
  const named = error.data?.["rows"];
  if (Array.isArray(named) && named.length > 0) return ofSweep(named as readonly SweptRow[]);
  const sqlState = sqlStateOf(error);
  if (step === undefined || sqlState === undefined || !ABOUT_ROWS.test(sqlState)) return { rows: [] };
  await session.query(`SET statement_timeout = ${LIMIT_MS}`);
  try {
    return (
      (await asForeseen(session, step, sqlState, state)) ??
      (await byConversion(session, step, state)) ??
      ofDetail(error)
    );
  } finally {
    await session.query("RESET statement_timeout");
  }
}

/** Values that do not fit a type, and rows that violate a constraint. */
const ABOUT_ROWS = /^2[23]/;

export function sqlStateOf({ data }: LockkeeperError): string | undefined {
  const { sqlstate, rows } = (data ?? {}) as { readonly sqlstate?: unknown; readonly rows?: readonly SweptRow[] };
  return typeof sqlstate === "string" ? sqlstate : rows?.[0]?.sqlstate;
}

interface SweptRow {
  readonly relation: string;
  readonly key: Row;
  readonly sqlstate?: string;
  readonly message?: string;
}

const ofSweep = (rows: readonly SweptRow[]): Offenders => ({
  ...(rows[0] === undefined ? {} : { object: rows[0].relation }),
  rows: rows.slice(0, SHOWN).map(({ key, message }) => ({ ...key, ...(message === undefined ? {} : { "": message }) })),
});

async function asForeseen(
  session: Session,
  step: Step,
  sqlState: string,
  state: CatalogState,
): Promise<Offenders | undefined> {
  for (const { sql, insteadOf, effects = [] } of statementsOf(step)) {
    for (const { relation, mayFail } of effects) {
      for (const way of mayFail) {
        if (way.sqlState !== sqlState || way.query === undefined) continue;
        const found = await ask(session, way.query);
        if (found.length === 0) continue;
        const keys = state.table(relation)?.constraints.find(({ type }) => type === "primary key")?.columns ?? [];
        const words = new Set(`${sql} ${insteadOf ?? ""} ${way.query}`.match(/[\p{L}_][\p{L}\p{N}_$]*/gu));
        const isTold = (column: string): boolean => keys.includes(column) || column === "count" || words.has(column);
        return { object: `${relation.schema}.${relation.name}`, rows: found.map((row) => only(row, isTold)) };
      }
    }
  }
  return undefined;
}

async function byConversion(session: Session, step: Step, state: CatalogState): Promise<Offenders | undefined> {
  for (const { sql } of statementsOf(step)) {
    const found = await findFailingRow(session, sql, state);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** `Key (email)=(a@b) is duplicated.` */
function ofDetail({ data, at }: LockkeeperError): Offenders {
  const detail = typeof data?.["detail"] === "string" ? data["detail"] : "";
  const [, columns, values] = /\(([^)]*)\)=\((.*?)\)(?: |$)/s.exec(detail) ?? [];
  const object = at?.relation === undefined ? {} : { object: at.relation };
  if (columns === undefined || values === undefined) return { ...object, rows: [] };
  const names = columns.split(", ");
  const parts = values.split(", ");
  const row = names.length === parts.length ? names.map((name, nth) => [name, parts[nth]]) : [[columns, values]];
  return { ...object, rows: [Object.fromEntries(row)] };
}

/** What cannot be asked is not told. */
async function ask(session: Session, sql: string): Promise<readonly Row[]> {
  try {
    return (await session.query<Row>(sql)).slice(0, SHOWN);
  } catch (error) {
    if (failureKind(error) === "connection") throw error;
    return [];
  }
}

const only = (row: Row, isTold: (column: string) => boolean): Row => {
  const told = Object.entries(row).filter(([column]) => isTold(column));
  return told.length === 0 ? row : Object.fromEntries(told);
};
