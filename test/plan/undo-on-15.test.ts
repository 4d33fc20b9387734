import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { FOR_OLDER } from "../support/sampled.ts";
import { describeRoundTrips } from "./undo/describe-round-trips.ts";

/** The oldest major there are packages of: no named NOT NULL, other columns in several catalogs. */
let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off", wal_level: "logical" } });
});

afterAll(async () => {
  await server.stop();
});

describeRoundTrips(() => ({ url: server.url(), major: server.major }), FOR_OLDER);
