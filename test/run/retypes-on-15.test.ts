import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { RETYPE_CASES } from "../online/cases/retypes.ts";
import { casesOn } from "../online/online-case.ts";
import { describeRetypes } from "./describe-retypes.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

/** What is otherwise before NOT NULL is a constraint with a name; what is known of the rest does not depend on the version. */
const MAIN = new Set([
  "a numeric that loses digits under a default, a check and an index",
  "a key with the tables that refer to it",
  "a column of a table of 50 on which everything hangs",
  "a column of a partitioned table",
]);

describeRetypes(
  casesOn(15, RETYPE_CASES).filter(({ name }) => MAIN.has(name)),
  () => server.url(),
);
