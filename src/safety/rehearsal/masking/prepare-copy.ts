import { randomBytes } from "node:crypto";
import type { Catalog } from "../../../catalog/catalog.ts";
import type { ForeignKey } from "../../../catalog/model/constraint.ts";
import type { Table } from "../../../catalog/model/table.ts";
import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import { databaseError, failureKind } from "../../../postgres/server-error.ts";
import type { Session } from "../../../postgres/session.ts";
import { BEGIN } from "../../../postgres/transaction.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../../sql/quote.ts";
import { type CopyRules, type Mask, readRules, type Sample } from "./mask-rules.ts";

export interface PreparedCopy {
  /** Columns, as SQL names them. */
  readonly masked: readonly string[];
  readonly sampled: readonly { readonly table: string; readonly percent: number; readonly rows: number }[];
}

interface Key {
  readonly from: Table;
  readonly key: ForeignKey;
}

/**
 * Masks and samples the copy in one transaction, with no trigger at work: what masks take away would be written to an
 * audit by some. Rows that refer to rows which are not in the sample go with them. Then the tables are written anew: what
 * was there before is in no file of theirs, and steps are measured on tables without holes.
 *
 * @throws LockkeeperError `config_invalid` for rules that do not fit; `rehearsal_refused` where the role may not keep
 *   triggers still, or masked keys lead nowhere
 */
export async function prepareCopy(session: Session, catalog: Catalog, rules: CopyRules): Promise<PreparedCopy> {
  const { masks, samples } = readRules(rules, catalog);
  if (masks.length === 0 && samples.length === 0) return { masked: [], sampled: [] };
  const keys = catalog.tables.flatMap((from) =>
    from.constraints.flatMap((key) => (key.type === "foreign key" ? [{ from, key }] : [])),
  );
  await session.query(BEGIN);
  try {
    await keepTriggersStill(session);
    await session.query(`SET LOCAL lockkeeper.mask_seed = ${quoteLiteral(randomBytes(16).toString("hex"))}`);
    for (const sample of samples) await thin(session, sample);
    const followed = samples.length === 0 ? [] : await dropOrphans(session, keys);
    for (const table of new Set(masks.map((one) => one.table))) {
      await mask(
        session,
        table,
        masks.filter((one) => one.table === table),
      );
    }
    await requireKeys(session, keys, masks);
    await session.query("COMMIT");
    const touched = new Set([...masks, ...samples].map(({ table }) => table).concat(followed));
    for (const table of touched) await session.query(`VACUUM (FULL, ANALYZE) ${quoteQualified(table)}`);
  } catch (error) {
    await session.rollback();
    throw named(error);
  }
  const sampled: PreparedCopy["sampled"][number][] = [];
  for (const { table, percent } of samples) {
    const [row] = await session.query<{ n: number }>(`SELECT count(*)::float8 AS n FROM ${quoteQualified(table)}`);
    sampled.push({ table: `${table.schema}.${table.name}`, percent, rows: row?.n ?? 0 });
  }
  return {
    masked: masks.map(({ table, column }) => `${table.schema}.${table.name}.${column.name}`),
    sampled,
  };
}

async function keepTriggersStill(session: Session): Promise<void> {
  try {
    await session.query("SET LOCAL session_replication_role = replica");
  } catch (error) {
    if (failureKind(error) !== "permission") throw error;
    throw new LockkeeperError("rehearsal_refused", {
      message: "The role may not keep triggers still while the copy is masked or sampled.",
      notDone: "Nothing was rehearsed.",
      action:
        "Connect to the copy as a superuser, or GRANT SET ON PARAMETER session_replication_role TO the role (PostgreSQL 15 and newer).",
      cause: error,
    });
  }
}

/** By the places of the rows, so that the same rows stay each time. */
async function thin(session: Session, { table, percent }: Sample): Promise<void> {
  await session.query(
    `DELETE FROM ${quoteQualified(table)} WHERE abs(hashtextextended(tableoid::text || ctid::text, 0) % 10000) >= ${percent * 100}`,
  );
}

/** @returns tables that lost rows */
async function dropOrphans(session: Session, keys: readonly Key[]): Promise<readonly Table[]> {
  const touched = new Set<Table>();
  for (let lost = true; lost; ) {
    lost = false;
    for (const key of keys) {
      const rows = await session.query(
        `DELETE FROM ONLY ${quoteQualified(key.from)} AS f WHERE ${isOrphan(key)} RETURNING 1`,
      );
      if (rows.length === 0) continue;
      touched.add(key.from);
      lost = true;
    }
  }
  return [...touched];
}

function isOrphan({ key }: Key): string {
  const pairs = key.columns.map((column, nth) => [
    `f.${quoteIdentifier(column)}`,
    quoteIdentifier(key.references.columns[nth] ?? ""),
  ]);
  const known = pairs.map(([own]) => `${own} IS NOT NULL`).join(" AND ");
  const equal = pairs.map(([own, other]) => `${own} = r.${other}`).join(" AND ");
  return `${known} AND NOT EXISTS (SELECT FROM ${quoteQualified(key.references)} AS r WHERE ${equal})`;
}

async function mask(session: Session, table: Table, masks: readonly Mask[]): Promise<void> {
  const sets = masks.map(({ column, value }) => `${quoteIdentifier(column.name)} = ${value}`);
  await session.query(`UPDATE ${quoteQualified(table)} SET ${sets.join(", ")}`);
}

/** With triggers kept still nobody looks after references. */
async function requireKeys(session: Session, keys: readonly Key[], masks: readonly Mask[]): Promise<void> {
  const isMasked = (schema: string, name: string, columns: readonly string[]): boolean =>
    masks.some(({ table, column }) => table.schema === schema && table.name === name && columns.includes(column.name));
  for (const one of keys) {
    const { from, key } = one;
    const { references } = key;
    const concerned =
      isMasked(from.schema, from.name, key.columns) || isMasked(references.schema, references.name, references.columns);
    if (!concerned || !key.validated) continue;
    const [found] = await session.query(`SELECT FROM ONLY ${quoteQualified(from)} AS f WHERE ${isOrphan(one)} LIMIT 1`);
    if (found === undefined) continue;
    throw new LockkeeperError("rehearsal_refused", {
      message: `Masked as the configuration says, ${key.name} of ${from.schema}.${from.name} leads nowhere.`,
      notDone: "Nothing was rehearsed.",
      action: `Mask both sides alike (\`hash\` gives equal values for equal ones): ${from.name} (${key.columns.join(", ")}) and ${references.name} (${references.columns.join(", ")}).`,
    });
  }
}

function named(error: unknown): unknown {
  const server = databaseError(error);
  if (error instanceof LockkeeperError || server === undefined || failureKind(error) !== "statement") return error;
  return new LockkeeperError("rehearsal_refused", {
    message: `The copy could not be masked or sampled: ${server.message}${server.detail === undefined ? "" : ` (${server.detail})`}`,
    notDone: "Nothing was rehearsed.",
    action: "Mend `rehearsal` in the configuration.",
    cause: error,
  });
}
