import { expect, inject, test } from "vitest";
import { FACTS } from "../../scripts/generate-type-facts.ts";
import { factsOfMajor } from "../../src/effects/alter-table/facts-of-version.ts";
import * as lists from "../../src/effects/alter-table/type-facts.ts";
import { onServer } from "../support/on-server.ts";

test.each(FACTS)("$name are those that the server's own tables say", async ({ name, query }) => {
  const { major, facts } = await onServer(inject("serverUrl"), async (client) => ({
    major: Math.floor(Number((await client.query("SHOW server_version_num")).rows[0].server_version_num) / 10_000),
    facts: (await client.query(query)).rows.map(({ fact }) => fact),
  }));
  const known = factsOfMajor((lists as Readonly<Record<string, string>>)[name] ?? "", major);
  expect(known.map((words) => words.join(" ")).toSorted()).toEqual(facts.toSorted());
});
