import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { applyStatement } from "../../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../../src/catalog/state/catalog-state.ts";
import type { MayFail, StatementEffects } from "../../../src/effects/effect.ts";
import { effectsOf } from "../../../src/effects/effects-of.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { loadParser, type ParsedStatement, parseStatement } from "../../../src/sql/parse-statement.ts";
import { splitSql } from "../../../src/sql/split-sql.ts";
import { compare, type Difference, nameOf } from "../../../src/trace/observe/compare.ts";
import type { Observation } from "../../../src/trace/observe/observation.ts";
import { isQuery } from "../../../src/trace/observe/queries.ts";
import { observe, observeApart, setUp } from "./observe.ts";
import type { Proof, ProofFamily } from "./proof.ts";

/** How one proof came out; no differences means that it holds. */
export interface ProofResult {
  readonly family: string;
  readonly sql: string;
  readonly differences: readonly Difference[];
}

/**
 * Proves a family on a server, in a database of its own.
 *
 * @param server superuser's URL of any database of the server
 * @param choose which of the proofs of the server's major; default: all
 */
export async function runFamily(
  server: URL,
  family: ProofFamily,
  choose: (proofs: readonly Proof[]) => readonly Proof[] = (proofs) => proofs,
): Promise<readonly ProofResult[]> {
  await loadParser();
  const database = `proofs_${family.name.replaceAll(/\W/g, "_")}`;
  const admin = await connect(server.href);
  const url = new URL(server);
  url.pathname = `/${database}`;
  try {
    await makeTablespace(admin);
    await admin.query(`CREATE DATABASE ${database}`);
    const catalog = await filled(url.href, family.schema);
    const major = Math.floor(catalog.facts.server.version / 10_000);
    const results: ProofResult[] = [];
    for (const proof of choose(family.proofs.filter(({ versions }) => versions?.includes(major) ?? true))) {
      const state = CatalogState.of(catalog, { user: "postgres" });
      results.push({ family: family.name, sql: proof.sql, differences: await prove(url, state, proof) });
    }
    return results;
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${database} WITH (FORCE)`);
    await admin.end();
  }
}

/** A place to move things to: `proofs_elsewhere`. */
async function makeTablespace(admin: Session): Promise<void> {
  const there = await admin.query("SELECT FROM pg_tablespace WHERE spcname = 'proofs_elsewhere'");
  if (there.length > 0) return;
  await admin.query("SET allow_in_place_tablespaces = on");
  await admin.query("CREATE TABLESPACE proofs_elsewhere LOCATION ''");
}

async function filled(url: string, schema: string) {
  await using session = await connect(url);
  await session.query(schema);
  await session.query("VACUUM ANALYZE");
  return await readCatalog(session.query, { facts: true });
}

async function prove(url: URL, state: CatalogState, proof: Proof): Promise<readonly Difference[]> {
  for (const [name, value] of Object.entries(proof.settings ?? {})) {
    applyStatement(state, parsed(`SET ${name} = '${value.replaceAll("'", "''")}'`));
  }
  for (const sql of proof.inTransaction ?? []) applyStatement(state, parsed(sql));
  const statement = parsed(proof.sql);
  const predicted = effectsOf(statement, state);
  const asked = await askQueries(url.href, proof, predicted);
  if ("differences" in asked) return asked.differences;
  const inside = await observe(url.href, proof);
  const transaction = inside.failed?.sqlState === REFUSED_IN_TRANSACTION ? "forbidden" : "allowed";
  if (transaction !== predicted.transaction) {
    return [{ relation: "-", of: "transaction", predicted: predicted.transaction, observed: transaction }];
  }
  const observation = transaction === "allowed" ? inside : await observeApart(url, proof);
  if (predicted.unchecked.length > 0 && proof.unchecked !== true) {
    return [{ relation: "-", of: "unchecked", predicted: predicted.unchecked.join("; "), observed: "" }];
  }
  const failure = compareFailure(asked.offended, predicted, observation);
  if (failure.length > 0 || observation.failed !== undefined) return failure;
  const differences = compare(predicted, observation, state, !isQuery(statement.tag));
  return proof.unchecked === true ? differences.filter(({ of }) => of === "lock") : differences;
}

/** active_sql_transaction: "… cannot run inside a transaction block". */
const REFUSED_IN_TRANSACTION = "25001";

function parsed(sql: string): ParsedStatement {
  const [statement] = splitSql(sql).statements;
  if (statement === undefined) throw new Error(`no statement: ${sql}`);
  return parseStatement(statement, "proof.sql");
}

/** Runs the queries of all predicted failures before the statement; those that return rows have `offended`. */
async function askQueries(
  url: string,
  proof: Proof,
  predicted: StatementEffects,
): Promise<{ offended: ReadonlySet<MayFail> } | { differences: readonly Difference[] }> {
  const offended = new Set<MayFail>();
  const questions = predicted.effects.flatMap(({ relation, mayFail }) => mayFail.map((one) => ({ relation, one })));
  if (questions.length === 0) return { offended };
  await using session = await connect(url);
  await setUp(session, proof);
  await session.query("BEGIN");
  for (const sql of proof.inTransaction ?? []) await session.query(sql);
  for (const { relation, one } of questions) {
    if (one.query === undefined) continue;
    try {
      if ((await session.query(one.query)).length > 0) offended.add(one);
    } catch (error) {
      const observed = error instanceof Error ? error.message : String(error);
      return { differences: [{ relation: nameOf(relation), of: "mayFail", predicted: one.query, observed }] };
    }
  }
  await session.rollback();
  return { offended };
}

function compareFailure(
  offended: ReadonlySet<MayFail>,
  { effects }: StatementEffects,
  { failed }: Observation,
): readonly Difference[] {
  const ways = effects.flatMap(({ mayFail }) => mayFail);
  if (failed === undefined) {
    return [...offended].map(({ sqlState, reason, query }) => ({
      relation: "-",
      of: "mayFail",
      predicted: `${sqlState} ${reason}: ${query}`,
      observed: "success",
    }));
  }
  const told = ways.some((way) => way.sqlState === failed.sqlState && (way.query === undefined || offended.has(way)));
  if (told) return [];
  const predicted = ways.map((way) => `${way.sqlState} (${offended.has(way) ? "rows" : "no rows"})`).join(", ");
  return [{ relation: "-", of: "mayFail", predicted, observed: `${failed.sqlState} ${failed.message}` }];
}
