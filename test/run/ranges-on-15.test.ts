import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { describeRanges } from "./describe-ranges.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

describeRanges(() => server.url());
