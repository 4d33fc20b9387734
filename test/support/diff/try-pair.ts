import type { Catalog } from "../../../src/catalog/catalog.ts";
import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { diffCatalogs, type SchemaDiff } from "../../../src/diff/diff-catalogs.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { dumpSchema } from "./dump-schema.ts";
import { heldRows, lostRows } from "./held-rows.ts";
import { observe } from "./observe.ts";
import type { Pair } from "./pair.ts";
import { readAgain } from "./read-again.ts";

export interface PairBench extends AsyncDisposable {
  readonly serverUrl: string;
  /** A database in which each schema is made in a transaction that is taken back. */
  readonly session: Session;
  /** A pg_dump that can read the server, as a second judge: schemas are then made in databases of their own. */
  readonly dump: string | undefined;
}

/** @param url of an empty database */
export async function openPairBench(url: string, dump?: string): Promise<PairBench> {
  const session = await connect(url);
  return { serverUrl: url, session, dump, [Symbol.asyncDispose]: () => session.end() };
}

/** What came of one direction of a pair. */
export interface Outcome {
  readonly direction: "a to b" | "b to a";
  readonly statements: readonly string[];
  /** What is wrong; empty when the property holds. */
  readonly wrong: readonly string[];
  /** What was lost of the rows, with a word of warning. */
  readonly lost: readonly string[];
}

/** A schema as both judges and the catalog's reader tell it. */
interface Told {
  readonly catalog: Catalog;
  readonly seen: readonly string[];
  readonly dumped: readonly string[];
}

/** Where a schema was made. */
interface Place {
  readonly session: Session;
  readonly url: string;
  /** Whether it may be committed. */
  readonly own: boolean;
}

/**
 * Whether what the differ says leads from either schema of a pair exactly to the other, as told by PostgreSQL's catalogs, and by `pg_dump`
 * where there is one, whether nothing is left to do then, and whether the rows are still there.
 *
 * @throws the driver's error when the pair itself is wrong
 */
export async function tryPair(bench: PairBench, pair: Pair): Promise<Outcome[]> {
  if (bench.dump === undefined) {
    const each = [pair.a, pair.b].map(
      (schema): Within =>
        (own, work) =>
          withSchema(bench, pair, schema, own, work),
    );
    return await leadBoth(bench, pair, each);
  }
  // Databases take most of the time: each is led to the other schema after both were told.
  return await withSchema(bench, pair, pair.a, true, (a) =>
    withSchema(bench, pair, pair.b, true, (b) =>
      leadBoth(
        bench,
        pair,
        [a, b].map(
          (place): Within =>
            (_, work) =>
              work(place),
        ),
      ),
    ),
  );
}

/** Works where one of the schemas stands, in a database of its own when asked. */
type Within = <T>(own: boolean, work: (place: Place) => Promise<T>) => Promise<T>;

async function leadBoth(bench: PairBench, pair: Pair, [inA, inB]: readonly Within[]): Promise<Outcome[]> {
  if (inA === undefined || inB === undefined) throw new Error("a pair has two schemas");
  const a = await inA(false, (place) => tell(bench, place));
  const b = await inB(false, (place) => tell(bench, place));
  const equal = a.seen.join("\n") === b.seen.join("\n");
  if (equal !== (pair.difference === "none")) {
    throw new Error(
      equal
        ? "the two schemas of the pair are one"
        : `the two schemas differ:\n${firstDifferences(a.seen, b.seen).join("\n")}`,
    );
  }
  const there = await lead(bench, pair, "a to b", { within: inA, from: a, to: b });
  return pair.oneWay ? [there] : [there, await lead(bench, pair, "b to a", { within: inB, from: b, to: a })];
}

let databases = 0;

/** Makes a schema, in a transaction or in a database of its own, and leaves nothing of it behind. */
async function withSchema<T>(
  bench: PairBench,
  pair: Pair,
  schema: string,
  own: boolean,
  work: (place: Place) => Promise<T>,
): Promise<T> {
  const make = async (session: Session): Promise<void> => {
    for (const statement of [pair.given, schema, pair.rows].filter((one) => one !== "")) {
      await session.query(statement);
    }
  };
  if (!own) {
    await bench.session.query("BEGIN");
    try {
      await make(bench.session);
      return await work({ session: bench.session, url: bench.serverUrl, own });
    } finally {
      await bench.session.query("ROLLBACK");
    }
  }
  databases += 1;
  const name = `pair_${process.pid}_${databases}`;
  await bench.session.query(`CREATE DATABASE ${name}`);
  const url = new URL(bench.serverUrl);
  url.pathname = `/${name}`;
  const session = await connect(url.href);
  try {
    await make(session);
    return await work({ session, url: url.href, own });
  } finally {
    await session.query("ROLLBACK");
    await dropSubscriptions(session);
    await session.end();
    await bench.session.query(`DROP DATABASE ${name} WITH (FORCE)`);
  }
}

/** A database with one cannot be dropped, and its slots are on servers that are not there. */
async function dropSubscriptions({ query }: Session): Promise<void> {
  const subscriptions = await query<{ name: string }>(
    "SELECT quote_ident(subname) AS name FROM pg_subscription JOIN pg_database d ON d.oid = subdbid WHERE datname = current_database()",
  );
  for (const { name } of subscriptions) {
    await query(`ALTER SUBSCRIPTION ${name} DISABLE`);
    await query(`ALTER SUBSCRIPTION ${name} SET (slot_name = NONE)`);
    await query(`DROP SUBSCRIPTION ${name}`);
  }
}

async function tell({ dump }: PairBench, { session, url, own }: Place): Promise<Told> {
  const catalog = await readCatalog(session.query, { snapshot: own ? "own" : "open transaction" });
  await readAgain(session.query);
  return {
    catalog,
    seen: await observe(session.query),
    dumped: dump === undefined ? [] : await dumpSchema(dump, url),
  };
}

const AS = { role: "postgres" };

async function lead(
  bench: PairBench,
  pair: Pair,
  direction: Outcome["direction"],
  { within, from, to }: { readonly within: Within; readonly from: Told; readonly to: Told },
): Promise<Outcome> {
  const statements: string[] = [];
  const wrong: string[] = [];
  let lost: string[] = [];
  try {
    const diff = diffCatalogs(from.catalog, to.catalog, AS);
    statements.push(
      ...diff.statements.map(({ sql, commitAfter }) => (commitAfter === true ? `${sql}; -- commit` : sql)),
    );
    const unsupported = diff.changes.filter((change) => change.unsupported === true).map(({ id }) => id);
    const own = diff.statements.some(({ commitAfter }) => commitAfter === true);
    await within(own, async (place) => {
      const before = await heldRows(place.session.query);
      await apply(place, diff);
      if (pair.difference === "unsupported" && unsupported.length > 0) {
        return;
      }
      const after = await tell(bench, place);
      wrong.push(
        ...unsupported.map((id) => `not supported: ${id}`),
        ...firstDifferences(after.seen, to.seen),
        ...firstDifferences(after.dumped, to.dumped),
        ...leftOver(diffCatalogs(after.catalog, to.catalog, AS)),
      );
      lost = lostRows(before, await heldRows(place.session.query));
    });
    const warned = diff.statements.some(({ losesRows }) => losesRows !== undefined);
    if (lost.length > 0 && !warned) {
      wrong.push(`lost without a word: ${lost.join(", ")}`);
    }
  } catch (error) {
    wrong.push(error instanceof Error ? `${error.message}${whereIn(error)}` : String(error));
  }
  return { direction, statements, wrong, lost };
}

async function apply({ session, own }: Place, diff: SchemaDiff): Promise<void> {
  const ask = async (sql: string): Promise<void> => {
    if (own) {
      await session.query(sql);
    }
  };
  // Rows of the same transaction may have left triggers behind that keep a table from being altered.
  await session.query("SET CONSTRAINTS ALL IMMEDIATE");
  await ask("BEGIN");
  for (const { sql, commitAfter } of diff.statements) {
    try {
      await session.query(sql);
    } catch (error) {
      throw new Error(`${error instanceof Error ? error.message : String(error)}\n      in: ${sql}`);
    }
    if (commitAfter === true) {
      await ask("COMMIT; BEGIN");
    }
  }
  await ask("COMMIT");
}

/** Where in the sources the differ gave up. */
function whereIn(error: Error): string {
  const line = error.stack?.split("\n").find((one) => one.includes("/src/"));
  return line === undefined ? "" : `\n      ${line.trim()}`;
}

function leftOver(diff: SchemaDiff): string[] {
  return [
    ...diff.changes.map(({ id }) => `the second diff still has ${id}`),
    ...diff.statements.map(({ sql }) => `the second diff still says ${sql}`),
  ];
}

/** The first facts that only one of two tells. */
function firstDifferences(is: readonly string[], shouldBe: readonly string[]): string[] {
  const [has, wants] = [new Set(is), new Set(shouldBe)];
  const missing = new Map(shouldBe.filter((line) => !has.has(line)).map((line) => [headOf(line), line]));
  const told: string[] = [];
  for (const line of is.filter((one) => !wants.has(one))) {
    const other = missing.get(headOf(line));
    missing.delete(headOf(line));
    told.push(other === undefined ? `should not be: ${line}` : inWhich(line, other));
  }
  return [...told, ...[...missing.values()].map((line) => `missing: ${line}`)].slice(0, 6);
}

/** What a line is about: what comes before its facts. */
const headOf = (line: string): string => line.split(/ \{|\n/)[0] ?? line;

/** Only the facts in which two lines about one thing differ. */
function inWhich(is: string, shouldBe: string): string {
  const head = headOf(is);
  const facts = (line: string): Readonly<Record<string, unknown>> | undefined => {
    const text = line.slice(head.length + 1);
    return text.startsWith("{") ? JSON.parse(text) : undefined;
  };
  const [one, other] = [facts(is), facts(shouldBe)];
  if (one === undefined || other === undefined) {
    return `is ${is}\n    should be ${shouldBe}`;
  }
  const differing = [...new Set([...Object.keys(one), ...Object.keys(other)])].filter(
    (key) => JSON.stringify(one[key]) !== JSON.stringify(other[key]),
  );
  return `${head}: ${differing.map((key) => `${key} is ${JSON.stringify(one[key])}, should be ${JSON.stringify(other[key])}`).join("; ")}`;
}
