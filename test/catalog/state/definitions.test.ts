import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import type { TableIndex } from "../../../src/catalog/model/table-index.ts";
import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { applyStatement } from "../../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../../src/catalog/state/catalog-state.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import { connect, type Session } from "../../../src/postgres/session.ts";
import { testDatabase } from "../../support/database.ts";
import { DEFINITION_CASES, type DefinitionCase } from "./definition-cases.ts";
import { parsedStatements } from "./follow.ts";

/** The definitions of constraints, and those of indexes with their expressions, by their names. */
const definitionsOf = ({ tables, materializedViews }: Catalog): Readonly<Record<string, string>> =>
  Object.fromEntries([
    ...tables.flatMap(({ name, constraints }) => constraints.map((one) => [`${name}.${one.name}`, one.definition])),
    ...[...tables, ...materializedViews].flatMap(({ name, indexes }) =>
      indexes.map((one) => [
        `${name}: ${one.name}`,
        one.definition === "" ? "" : `${one.definition} ${expressionsOf(one)}`,
      ]),
    ),
  ]);

const expressionsOf = ({ keys }: TableIndex): string =>
  keys.flatMap((key) => ("expression" in key ? [`[${key.expression}]`] : [])).join(" ");

async function definitions(
  session: Session,
  { given = "", statements }: DefinitionCase,
): Promise<{ readonly told: Readonly<Record<string, string>>; readonly read: Readonly<Record<string, string>> }> {
  await session.query("BEGIN");
  try {
    await session.query(given);
    const state = CatalogState.of(await readCatalog(session.query, { snapshot: "open transaction" }), {
      user: "postgres",
    });
    state.begin();
    for (const { text, parsed } of await parsedStatements(statements)) {
      await session.query(text);
      applyStatement(state, parsed);
    }
    const read = await readCatalog(session.query, { snapshot: "open transaction" });
    return { told: definitionsOf(state.catalog()), read: definitionsOf(read) };
  } finally {
    await session.query("ROLLBACK");
  }
}

function proveDefinitions(major: number, url: () => Promise<string>): void {
  describe(`on PostgreSQL ${major} what is made has the definition that the server prints`, () => {
    let session: Session;
    beforeAll(async () => {
      session = await connect(await url());
    });
    afterAll(() => session.end());

    test.each(DEFINITION_CASES.filter(({ since = 0 }) => since <= major))("$statements", async (one) => {
      const { told, read } = await definitions(session, one);
      const silent = new Set(one.unknown ?? []);
      const expected = Object.entries(read).map(([name, text]) => [name, silent.has(name) ? "" : text]);
      expect(told).toEqual(Object.fromEntries(expected));
    });
  });
}

let oldServer: EmbeddedServer | undefined;
const databases: AsyncDisposable[] = [];
afterAll(async () => {
  for (const one of databases) await one[Symbol.asyncDispose]();
  await oldServer?.stop();
});

proveDefinitions(18, async () => {
  const db = await testDatabase();
  databases.push(db);
  return db.url;
});

proveDefinitions(15, async () => {
  oldServer = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
  return oldServer.url();
});
