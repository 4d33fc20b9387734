import { randomBytes } from "node:crypto";
import { expect, inject, test } from "vitest";
import { catalogFingerprint } from "../../src/catalog/fingerprint.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { stableJson } from "../../src/catalog/stable-json.ts";
import { connect } from "../../src/postgres/session.ts";
import { testDatabase } from "../support/database.ts";
import { onServer } from "../support/on-server.ts";
import { readAfter } from "./read-after.ts";
import { SHOP } from "./shop.ts";

const SECRET = "geheim";
const WITH_SECRETS = `
  CREATE SUBSCRIPTION s CONNECTION 'dbname=nowhere password=${SECRET}' PUBLICATION p WITH (connect = false, slot_name = NONE);
  CREATE FOREIGN DATA WRAPPER w OPTIONS (api_key '${SECRET}');
  CREATE SERVER v FOREIGN DATA WRAPPER w OPTIONS (host 'db', password '${SECRET}');
  CREATE USER MAPPING FOR public SERVER v OPTIONS (user 'u', password '${SECRET}')`;

test("no secret is in a catalog", async () => {
  await using db = await testDatabase();
  await using session = await connect(db.url);
  const catalog = await readAfter(session, WITH_SECRETS);
  expect(catalog.subscriptions).toHaveLength(1);
  expect(catalog.userMappings).toHaveLength(1);
  expect(stableJson(catalog)).not.toContain(SECRET);
  expect(catalog.foreignServers[0]?.options).toEqual({ host: "db", password: "(hidden)" });
});

test("a role without any privilege reads the same schema", async () => {
  const role = `reader_${randomBytes(4).toString("hex")}`;
  await onServer(inject("serverUrl"), (client) => client.query(`CREATE ROLE ${role} LOGIN`));
  try {
    await using db = await testDatabase();
    await db.query(SHOP);
    for (const statement of WITH_SECRETS.split(";")) {
      await db.query(statement);
    }
    const url = new URL(db.url);
    url.username = role;
    await using owner = await connect(db.url);
    await using reader = await connect(url.href);
    const [all, seen] = [await readCatalog(owner.query), await readCatalog(reader.query, { facts: true })];
    // A database with a subscription cannot be dropped.
    await db.query("DROP SUBSCRIPTION s");
    expect(seen.userMappings).toEqual([{ server: "v", user: "public", optionNames: [] }]);
    expect(catalogFingerprint({ ...seen, userMappings: all.userMappings })).toBe(catalogFingerprint(all));
  } finally {
    await onServer(inject("serverUrl"), (client) => client.query(`DROP ROLE ${role}`));
  }
});
