import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readProject } from "../../../src/migrations/read-project.ts";
import { connect } from "../../../src/postgres/session.ts";
import { DEFAULT_POLICY, type RunPolicy } from "../../../src/run/policy.ts";
import { Stop } from "../../../src/run/stop.ts";
import { bindingOf } from "../../../src/safety/binding.ts";
import { preparedCopy } from "../../../src/safety/rehearsal/copy/prepared-copy.ts";
import { parseLoad } from "../../../src/safety/rehearsal/load/parse-load.ts";
import { planFor } from "../../../src/safety/rehearsal/plan-for.ts";
import type { RehearsalReport } from "../../../src/safety/rehearsal/rehearsal-report.ts";
import { recordRehearsal } from "../../../src/safety/rehearsal/rehearse.ts";
import { changedSince, rehearsalStanding } from "../../../src/safety/rehearsal/stale.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";
import { onServer } from "../../support/on-server.ts";
import { writeProject } from "../../support/project.ts";
import { rehearseHere, shop } from "./rehearse-here.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await shop();
});
afterAll(() => db.drop());

const outcomes = ({ stages }: RehearsalReport): Record<string, string> =>
  Object.fromEntries(stages.map(({ name, outcome }) => [name, outcome]));

describe("what production would meet is found before", () => {
  test("a value that a cast does not take, by the row's key", async () => {
    const report = await rehearseHere(db, {
      "0001_total.sql":
        "-- lockkeeper: mode direct\nALTER TABLE orders ALTER COLUMN total TYPE numeric USING trim(total)::numeric;",
    });
    expect(report.held).toBe(false);
    expect(report.findings).toEqual([
      {
        stage: "run",
        severity: "error",
        code: "statement_failed",
        sqlState: "22P02",
        message: 'invalid input syntax for type numeric: "n/a"',
        step: { migration: "0001_total", step: 1, title: expect.stringContaining("ALTER TABLE orders") },
        at: expect.objectContaining({ line: 2 }),
        object: "public.orders",
        rows: [{ id: 711, total: "n/a" }],
        action: expect.stringContaining("USING"),
      },
    ]);
    expect(outcomes(report)).toMatchObject({
      run: "failed",
      "checks after": "skipped",
      undo: "done",
      compare: "done",
      "run again": "skipped",
      contract: "skipped",
    });
  });

  test("the same in the online plan, whose sweep names the row", async () => {
    const report = await rehearseHere(
      db,
      { "0001_total.sql": "ALTER TABLE orders ALTER COLUMN total TYPE numeric USING total::numeric;" },
      { policy: { ...DEFAULT_POLICY, briefMs: 0 } },
    );
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]).toMatchObject({
      code: "sweep_rows_failed",
      sqlState: "22P02",
      object: "public.orders",
      rows: [{ id: 711 }],
      step: { migration: "0001_total" },
    });
    // What had begun was taken back, and nothing is left of it.
    expect(outcomes(report)).toMatchObject({ run: "failed", undo: "done", compare: "done" });
    expect(report.differences).toEqual({ schema: [], data: [] });
  });

  test("doubles that block a unique index, by their key", async () => {
    const report = await rehearseHere(db, {
      "0001_unique.sql": "CREATE UNIQUE INDEX customers_email ON customers (email);",
    });
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]).toMatchObject({
      sqlState: "23505",
      object: "public.customers",
      rows: [{ email: "c321@example.com" }],
      step: { migration: "0001_unique", step: 1 },
      action: expect.stringContaining("Merge or remove"),
    });
  });

  test("an orphan that blocks a foreign key, by its row", async () => {
    const report = await rehearseHere(
      db,
      { "0001_key.sql": "ALTER TABLE orders ADD CONSTRAINT of FOREIGN KEY (customer_id) REFERENCES customers (id);" },
      { policy: { ...DEFAULT_POLICY, briefMs: 0 } },
    );
    expect(report.findings).toHaveLength(1);
    expect(report.findings[0]).toMatchObject({
      sqlState: "23503",
      object: "public.orders",
      rows: [{ customer_id: 99999 }],
      action: expect.stringContaining("Remove the rows that refer to nothing"),
    });
  });

  test("a lock on a view that others use, of which the plan says nothing", async () => {
    const report = await rehearseHere(db, {
      "0001_view.sql":
        "DO $$ BEGIN EXECUTE 'CREATE OR REPLACE VIEW order_list AS SELECT id, note FROM orders WHERE id > 0'; END $$;",
      "0001_view.down.sql": "CREATE OR REPLACE VIEW order_list AS SELECT id, note FROM orders;",
    });
    expect(report.findings).toEqual([
      expect.objectContaining({
        stage: "run",
        severity: "error",
        code: "lock-unforeseen",
        object: "public.order_list",
        message:
          "public.order_list is locked ACCESS EXCLUSIVE, of which the plan says nothing; that stops reads and writes.",
        step: expect.objectContaining({ migration: "0001_view", step: 1 }),
      }),
    ]);
    expect(outcomes(report)).toMatchObject({ run: "done", compare: "done", "run again": "done" });
  });

  test("a statement that fails for what depends on its table, with the names of that", async () => {
    const report = await rehearseHere(db, {
      "0001_drop.sql": "-- lockkeeper: mode direct\nALTER TABLE orders DROP COLUMN note;",
    });
    expect(report.findings[0]).toMatchObject({
      object: "public.orders",
      sqlState: "2BP01",
      message: expect.stringContaining("view order_notes depends on view order_list"),
      action: expect.stringContaining("Drop what depends on it"),
    });
  });

  test("a way back that leaves another schema and other rows", async () => {
    const report = await rehearseHere(db, {
      "0001_vip.sql":
        "ALTER TABLE customers ADD COLUMN vip boolean;\nCREATE INDEX customers_phone ON customers (phone);\nUPDATE customers SET phone = '0' WHERE id = 433;",
      "0001_vip.down.sql": "ALTER TABLE customers DROP COLUMN vip;",
    });
    expect(report.held).toBe(false);
    expect(outcomes(report)).toMatchObject({ run: "done", undo: "done", compare: "failed" });
    expect(report.findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          stage: "compare",
          code: "schema-differs",
          object: expect.stringContaining("customers_phone"),
        }),
        expect.objectContaining({
          stage: "compare",
          code: "data-differs",
          object: "public.customers",
          message: expect.stringContaining("other values in phone"),
          rows: [{ id: 433, phone: "0" }],
        }),
      ]),
    );
    expect(report.differences.data).toEqual([
      {
        table: "public.customers",
        rowsBefore: 600,
        rowsAfter: 600,
        columns: ["phone"],
        rows: [{ id: 433, phone: "0" }],
      },
    ]);
  });

  test("a plan that is refused, and a statement without a way back", async () => {
    const refused = await rehearseHere(
      db,
      { "0001_full.sql": "ALTER TABLE orders ADD COLUMN code text NOT NULL;" },
      { policy: { ...DEFAULT_POLICY, briefMs: 0 } },
    );
    expect(refused.findings.map(({ stage, code }) => [stage, code])).toEqual([["plan", "plan_refused"]]);
    const forGood = await rehearseHere(db, { "0001_away.sql": "DELETE FROM orders WHERE id = 1;" });
    expect(forGood.findings.map(({ stage, code }) => [stage, code])).toEqual([["undo", "undo_unavailable"]]);
    expect(outcomes(forGood)).toMatchObject({ compare: "skipped", "run again": "skipped", contract: "done" });
  });
});

describe("a rehearsal that holds", () => {
  const FILES = {
    "0001_paid.sql": "ALTER TABLE orders ADD COLUMN paid boolean;\nALTER TABLE customers DROP COLUMN phone;",
    "0002_index.sql": "CREATE INDEX orders_customer ON orders (customer_id);",
  };

  test("tells what the load felt while it ran the second time", async () => {
    const load = [
      parseLoad("-- rate: 50\n\\set id random(1, 1000)\nSELECT note FROM orders WHERE id = :id;", "find.sql"),
      parseLoad("-- rate: 50\nSELECT phone FROM customers LIMIT 1;", "phone.sql"),
    ];
    const report = await rehearseHere(db, FILES, { load: { scripts: load, quietMs: 50 } });
    // The one that asks for what goes is told; that is what the load is for.
    const errors = report.findings.filter(({ severity }) => severity === "error");
    expect(errors.map(({ stage, code }) => [stage, code])).toEqual([["run again", "load-failed"]]);
    expect(errors[0]).toMatchObject({
      sqlState: "42703",
      message: expect.stringContaining("phone of the load failed"),
    });
    expect(report.load?.scripts[0]).toMatchObject({ name: "find", errors: [], ownErrors: [] });
  });

  test("measures each step, expects what production takes, and fits exactly what was planned", async () => {
    const project = writeProject(FILES);
    const held = await rehearseHere(db, FILES, { policy: { ...DEFAULT_POLICY, briefMs: 0 } });
    expect(held.findings).toEqual([]);
    expect(held.held).toBe(true);
    expect(Object.values(outcomes(held)).every((outcome) => outcome === "done")).toBe(true);
    expect(new Set(held.steps.map(({ pass }) => pass))).toEqual(new Set(["run", "undo", "run again", "contract"]));
    const index = held.steps.find(({ pass, title }) => pass === "run" && title.includes("orders_customer"));
    expect(index).toMatchObject({
      kind: "concurrent",
      works: [expect.objectContaining({ kind: "index-build", relation: "public.orders", rows: 1000 })],
      relations: [
        {
          relation: "public.orders",
          lock: expect.objectContaining({ predicted: "SHARE UPDATE EXCLUSIVE", differs: false }),
          works: { predicted: "index-build", observed: "index-build", differs: false },
        },
      ],
    });
    expect(index?.measured.walBytes).toBeGreaterThan(0);
    expect(index?.measured.diskGrowthBytes).toBeGreaterThan(0);
    expect(held.measurements.steps.map(({ migration }) => migration)).toContain("0002_index");
    expect(held.production?.steps.some(({ calibratedBy }) => calibratedBy === "the same step in this rehearsal")).toBe(
      true,
    );

    // Stored, it is found; and whatever it was bound to makes it stale when it changes.
    await recordRehearsal(db.url, held);
    const standing = async (folder: string, changed: Partial<RunPolicy> = {}) => {
      const policy = { ...DEFAULT_POLICY, briefMs: 0, ...changed };
      const now = await planFor(db.url, { migrations: readProject(folder), policy, stop: new Stop() });
      await using session = await connect(db.url);
      return await rehearsalStanding(session, now.binding);
    };
    expect(await standing(project)).toMatchObject({ state: "fits", changed: [] });
    const edited = writeProject({ ...FILES, "0002_index.sql": `${FILES["0002_index.sql"]} -- again` });
    expect(await standing(edited)).toMatchObject({ state: "stale", changed: ["migrations", "plan"] });
    expect(await standing(project, { drops: "direct" })).toMatchObject({
      state: "stale",
      changed: ["plan"],
    });
    await onServer(db.url, (client) => client.query("CREATE TABLE extra (id int)"));
    expect(await standing(project)).toMatchObject({ state: "stale", changed: ["catalog"] });
    await onServer(db.url, (client) => client.query("DROP TABLE extra"));
    expect(await standing(project)).toMatchObject({ state: "fits" });
  });

  test("is stale on another major", async () => {
    const { plans, catalog, binding } = await planFor(db.url, {
      migrations: readProject(writeProject(FILES)),
      policy: DEFAULT_POLICY,
      stop: new Stop(),
    });
    const { server } = catalog.facts;
    const older = { ...catalog, facts: { ...catalog.facts, server: { ...server, version: server.version - 10_000 } } };
    expect(changedSince(binding, bindingOf(plans, older))).toEqual(["major"]);
    expect(changedSince(binding, bindingOf(plans, catalog))).toEqual([]);
  });
});

describe("where nothing is to be rehearsed", () => {
  const FILES = { "0001_paid.sql": "ALTER TABLE orders ADD COLUMN paid boolean;" };

  test("a database that others are connected to is not cloned, and they are named", async () => {
    await onServer(db.url, async (client) => {
      await client.query("SET application_name = 'shop-web'");
      await expect(rehearseHere(db, FILES)).rejects.toMatchObject({
        code: "rehearsal_refused",
        message: expect.stringContaining("shop-web (1)"),
      });
    });
  });

  test("production itself, and what nobody gave away, are no copies", async () => {
    await expect(preparedCopy(db.url, db.url, true)).rejects.toMatchObject({
      code: "rehearsal_refused",
      message: expect.stringContaining("the very database"),
    });
    await using other = await testDatabase();
    await expect(preparedCopy(other.url, db.url, false)).rejects.toMatchObject({
      code: "rehearsal_refused",
      action: expect.stringContaining("--disposable"),
    });
    // One of another schema is no copy of this one.
    await expect(rehearseHere(db, FILES, { open: () => preparedCopy(other.url, db.url, true) })).rejects.toMatchObject({
      code: "rehearsal_refused",
      message: expect.stringContaining("table:public.customers is removed"),
    });
  });

  test("what is felt by the whole server is not run beside production", async () => {
    await expect(
      rehearseHere(db, { "0001_role.sql": "ALTER ROLE postgres SET work_mem = '5MB';" }),
    ).rejects.toMatchObject({ code: "rehearsal_refused", at: expect.objectContaining({ line: 1 }) });
  });
});
