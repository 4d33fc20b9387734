import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { FOR_OLDER } from "../support/sampled.ts";
import { testAttributes } from "./test-attributes.ts";

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off", wal_level: "logical" } });
});
afterAll(() => server.stop());

testAttributes(15, () => server.url(), FOR_OLDER);
