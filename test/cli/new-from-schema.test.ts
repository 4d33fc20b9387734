import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, inject, test } from "vitest";
import { runCliJson } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";
import { upHere } from "../support/run-here.ts";

interface Made {
  readonly id: string | null;
  readonly files: readonly string[];
  readonly rewrites?: readonly string[];
}

describe("new --from-schema", () => {
  test("makes the folder of a project that has none yet, also one that is named", async () => {
    const cwd = writeProject({
      "schema.sql": "CREATE TABLE t (a int);",
      "lockkeeper.config.json": JSON.stringify({ schema: "schema.sql", scratch: inject("serverUrl") }),
    });
    const { result } = await runCliJson<Made>(["new", "start", "--from-schema", "--migrations", "db"], { cwd });
    expect(result).toMatchObject({ id: "0001_start", files: ["db/0001_start.sql", "db/0001_start.down.sql"] });
    expect(readdirSync(join(cwd, "db"))).toHaveLength(2);
  });

  test("writes a migration and its way back that lead from what the migrations leave behind to the schema", async () => {
    await using db = await testDatabase();
    const cwd = writeProject({
      "migrations/0001_users.sql": `CREATE TYPE mood AS ENUM ('OK'); CREATE TABLE users (id int PRIMARY KEY, mood mood);
        CREATE TABLE customers (id int PRIMARY KEY, name text);
        CREATE TABLE suppliers (id int PRIMARY KEY, name text, s int);
        CREATE TABLE logs (at date, name text) PARTITION BY RANGE (at);
        CREATE TABLE logs_all PARTITION OF logs DEFAULT;`,
      "schema.sql": `
        CREATE TYPE mood AS ENUM (
          'ok', -- lockkeeper: renamed from 'OK'
          'new');
        CREATE TABLE users (id bigint PRIMARY KEY, mood mood DEFAULT 'new');
        CREATE TABLE orders (id int PRIMARY KEY, who bigint NOT NULL REFERENCES users, born date NOT NULL);
        -- lockkeeper: renamed from customers
        CREATE TABLE buyers (id int PRIMARY KEY,
          full_name text -- lockkeeper: renamed from name
        );
        -- lockkeeper: renamed from suppliers
        CREATE TABLE vendors (id int PRIMARY KEY, s int,
          full_name text -- lockkeeper: renamed from name
        );
        CREATE TABLE logs (at date,
          words text -- lockkeeper: renamed from name
        ) PARTITION BY RANGE (at);
        CREATE TABLE logs_all PARTITION OF logs DEFAULT;`,
      "lockkeeper.config.json": JSON.stringify({ schema: "schema.sql", scratch: inject("serverUrl") }),
    });
    const make = () => runCliJson<Made>(["new", "orders", "--from-schema"], { cwd, env: { DATABASE_URL: db.url } });
    const made = await make();
    expect(made.result).toEqual({
      id: "0002_orders",
      files: ["migrations/0002_orders.sql", "migrations/0002_orders.down.sql"],
      rewrites: ["public.users"],
      needsFittingRows: [],
    });
    const files = made.result?.files ?? [];
    expect(files.map((file) => readFileSync(join(cwd, file), "utf8")).join()).toContain(
      "-- Lost: the rows of public.orders.",
    );
    await upHere(db.url, join(cwd, "migrations")).done;
    expect(await db.query("SELECT count(*)::int AS n FROM lockkeeper.migration")).toEqual([{ n: 2 }]);
    expect((await make()).result).toMatchObject({ id: null, files: [] });
    expect(readdirSync(join(cwd, "migrations"))).toHaveLength(3);
  });
});
