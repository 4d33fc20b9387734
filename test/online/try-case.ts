import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { readDirectives } from "../../src/migrations/directives.ts";
import { contextAfter, harm, type OnlineContext, written } from "../../src/online/online-context.ts";
import { brief } from "../../src/online/piece.ts";
import { workInWords } from "../../src/online/work-in-words.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { PlannedStatement, Step } from "../../src/plan/plan.ts";
import { connect, type Session } from "../../src/postgres/session.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import { snapshot } from "../../src/trace/observe/snapshot.ts";
import type { OnlineCase } from "./online-case.ts";
import { runWatched } from "./run-watched.ts";

/** What became of a case. */
export type Outcome =
  | { readonly refused: LockkeeperError }
  | {
      readonly refused?: never;
      /** Absent where all that runs is what is written. */
      readonly ends?: { readonly asWritten: Catalog; readonly online: Catalog };
      /** What ran. */
      readonly statements: readonly string[];
      /** What the planner itself expects of its pieces to stop others for long. */
      readonly harms: readonly string[];
      /** Rows that the case calls wrong. */
      readonly wrong: number;
      /** Work that was seen under a lock that stops others. */
      readonly stops: readonly string[];
    };

/** Puts everything away that cases make. */
const EMPTY = `
SET client_min_messages = warning;
DO $$ DECLARE one text; BEGIN
  FOR one IN SELECT quote_ident(nspname) FROM pg_namespace
    WHERE nspname !~ '^pg_' AND nspname <> 'information_schema' LOOP
    EXECUTE 'DROP SCHEMA ' || one || ' CASCADE';
  END LOOP;
  FOR one IN SELECT quote_ident(pubname) FROM pg_publication LOOP
    EXECUTE 'DROP PUBLICATION ' || one;
  END LOOP;
  CREATE SCHEMA public;
  CREATE SCHEMA lockkeeper;
  GRANT USAGE ON SCHEMA public TO public;
END $$;
CREATE FUNCTION lockkeeper.note_move() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
SET search_path = public`;

/** Only the tables of the case: its statistics are all that is asked for. */
const ANALYZE = `
DO $$ DECLARE one regclass; BEGIN
  FOR one IN SELECT oid FROM pg_class WHERE relkind IN ('r', 'p', 'm') AND oid >= 16384
    AND relnamespace NOT IN ('pg_catalog'::regnamespace, 'information_schema'::regnamespace, 'pg_toast'::regnamespace) LOOP
    EXECUTE 'ANALYZE ' || one;
  END LOOP;
END $$`;

const build = async (session: Session, given: string): Promise<void> => {
  await session.query(EMPTY);
  await session.query(given);
  await session.query(ANALYZE);
  await session.query("RESET ALL; SET client_min_messages = warning");
};

/** Sessions on a database that holds nothing else. New ones would learn its catalog anew for each case. */
export interface CaseBench extends AsyncDisposable {
  readonly session: Session;
  readonly watcher: Session;
  readonly notices: string[];
  /** What a `given` makes is the same each time. */
  readonly known: Map<string, Catalog>;
}

export async function openCaseBench(url: string): Promise<CaseBench> {
  const notices: string[] = [];
  const session = await connect(url, { onNotice: ({ message }) => notices.push(message) });
  const watcher = await connect(url);
  const end = async (): Promise<void> => {
    await Promise.all([session.end(), watcher.end()]);
  };
  return { session, watcher, notices, known: new Map(), [Symbol.asyncDispose]: end };
}

/** Runs a migration as written, takes that back, and runs its online plan in the same database. */
export async function tryCase({ session, watcher, notices, known }: CaseBench, one: OnlineCase): Promise<Outcome> {
  const { given, migration, asWritten: equal = migration, briefSeconds = 0 } = one;
  // A case that failed leaves its transaction open.
  await session.rollback();
  await session.query("DISCARD ALL");
  await build(session, given);
  const found = known.get(given) ?? (await readCatalog(session.query, { facts: true }));
  known.set(given, found);
  const context = (): OnlineContext => ({
    state: CatalogState.of(found, { user: "postgres" }),
    policy: { briefSeconds },
  });
  const steps = planned(migration, context());
  if (steps instanceof LockkeeperError) return { refused: steps };
  const isOther = plannedIn(steps).some(({ insteadOf }) => insteadOf !== undefined);
  const asWritten = isOther ? await catalogBehind(session, equal, given) : undefined;
  const before = await snapshot(watcher, "own");
  await session.query("SET client_min_messages = debug1; SET max_parallel_maintenance_workers = 0");
  await session.query("SET max_parallel_workers_per_gather = 0");
  const stops = [];
  for (const step of steps) stops.push(...(await runWatched(step, session, watcher, before, notices)));
  await session.query("RESET ALL");
  const wrong = one.wrong === undefined ? [] : await session.query(one.wrong);
  return {
    wrong: wrong.length,
    ...(asWritten === undefined ? {} : { ends: { asWritten, online: await readCatalog(session.query) } }),
    statements: statementsOf(steps),
    harms: harmsOf(steps, context()),
    stops,
  };
}

/** The catalog that the migration leaves when it runs as written; then everything is as it was. */
async function catalogBehind(session: Session, migration: string, given: string): Promise<Catalog> {
  if (!/\bCONCURRENTLY\b|\bBEGIN\b|REINDEX/i.test(migration)) {
    await session.query("BEGIN");
    await session.query(migration);
    const catalog = await readCatalog(session.query, { snapshot: "open transaction" });
    await session.query("ROLLBACK");
    return catalog;
  }
  for (const { text } of splitSql(migration).statements) await session.query(text);
  await session.query("RESET ALL");
  const catalog = await readCatalog(session.query);
  await build(session, given);
  return catalog;
}

function planned(migration: string, online: OnlineContext): readonly Step[] | LockkeeperError {
  try {
    return compileSteps([{ kind: "sql", text: migration, file: "m.sql", firstLine: 1 }], {
      phase: "expand",
      each: false,
      online,
      using: readDirectives(migration, "m.sql").using,
    });
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === "plan_refused") return error;
    throw error;
  }
}

/** Each piece judged in the catalog that it finds. */
function harmsOf(steps: readonly Step[], context: OnlineContext): readonly string[] {
  let now = context;
  return statementsOf(steps).flatMap((sql) => {
    const found = harm(written(sql), now).map((effect) => `${sql} ${workInWords(effect)}`);
    now = contextAfter(now, [brief(sql)]);
    return found;
  });
}

const plannedIn = (steps: readonly Step[]): readonly PlannedStatement[] =>
  steps.flatMap((step) => (step.kind === "script" ? [] : step.kind === "ddl" ? step.statements : [step.statement]));

const statementsOf = (steps: readonly Step[]): readonly string[] => plannedIn(steps).map(({ sql }) => sql);
