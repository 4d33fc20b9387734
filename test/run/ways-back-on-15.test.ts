import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { describeWaysBack } from "./describe-ways-back.ts";
import { WAY_BACK_CASES } from "./way-back-cases.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

describeWaysBack(WAY_BACK_CASES, () => server.url());
