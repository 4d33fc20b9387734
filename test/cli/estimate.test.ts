import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { picture } from "../support/picture.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";

const PROJECT: ProjectFiles = {
  "migrations/0001_note.sql": "ALTER TABLE orders ADD COLUMN note text;\n",
  "migrations/0002_total.sql": "CREATE INDEX orders_total ON orders (total);\nUPDATE orders SET note = 'none';\n",
  "rates.json": '{ "name": "ours", "currency": "XTS", "perMillionWrites": 1000000, "storagePerGbMonth": 7 }',
  "wrong.json": '{\n  "name": "ours",\n  "currency": "XTS",\n  "perHour": 3\n}\n',
};

interface Estimated {
  readonly migrations: readonly {
    readonly migration: string;
    readonly steps: readonly { readonly estimate: object }[];
  }[];
  readonly total: { readonly walBytes: number };
  readonly money?: { readonly once: { readonly writes: number } };
  readonly kept?: number;
}

interface Compared {
  readonly steps: readonly {
    readonly step: number;
    readonly title: string;
    readonly migration: string;
    readonly by: string | null;
    readonly predicted: object | null;
    readonly actual: object;
  }[];
}

let db: TestDatabase;
let cwd: string;

beforeAll(async () => {
  db = await testDatabase();
  await db.query(`CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL);
    INSERT INTO orders SELECT i, i FROM generate_series(1, 20000) AS i; ANALYZE orders`);
  cwd = writeProject(PROJECT);
});

afterAll(() => db.drop());

const options = () => ({ cwd, env: { DATABASE_URL: db.url } });

describe("estimate", () => {
  test("tells of every pending step and changes nothing", async () => {
    const before = await picture(db);
    const { code, stdout } = await runCli(["estimate", "--rates", "rates.json"], options());
    expect(code).toBe(0);
    expect(stdout).toMatch(/^step +time +from +to +log/);
    for (const shown of [
      "0001_note",
      "0002_total",
      "CREATE INDEX",
      "UPDATE orders",
      "total ",
      "By the rate card ours (nobody says of what day)",
      "Nothing like it was measured",
    ]) {
      expect(stdout).toContain(shown);
    }
    expect(await picture(db)).toEqual(before);
  });

  test("refuses a wrong rate card with its line, before it asks the database", async () => {
    const { code, error } = await runCliJson(["estimate", "--rates", "wrong.json"], { cwd });
    expect(code).toBe(64);
    expect(error).toMatchObject({ code: "rate_card_invalid", at: { file: "wrong.json", line: 4, column: 3 } });
  });

  test("needs a catalog with sizes where no database is asked", async () => {
    const { code, error } = await runCliJson(["estimate", "--server-version", "18", "0002_total"], { cwd });
    expect(code).toBe(64);
    expect(error?.message).toBe("Without a database it takes a catalog, and the migrations to estimate on it.");
  });

  test("says of an id that nobody knows that there is none, and so does history", async () => {
    const missing = await runCliJson(["estimate", "0099"], options());
    expect(missing).toMatchObject({
      code: 64,
      error: { code: "migration_unknown", action: expect.stringContaining("lockkeeper status") },
    });
    const path = await runCliJson(["estimate", "0099.sql"], options());
    expect(path).toMatchObject({ code: 64, error: { code: "usage", message: "There is no file 0099.sql." } });
    const unknown = await runCliJson(["history", "nope", "--accuracy"], options());
    expect(unknown).toMatchObject({ code: 64, error: { code: "migration_unknown" } });
  });

  test("keeps what was said before a run, and shows it beside what came", async () => {
    const kept = await runCliJson<Estimated>(["estimate", "--keep"], options());
    expect(kept.result?.kept).toBe(1);
    expect(kept.result?.total.walBytes).toBeGreaterThan(100_000);
    // A rehearsal that came later has the last word.
    const rehearsed = (kept.result?.migrations ?? []).flatMap(({ steps }) =>
      steps.map((step) => ({ ...step, estimate: { ...step.estimate, seconds: { low: 41, likely: 42, high: 43 } } })),
    );
    await db.query("INSERT INTO lockkeeper.evidence (kind, held, actor, report) VALUES ('rehearsal', true, 'ci', $1)", [
      JSON.stringify({ production: { steps: rehearsed } }),
    ]);
    expect((await runCli(["up"], options())).code).toBe(0);
    const { result } = await runCliJson<Compared>(["history", "--accuracy", "0002_total"], options());
    const places = kept.result?.migrations[1]?.steps.map((_, at) => at + 1) ?? [];
    expect(places.length).toBeGreaterThan(1);
    expect(result?.steps.map(({ step }) => step)).toEqual(places);
    for (const step of result?.steps ?? []) {
      expect(step).toMatchObject({
        migration: "0002_total",
        by: "estimate",
        predicted: { seconds: 42, walBytes: expect.any(Number) },
        actual: { seconds: expect.any(Number) },
      });
    }
    const { stdout } = await runCli(["estimate"], options());
    expect(stdout).toBe("Nothing is pending.\n");
    const { stdout: upTo } = await runCli(["estimate", "--to", "0001_note"], options());
    expect(upTo).toBe("0001_note is in force already, and nothing before it is pending.\n");
  });

  test("up says for itself what it expects, beside which comes what came", async () => {
    await using plain = await testDatabase();
    await plain.query(`CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL);
      INSERT INTO orders SELECT i, i FROM generate_series(1, 20000) AS i; ANALYZE orders`);
    const at = { cwd, env: { DATABASE_URL: plain.url } };
    expect((await runCli(["up"], at)).code).toBe(0);
    const { result } = await runCliJson<Compared>(["history", "--accuracy"], at);
    const builds = result?.steps.filter(({ title }) => title.includes("CREATE INDEX"));
    expect(builds).toEqual([
      expect.objectContaining({
        migration: "0002_total",
        by: "estimate",
        predicted: expect.objectContaining({ seconds: expect.any(Number), walBytes: expect.any(Number) }),
        actual: { seconds: expect.any(Number) },
      }),
    ]);
    // One more start has nothing to do, and says nothing.
    expect((await runCli(["up"], at)).code).toBe(0);
    expect(await plain.query("SELECT count(*)::int AS kept FROM lockkeeper.evidence WHERE kind = 'estimate'")).toEqual([
      { kept: 1 },
    ]);
  });

  test("up is done as ever where what it expects cannot be kept", async () => {
    await using plain = await testDatabase();
    await plain.query(`CREATE TABLE orders (id int PRIMARY KEY, total int NOT NULL);
      INSERT INTO orders SELECT i, i FROM generate_series(1, 20000) AS i; ANALYZE orders`);
    const at = { cwd, env: { DATABASE_URL: plain.url } };
    expect((await runCli(["up", "--to", "0001_note"], at)).code).toBe(0);
    await plain.query("ALTER TABLE lockkeeper.evidence ADD CHECK (kind <> 'estimate')");
    const { code, stderr } = await runCli(["up"], at);
    expect(code).toBe(0);
    expect(stderr).toContain("What is expected of the run could not be kept");
    expect(await plain.query("SELECT count(*)::int AS done FROM orders WHERE note = 'none'")).toEqual([
      { done: 20000 },
    ]);
  });
});
