import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { CONTRACT_CASES } from "./contract-cases.ts";
import { describeContracts } from "./describe-contracts.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

/** Of every kind one: what is known of the rest on 18 does not depend on the version. */
const MAIN = new Set([
  "a table with all that belongs to it",
  "two tables at once",
  "a partition",
  "a column that must not be null and is unique, in another's place",
  "the column of a primary key",
  "a column of constraints and indexes over several",
  "a column in an index that takes nulls for equal",
  "a table with all that belongs to it, under another name",
  "columns, and what nothing but them needs",
  "a table, and what nothing but it needs",
  "a table, its extension and the schema of the rest",
  "tables that need each other",
]);

describeContracts(
  CONTRACT_CASES.filter(({ name }) => MAIN.has(name)),
  () => server.url(),
);
