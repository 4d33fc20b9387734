import { afterAll, beforeAll } from "vitest";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { describeReshapes } from "./describe-reshapes.ts";
import { RESHAPE_KINDS } from "./reshape-kinds.ts";

let server: EmbeddedServer;

beforeAll(async () => {
  server = await startEmbeddedServer({ major: 15, settings: { fsync: "off" } });
});

afterAll(() => server?.stop());

describeReshapes(RESHAPE_KINDS, () => server.url());
