import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { applyStatement } from "../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import type { Migration } from "../../src/migrations/migration.ts";
import { compilePlan } from "../../src/plan/compile-plan.ts";
import type { Session } from "../../src/postgres/session.ts";
import { structureOf } from "../../test/catalog/state/structure.ts";
import { differences } from "./differences.ts";
import { fillTables } from "./fill-tables.ts";
import { parsedStatements } from "./read-offline.ts";

export interface Growth {
  readonly planned: number;
  /** What the planner refused, with its reason. */
  readonly refused: readonly string[];
  readonly crashes: readonly string[];
  /** Where the state that a file was applied to is not what the server has. */
  readonly unlike: readonly string[];
  /** The same of files with statements that are known not to be followed. */
  readonly doubted: readonly string[];
  /** Files that only ran once all rows were gone, or not at all. */
  readonly unrun: readonly string[];
  /** What is there in the end. */
  readonly catalog: Catalog;
}

/**
 * Runs a history file by file in a database with rows, as written. Before each file it is planned on the catalog that
 * is found, with no work small enough to be left under a lock; after it what the file was expected to leave is compared
 * with what it left.
 */
export async function grow(session: Session, migrations: readonly Migration[]): Promise<Growth> {
  const refused: string[] = [];
  const crashes: string[] = [];
  const unlike: string[] = [];
  const doubted: string[] = [];
  const unrun: string[] = [];
  let planned = 0;
  let catalog = await readCatalog(session.query, { facts: true });
  for (const migration of migrations) {
    const outcome = planOn(catalog, migration);
    planned += outcome === undefined ? 1 : 0;
    if (outcome !== undefined) (outcome.isRefusal ? refused : crashes).push(outcome.said);
    const expected = CatalogState.of(catalog, { user: "postgres" });
    const statements = parsedStatements(migration.file, migration.text, []);
    expected.begin();
    const unfollowed = statements.flatMap(({ parsed }) => applyStatement(expected, parsed).unfollowed);
    const texts = statements.filter(({ parsed }) => parsed.tag !== "TransactionStmt").map(({ sql }) => sql);
    unrun.push(...(await run(session, migration.id, texts)));
    const found = await readCatalog(session.query);
    (unfollowed.length === 0 ? unlike : doubted).push(
      ...differences(structureOf(expected.catalog()), structureOf(found), ["expected", "found"]).map(
        (one) => `${migration.id} ${one}`,
      ),
    );
    await fillTables(session);
    catalog = await readCatalog(session.query, { facts: true });
  }
  return { planned, refused, crashes, unlike, doubted, unrun, catalog };
}

interface Unplanned {
  readonly isRefusal: boolean;
  readonly said: string;
}

/** Why a migration has no plan on a catalog. */
function planOn(catalog: Catalog, migration: Migration): Unplanned | undefined {
  const state = CatalogState.of(catalog, { user: "postgres" });
  return unplanned(migration, state);
}

/** Plans a migration on a state, which afterwards is what the migration leaves. */
export function unplanned(migration: Migration, state: CatalogState): Unplanned | undefined {
  try {
    compilePlan(migration, undefined, { online: { state, policy: { briefSeconds: 0 } } });
    return undefined;
  } catch (error) {
    const isRefusal = error instanceof LockkeeperError;
    const said = isRefusal ? `${error.code}: ${error.message}` : `${migration.id}: ${String((error as Error).stack)}`;
    return { isRefusal, said };
  }
}

/** As other tools run it: in one transaction; with no row in the way when rows are; statement by statement at last. */
async function run(session: Session, id: string, statements: readonly string[]): Promise<readonly string[]> {
  const said = await together(session, statements);
  if (said === undefined) return [];
  await session.query(TRUNCATE_ALL);
  const again = await together(session, statements);
  if (again === undefined) return [`${id} only without rows: ${said}`];
  for (const sql of statements) {
    const failed = await session.query(sql).then(
      () => undefined,
      (error: unknown) => `${id} fails: ${String(error)}`,
    );
    if (failed !== undefined) return [failed];
  }
  return [`${id} only statement by statement: ${again}`];
}

async function together(session: Session, statements: readonly string[]): Promise<string | undefined> {
  try {
    await session.query("BEGIN");
    for (const sql of statements) await session.query(sql);
    await session.query("COMMIT");
    return undefined;
  } catch (error) {
    await session.rollback();
    return String(error);
  }
}

const TRUNCATE_ALL = `
DO $$ DECLARE every text; BEGIN
  SELECT string_agg(format('%I.%I', schemaname, tablename), ', ') INTO every FROM pg_tables
    WHERE schemaname !~ '^pg_' AND schemaname <> 'information_schema';
  IF every IS NOT NULL THEN EXECUTE 'TRUNCATE ' || every || ' CASCADE'; END IF;
END $$`;
