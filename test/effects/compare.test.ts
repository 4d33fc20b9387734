import { beforeAll, describe, expect, inject, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import type { StatementEffects } from "../../src/effects/effect.ts";
import { effectsOf } from "../../src/effects/effects-of.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser, parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import { compare, type Difference } from "../../src/trace/observe/compare.ts";
import { testDatabase } from "../support/database.ts";
import { observe } from "./proofs/observe.ts";

beforeAll(loadParser);

/** The differences that the proofs report when the prediction for the statement is spoilt in one way. */
async function found(sql: string, spoil: (effects: StatementEffects) => StatementEffects): Promise<readonly string[]> {
  await using db = await testDatabase(inject("serverUrl"));
  await db.query("CREATE TABLE orders (id int); INSERT INTO orders VALUES (1)");
  await using session = await connect(db.url);
  const state = CatalogState.of(await readCatalog(session.query, { facts: true }));
  const [statement] = splitSql(sql).statements;
  if (statement === undefined) throw new Error("no statement");
  const predicted = effectsOf(parseStatement(statement, "t.sql"), state);
  const observed = await observe(db.url, { sql });
  const differences: readonly Difference[] = compare(spoil(predicted), observed, state, true);
  return differences.map(({ relation, of }) => `${relation} ${of}`);
}

const SQL = "CREATE INDEX orders_id ON orders (id)";

const changed =
  (change: Partial<StatementEffects["effects"][number]>) =>
  (predicted: StatementEffects): StatementEffects => ({
    ...predicted,
    effects: predicted.effects.map((effect) => ({ ...effect, ...change })),
  });

describe("a proof", () => {
  test("holds when nothing is spoilt", async () => {
    expect(await found(SQL, (predicted) => predicted)).toEqual([]);
  });

  test("fails when another lock is predicted", async () => {
    expect(await found(SQL, changed({ lock: "SHARE ROW EXCLUSIVE" }))).toEqual(["public.orders lock"]);
  });

  test("fails when others are not said to be stopped", async () => {
    const blocks = { reads: false, writes: false, rowLocks: false, ddl: true };
    expect(await found(SQL, changed({ blocks }))).toEqual(["public.orders blocks"]);
  });

  test("fails when work is left out, and when too much is predicted", async () => {
    expect(await found(SQL, changed({ works: [] }))).toEqual(["public.orders works"]);
    expect(await found(SQL, changed({ works: ["index-build", "rewrite"] }))).toEqual(["public.orders works"]);
  });

  test("fails when a relation is left out", async () => {
    const differences = await found(SQL, (predicted) => ({ ...predicted, effects: [] }));
    expect(differences).toEqual(["public.orders lock", "public.orders blocks", "public.orders works"]);
  });

  test("fails when a relation is predicted that is not there", async () => {
    const differences = await found(SQL, (predicted) => ({
      ...predicted,
      effects: predicted.effects.flatMap((effect) => [
        effect,
        { ...effect, relation: { schema: "public", name: "other" } },
      ]),
    }));
    expect(differences).toEqual(["public.other lock"]);
  });
});
