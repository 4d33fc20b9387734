import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { until } from "../support/until.ts";

const PROGRAM = join(import.meta.dirname, "../../examples/express-app/index.ts");

interface RunningApp {
  readonly get: (path: string) => Promise<Response>;
  readonly post: (path: string, body: unknown) => Promise<Response>;
  readonly postText: (path: string, body: string) => Promise<Response>;
  /** Sends SIGTERM; gives the exit code. */
  readonly stop: () => Promise<number | null>;
  readonly log: () => readonly Record<string, unknown>[];
}

async function startApp(db: Pick<TestDatabase, "url">): Promise<RunningApp> {
  const child = spawn(process.execPath, [PROGRAM], {
    env: { ...process.env, DATABASE_URL: db.url, PORT: "0" },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const exit = new Promise<number | null>((resolve) => child.once("close", resolve));
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await exit;
  });
  let text = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
  });
  const log = (): Record<string, unknown>[] =>
    text
      .split("\n")
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const port = await until(
    "it listens",
    () => log().find(({ msg }) => msg === "listening")?.["port"] as number | undefined,
  );
  const base = `http://127.0.0.1:${port}`;
  const postText = (path: string, body: string): Promise<Response> =>
    fetch(base + path, { method: "POST", headers: { "content-type": "application/json" }, body });
  return {
    get: (path) => fetch(base + path),
    post: (path, body) => postText(path, JSON.stringify(body)),
    postText,
    stop() {
      child.kill("SIGTERM");
      return exit;
    },
    log,
  };
}

/** A server that answers late is one that cannot be reached, until it answers. */
const becomes = (app: RunningApp, status: number, reason?: string): Promise<unknown> =>
  until(`/readyz becomes ${status}`, async () => {
    const response = await app.get("/readyz");
    const answer = (await response.json()) as { readonly reason?: string };
    return response.status === status && answer.reason === reason ? answer : undefined;
  });

test("the application migrates when it starts, and serves what it can when a table is gone", async () => {
  await using db = await testDatabase();
  const app = await startApp(db);
  expect((await app.get("/livez")).status).toBe(200);
  expect(await becomes(app, 200)).toEqual({ status: "ready", ahead: false });
  expect(app.log()).toContainEqual(
    expect.objectContaining({ msg: "the schema is up to date", applied: ["0001_products", "0002_orders"] }),
  );
  const products = await (await app.get("/products")).json();
  expect(products).toHaveLength(3);
  expect((await app.post("/orders", { product: 1, quantity: 2 })).status).toBe(201);

  const answer = async (response: Response): Promise<unknown> => [response.status, await response.json()];
  expect(await answer(await app.post("/orders", { product: "1" }))).toEqual([400, { error: expect.any(String) }]);
  expect(await answer(await app.post("/orders", { product: 99, quantity: 1 }))).toEqual([
    500,
    { error: "This did not work; please try again." },
  ]);
  // The log is written beside the answer, and may come after it.
  await until("the failure is logged", () => app.log().some(({ msg }) => msg === "a request failed"));
  expect(await answer(await app.get("/none"))).toEqual([404, { error: "There is no such page." }]);
  expect(await answer(await app.postText("/orders", "{"))).toEqual([400, { error: expect.stringContaining("JSON") }]);

  await db.query("DROP TABLE products CASCADE");
  expect(await becomes(app, 503, "table_missing")).toEqual({
    status: "unready",
    reason: "table_missing",
    tables: ["products"],
  });
  const degraded = await app.get("/products");
  expect([degraded.status, degraded.headers.get("x-degraded")]).toEqual([200, "table_missing"]);
  expect(await degraded.json()).toEqual(products);
  const refused = await app.post("/orders", { product: 1, quantity: 2 });
  expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ reason: "table_missing" })]);
  expect((await app.get("/livez")).status).toBe(200);

  await db.query("CREATE TABLE products (id bigint, name text, price numeric)");
  expect(await becomes(app, 200)).toEqual({ status: "ready", ahead: false });
  expect(await (await app.get("/products")).json()).toEqual([]);
  expect(await app.stop()).toBe(0);
});

test("the application lives and says why it is not ready while the database cannot be reached", async () => {
  const app = await startApp({ url: "postgres://127.0.0.1:1/shop" });
  expect((await app.get("/livez")).status).toBe(200);
  expect(await becomes(app, 503, "db_unavailable")).toEqual({
    status: "unready",
    reason: "db_unavailable",
    code: "database_unavailable",
  });
  expect((await app.get("/products")).status).toBe(503);
  await until("it says that it did not migrate", () => app.log().some(({ msg }) => msg === "not migrated"));
  expect(await app.stop()).toBe(0);
});
