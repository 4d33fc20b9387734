import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { EffectsReport, StatementReport } from "../../src/cli/renderers/effects-text.ts";
import { runCli, runCliJson } from "../support/cli.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { writeProject } from "../support/project.ts";

const FILE = `CREATE INDEX orders_total ON orders (total);

CREATE TABLE fresh (id int);
CREATE INDEX ON fresh (id); SELEC 1;
VACUUM orders;
`;
const SCHEMA = "CREATE TABLE orders (id int PRIMARY KEY, total numeric);";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.query(`${SCHEMA} INSERT INTO orders SELECT i, i FROM generate_series(1, 1000) i`);
  await db.query("ANALYZE orders");
});
afterAll(() => db.drop());

async function effects(...args: string[]): Promise<readonly StatementReport[]> {
  const cwd = writeProject({ "change.sql": FILE, "schema.sql": SCHEMA });
  const { result } = await runCliJson<EffectsReport>(["effects", "change.sql", ...args], { cwd });
  return result?.statements ?? [];
}

describe("effects", () => {
  test("prints each statement with its place, its transaction and its effects", async () => {
    const statements = await effects("--schema", "schema.sql");
    expect(statements.map(({ file, line, transaction }) => [file, line, transaction])).toEqual([
      ["change.sql", 1, "allowed"],
      ["change.sql", 3, "allowed"],
      ["change.sql", 4, "allowed"],
      ["change.sql", 4, null],
      ["change.sql", 5, "forbidden"],
    ]);
    expect(statements[0]).toMatchObject({ column: 1, statement: "CREATE INDEX orders_total ON orders (total)" });
    expect(statements[0]?.effects).toMatchObject([
      {
        relation: "public.orders",
        kind: "table",
        lock: "SHARE",
        blocks: { reads: false, writes: true },
        work: "index-build",
        seconds: null,
        mayFail: [],
      },
    ]);
  });

  test("judges a statement against what those before it leave behind", async () => {
    const [, , onFresh, wrong] = await effects("--schema", "schema.sql");
    expect(onFresh?.effects).toMatchObject([{ relation: "public.fresh", isNew: true, rows: 0, seconds: 0 }]);
    expect(wrong?.error).toContain("syntax error");
  });

  test("reckons seconds from the sizes of a database", async () => {
    const [first] = await effects("--database", db.url);
    expect(first?.effects[0]).toMatchObject({ rows: 1000, bytes: expect.any(Number), seconds: expect.any(Number) });
    expect(first?.effects[0]?.seconds).toBeGreaterThan(0);
  });

  test("without a schema takes what is named for there", async () => {
    const [first] = await effects();
    expect(first?.effects).toMatchObject([{ relation: "public.orders", lock: "SHARE", work: "index-build" }]);
  });

  test("tells people the same, and by the exit code that a statement cannot be read", async () => {
    const cwd = writeProject({ "change.sql": FILE, "schema.sql": SCHEMA });
    const { code, stdout } = await runCli(["effects", "change.sql", "--schema", "schema.sql"], { cwd });
    expect(code).toBe(2);
    expect(stdout).toContain("change.sql:1:1 CREATE INDEX orders_total ON orders (total)\n");
    expect(stdout).toContain("  public.orders (table): SHARE, blocks writes; index build of unknown size\n");
    expect(stdout).toContain("  public.fresh (table, new): SHARE, blocks writes; index build less than a second");
    expect(stdout).toContain("  outside of a transaction only\n");
  });

  test("tells of a file that cannot be taken apart beside the others", async () => {
    const cwd = writeProject({ "a.sql": "SELECT 'x;\n", "b.sql": "DROP TABLE orders;\n" });
    const { code, stdout } = await runCli(["effects", "a.sql", "b.sql"], { cwd });
    expect(code).toBe(2);
    expect(stdout).toContain("a.sql:1:8 \n  unterminated");
    expect(stdout).toContain("b.sql:1:1 DROP TABLE orders\n");
  });

  test("refuses a file that is not there", async () => {
    const { code, error } = await runCliJson(["effects", "missing.sql"], { cwd: writeProject({}) });
    expect(error?.code).toBe("usage");
    expect(code).not.toBe(0);
  });
});
