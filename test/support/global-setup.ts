import type { TestProject } from "vitest/node";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    serverUrl: string;
  }
}

/** One real server for the whole run; each test file takes databases of its own from it. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const server = await startEmbeddedServer({
    settings: { fsync: "off", max_connections: "200", log_min_messages: "fatal", wal_level: "logical" },
  });
  project.provide("serverUrl", server.url());
  return () => server.stop();
}
