import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { describeEndStates } from "./describe-end-states.ts";

let server: EmbeddedServer;
beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});
afterAll(() => server.stop());

describeEndStates(15, () => server.url());
