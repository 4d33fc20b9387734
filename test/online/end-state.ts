import type { Catalog } from "../../src/catalog/catalog.ts";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import { compileSteps } from "../../src/plan/compile-plan.ts";
import type { Step } from "../../src/plan/plan.ts";
import type { Session } from "../../src/postgres/session.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";

/** A migration, the database that it finds, and what is to be seen of its plan. */
export interface OnlineCase {
  readonly name: string;
  /** Builds tables with rows. */
  readonly given: string;
  readonly migration: string;
  /** First and last server major that it is for. */
  readonly since?: number;
  readonly until?: number;
  /** Beginnings of the statements that run, in their order; absent: as they come. */
  readonly runs?: readonly string[];
}

export interface EndState {
  readonly asWritten: Catalog;
  readonly online: Catalog;
  readonly steps: readonly Step[];
}

/** Runs a migration as written in one database, and its online plan in another; nothing counts as small. */
export async function endStates({ given, migration }: OnlineCase, serverUrl?: string): Promise<EndState> {
  await using one = await testDatabase(serverUrl);
  await using other = await testDatabase(serverUrl);
  await one.query(given);
  await one.query(migration);
  await other.query(given);
  await other.query("ANALYZE");
  await using session = await connect(other.url);
  const context = {
    state: CatalogState.of(await readCatalog(session.query, { facts: true })),
    policy: { briefSeconds: 0 },
  };
  const steps = compileSteps([{ kind: "sql", text: migration, file: "m.sql", firstLine: 1 }], {
    phase: "expand",
    each: false,
    online: context,
  });
  for (const step of steps) await runStep(session, step);
  await using plain = await connect(one.url);
  return { asWritten: await readCatalog(plain.query), online: await readCatalog(session.query), steps };
}

async function runStep(session: Session, step: Step): Promise<void> {
  if (step.kind === "script") return;
  if (step.kind === "concurrent") {
    await session.query(step.statement.sql);
    return;
  }
  await session.query("BEGIN");
  for (const statement of step.statements) await session.query(statement.sql);
  await session.query("COMMIT");
}

export const statementsOf = (steps: readonly Step[]): string[] =>
  steps.flatMap((step) =>
    step.kind === "script" ? [] : step.kind === "ddl" ? step.statements.map(({ sql }) => sql) : [step.statement.sql],
  );

/** What differs, for a message that tells: nothing where the fingerprints are the same. */
export function schemaOf(catalog: Catalog): unknown {
  const { facts: _, dependencies: _1, ...schema } = catalog;
  return { fingerprint: catalogFingerprint(catalog), ...schema };
}
