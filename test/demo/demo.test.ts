import { chmodSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import type { DemoReport } from "../../src/demo/demo-report.ts";
import { runDemo } from "../../src/demo/run-demo.ts";
import type { LockkeeperEvent } from "../../src/run/events.ts";

const IDS = [
  "0001_returns",
  "0002_index_orders_by_day",
  "0003_index_items_by_product",
  "0004_unique_payment_reference",
  "0005_order_channel",
  "0006_check_order_total",
  "0007_validate_order_total",
  "0008_open_orders",
  "0009_customer_tiers",
  "0010_promised_delivery",
];

// A folder of this file's own shows what the demo leaves in it; the server's account must find its way through.
const folder = mkdtempSync(join(tmpdir(), "demo-test-"));
chmodSync(folder, 0o755);
vi.stubEnv("TMPDIR", folder);

/** Servers and projects; a copy of the server's programs that its account can read stays on purpose. */
const leftovers = (): string[] => readdirSync(folder).filter((name) => /^lockkeeper-(demo|pg)-/.test(name));

describe("the demo", () => {
  const events: LockkeeperEvent[] = [];
  let story = "";
  let report: DemoReport;
  let during: string[] = [];

  beforeAll(async () => {
    report = await runDemo({
      print: (text) => {
        story += `${text((_style, plain) => plain)}\n`;
      },
      emit: (event) => {
        events.push(event);
        during = leftovers();
      },
      rows: 5_000,
      calmMs: 500,
    });
  });

  test("fills six tables, the largest with the rows asked for", () => {
    expect(report.tables).toHaveLength(6);
    expect(report.tables[0]).toEqual({ table: "order_items", rows: 5_000 });
    expect(report.tables.every(({ rows }) => rows > 0)).toBe(true);
  });

  test("applies every migration and takes the last one back", () => {
    expect(report.applied).toEqual(IDS);
    expect(report.undone).toEqual(["0010_promised_delivery"]);
    expect(events.filter(({ type }) => type === "run.done")).toHaveLength(IDS.length + 1);
  });

  test("every check holds, the one of the restored columns among them", () => {
    expect(report.checks.filter(({ holds }) => !holds)).toEqual([]);
    expect(report.checks.map(({ claim }) => claim)).toContain(
      "the columns of shipments are as before, with their defaults and comments",
    );
    expect(report.ok).toBe(true);
  });

  test("no client meets an error, and every stretch of time has its transactions", () => {
    expect(report.clientErrors).toEqual([]);
    for (const { transactions, p50, p99, longest } of [report.before, report.firstRelease, report.secondRelease]) {
      expect(transactions).toBeGreaterThan(0);
      expect(p50).toBeGreaterThan(0);
      expect(p99).toBeGreaterThanOrEqual(p50);
      expect(longest?.durationMs).toBeGreaterThanOrEqual(p99);
    }
    expect(report.transactions).toBeGreaterThan(report.before.transactions + report.secondRelease.transactions);
  });

  test("the report is seen in the way, and the change gives way to it until it ends", () => {
    expect(report.blockers.map(({ application }) => application)).toContain("nightly-report");
    const blocked = report.steps.find(({ migration }) => migration === "0005_order_channel");
    expect(blocked?.attempts).toBeGreaterThan(1);
    expect(report.lockRetries).toBeGreaterThan(0);
    expect(blocked?.locks).toContainEqual({ relation: "orders", mode: "AccessExclusiveLock" });
  });

  test("the story shows the way back, the blockers and every step", () => {
    expect(report.undoSql).toContain("ALTER TABLE public.shipments DROP COLUMN promised_on");
    for (const sql of report.undoSql) {
      expect(story).toContain(sql);
    }
    expect(story).toMatch(/nightly-report +active .*ACCESS SHARE on orders/);
    for (const id of IDS) {
      expect(story).toContain(`✔ ${id}`);
    }
    // Plain text has no escapes.
    expect(story).not.toContain("\u001b");
  });

  test("leaves no server and no file behind", () => {
    expect(during).toHaveLength(2);
    expect(leftovers()).toEqual([]);
  });
});

test("a demo that is interrupted says so and leaves nothing behind", async () => {
  const controller = new AbortController();
  const demo = runDemo({
    print: (text) => {
      if (text((_style, plain) => plain).includes("waits for a lock")) {
        controller.abort();
      }
    },
    rows: 2_500,
    calmMs: 1,
    signal: controller.signal,
  });
  await expect(demo).rejects.toMatchObject({ code: "interrupted" });
  expect(leftovers()).toEqual([]);
});
