import { createServer, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import express from "express";
import fastify from "fastify";
import { Hono } from "hono";
import { describe, expect, onTestFinished, test } from "vitest";
import { readiness } from "../../src/library/readiness.ts";
import type { Readiness, ReadinessProbe } from "../../src/run/readiness-probe.ts";
import { type HandlerOptions, readinessHandlers } from "../../src/server/readiness-handlers.ts";
import { testDatabase } from "../support/database.ts";
import { applyAll } from "../support/operations.ts";

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}
type Ask = (path: string, method?: string) => Promise<Answer>;

async function listen(listener: RequestListener): Promise<Ask> {
  const server: Server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  return (path, method = "GET") => read(fetch(`http://127.0.0.1:${port}${path}`, { method }));
}

async function read(answer: Response | Promise<Response>): Promise<Answer> {
  const response = await answer;
  return { status: response.status, headers: response.headers, text: await response.text() };
}

/** The application's own page is `/hello` in each of them. */
const FRAMEWORKS: Readonly<Record<string, (probe: ReadinessProbe, options?: HandlerOptions) => Promise<Ask>>> = {
  "node:http": async (probe, options) => {
    const { node } = readinessHandlers(probe, options);
    return await listen(async (request, response) => {
      if (!(await node(request, response))) {
        response.statusCode = request.url === "/hello" ? 200 : 404;
        response.end("hello");
      }
    });
  },
  express: async (probe, options) => {
    const app = express();
    app.use(readinessHandlers(probe, options).express);
    app.get("/hello", (_request, response) => {
      response.send("hello");
    });
    return await listen(app);
  },
  fastify: async (probe, options) => {
    const app = fastify();
    await app.register(readinessHandlers(probe, options).fastify);
    app.get("/hello", async () => "hello");
    await app.listen({ port: 0, host: "127.0.0.1" });
    onTestFinished(() => app.close());
    const { port } = app.server.address() as AddressInfo;
    return (path, method = "GET") => read(fetch(`http://127.0.0.1:${port}${path}`, { method }));
  },
  hono: async (probe, options) => {
    const app = new Hono();
    app.use(readinessHandlers(probe, options).hono);
    app.get("/hello", (context) => context.text("hello"));
    return (path, method = "GET") => read(app.request(path, { method }));
  },
};

const probeOf = (verdict: Readiness): ReadinessProbe => ({ check: async () => verdict });
const NEVER: ReadinessProbe = {
  check: () => {
    throw new Error("the database was asked");
  },
};

describe.each(Object.entries(FRAMEWORKS))("in %s", (_name, start) => {
  test("/livez answers without the database", async () => {
    const ask = await start(NEVER);
    const { status, headers, text } = await ask("/livez");
    expect([status, JSON.parse(text)]).toEqual([200, { status: "alive" }]);
    expect(headers.get("content-type")).toBe("application/json; charset=utf-8");
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test.each<[Readiness, number, Record<string, unknown>]>([
    [{ ready: true, ahead: false }, 200, { status: "ready", ahead: false }],
    [{ ready: true, ahead: true }, 200, { status: "ready", ahead: true }],
    [
      { ready: false, reason: "schema_behind", missing: ["0002_b"] },
      503,
      { status: "unready", reason: "schema_behind", missing: ["0002_b"] },
    ],
    [
      { ready: false, reason: "db_unavailable", code: "database_auth_failed", message: "db.internal refused app_user" },
      503,
      { status: "unready", reason: "db_unavailable", code: "database_auth_failed" },
    ],
  ])("/readyz turns %j into %i", async (verdict, expected, body) => {
    const ask = await start(probeOf(verdict));
    const { status, text, headers } = await ask("/readyz?verbose");
    expect([status, JSON.parse(text)]).toEqual([expected, body]);
    expect(headers.get("cache-control")).toBe("no-store");
  });

  test("HEAD has the status and no body", async () => {
    const ask = await start(probeOf({ ready: false, reason: "table_missing", tables: ["a"] }));
    expect(await ask("/readyz", "HEAD")).toMatchObject({ status: 503, text: "" });
  });

  test("everything else is the application's", async () => {
    const ask = await start(NEVER);
    expect(await ask("/hello")).toMatchObject({ status: 200, text: "hello" });
    expect((await ask("/livez/deeper")).status).toBe(404);
    expect((await ask("/livez", "POST")).status).toBe(404);
  });

  test("the paths can be others", async () => {
    const ask = await start(probeOf({ ready: true, ahead: false }), { livez: "/-/alive", readyz: "/-/ready" });
    expect((await ask("/-/alive")).status).toBe(200);
    expect((await ask("/-/ready")).status).toBe(200);
    expect((await ask("/readyz")).status).toBe(404);
  });

  test("a real database is asked", async () => {
    await using db = await testDatabase();
    const ask = await start(await readiness({ url: db.url, expect: "0001_a", cacheMs: 0, unreadyCacheMs: 0 }));
    expect(JSON.parse((await ask("/readyz")).text)).toEqual({
      status: "unready",
      reason: "schema_behind",
      missing: ["0001_a"],
    });
    await applyAll(db, { "0001_a.sql": "SELECT 1;" });
    expect((await ask("/readyz")).status).toBe(200);
  });
});

test("an error of the probe goes to Express's own error handling", async () => {
  const app = express();
  app.use(readinessHandlers(NEVER).express);
  const ask = await listen(app);
  app.use((error: Error, _request: express.Request, response: express.Response, _next: express.NextFunction) => {
    response.status(500).send(error.message);
  });
  expect(await ask("/readyz")).toMatchObject({ status: 500, text: "the database was asked" });
});
