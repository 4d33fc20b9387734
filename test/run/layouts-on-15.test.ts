import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { describeLayouts } from "./describe-layouts.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

describeLayouts(() => server.url());
