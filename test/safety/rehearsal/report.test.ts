import { expect, test } from "vitest";
import { noPaint } from "../../../src/cli/paint.ts";
import { rehearsalText } from "../../../src/cli/renderers/rehearsal-text.ts";
import { LockkeeperError } from "../../../src/errors/lockkeeper-error.ts";
import { adviseOn } from "../../../src/safety/rehearsal/advise.ts";
import type { RehearsalReport } from "../../../src/safety/rehearsal/rehearsal-report.ts";
import { rehearsalHtml } from "../../../src/safety/rehearsal/report/html.ts";
import { rehearsalMarkdown } from "../../../src/safety/rehearsal/report/markdown.ts";

const EVIL = `<script>alert("1")</script>|'\`*`;
const TOTAL = {
  seconds: { low: 0.5, likely: 2, high: 100 },
  ...{ walBytes: 2048, tempBytes: 0, diskGrowthBytes: 0, diskPeakBytes: 4096 },
  ...{ readBytes: 0, writtenBytes: 0, replicaBytes: 6144, archiveBytes: 0 },
};

const REPORT: RehearsalReport = {
  format: 1,
  held: false,
  at: "2026-01-02T03:04:05.000Z",
  source: { kind: "made", of: EVIL },
  serverVersion: 180_004,
  binding: null,
  migrations: ["0001_a"],
  stages: [
    { name: "run", outcome: "failed", ms: 1_234 },
    { name: "contract", outcome: "skipped", ms: 0, reason: "the run failed" },
  ],
  findings: [
    {
      ...{ stage: "run", severity: "error", code: "statement_failed", sqlState: "22P02" },
      message: `no ${EVIL}`,
      step: { migration: "0001_a", step: 1, title: EVIL },
      at: { file: "migrations/0001_a.sql", line: 3 },
      rows: [{ id: 4711003, total: EVIL }],
      action: "Mend it.",
    },
  ],
  steps: [
    {
      ...{ migration: "0001_a", direction: "up", pass: "run", step: 1, title: EVIL, kind: "ddl", phase: "expand" },
      ...{ sql: [EVIL], works: [], expected: {}, rows: 7, attempts: 1, lockWaitMs: 0 },
      measured: { seconds: 1.5, walBytes: 2048, tempBytes: 0, diskGrowthBytes: -4096, diskPeakBytes: 8192 },
      relations: [
        {
          relation: EVIL,
          lock: { predicted: "none", observed: "ACCESS EXCLUSIVE", differs: true },
          blocks: "reads and writes",
        },
      ],
    },
  ],
  measurements: { serverVersion: 180_004, settings: {}, steps: [] },
  checks: { before: [], after: [] },
  differences: { schema: [], data: [] },
  load: {
    scripts: [
      {
        ...{ name: EVIL, rate: 5, longestAt: null, errors: [], ownErrors: [] },
        before: { calls: 1, p50Ms: 1, p95Ms: 1, longestMs: 1 },
        during: { calls: 2, p50Ms: 1, p95Ms: 3, longestMs: 3 },
        timeline: [
          { atMs: 0, longestMs: 1 },
          { atMs: 10, longestMs: 3 },
        ],
      },
    ],
  },
  production: { steps: [], total: TOTAL },
  masked: ["public.users.email"],
  sampled: [{ table: "public.events", percent: 10, rows: 3 }],
  filled: { filled: [], empty: [{ table: "public.b", reason: EVIL }] },
  leftOut: [],
  notes: [EVIL],
};

test("the page runs nothing and loads nothing, whatever things are called", () => {
  const page = rehearsalHtml(REPORT);
  expect(page).not.toContain("<script");
  expect(page).not.toMatch(/\b(?:src|href)=/);
  expect(page).toContain("default-src 'none'");
  expect(page).toContain("&lt;script&gt;");
  expect(page.match(/<svg /g)).toHaveLength(4);
  expect(page).toContain("2.0 s (500 ms to 2 min)");
});

test("Markdown keeps names from becoming markup, and cells from ending", () => {
  const text = rehearsalMarkdown(REPORT);
  expect(text).not.toContain("<script");
  expect(text).toContain('&lt;script&gt;alert("1")&lt;/script&gt;\\|\'\\`\\*');
  const rows = text.split("\n").filter((line) => line.startsWith("| 0001"));
  expect(rows.every((row) => row.split(/(?<!\\)\|/).length === 11)).toBe(true);
});

test("the terminal says what failed, at which row, and what to do", () => {
  const text = rehearsalText({ ...REPORT, evidence: 12 }, noPaint);
  expect(text).toContain("error statement_failed 22P02: no <script>");
  expect(text).toContain("migrations/0001_a.sql:3");
  expect(text).toContain("row: id=4711003, total=");
  expect(text).toContain("  Mend it.");
  expect(text).toContain("ACCESS EXCLUSIVE (foreseen: none) stops reads and writes");
  expect(text).toContain("Of public.events, 10 % were kept: 3 rows.");
  expect(text).toContain("Stored as evidence 12.");
  expect(text).toMatch(/The rehearsal did not hold: .*1 error\.$/);
});

test("a full disk is advised about, and what nobody knows better is left as it is", () => {
  expect(adviseOn(new LockkeeperError("disk_full"))).toContain("Make room where the copy lies");
  expect(adviseOn(new LockkeeperError("lock_timeout", { action: "Wait." }))).toBe("Wait.");
  expect(adviseOn(new LockkeeperError("statement_failed", { data: { sqlstate: "22003" } }))).toContain("USING");
});
