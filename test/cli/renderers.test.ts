import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { confirmRemovals } from "../../src/cli/confirm-removals.ts";
import { formatMs, formatServerVersion, oneLine, table } from "../../src/cli/format.ts";
import { noPaint, type Paint } from "../../src/cli/paint.ts";
import { printable } from "../../src/cli/printable.ts";
import { failureText } from "../../src/cli/renderers/failure-text.ts";
import { LockReport } from "../../src/cli/renderers/lock-report.ts";
import { narratePlain } from "../../src/cli/renderers/narrate-plain.ts";
import { narratePretty } from "../../src/cli/renderers/narrate-pretty.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import type { Plan } from "../../src/plan/plan.ts";
import type { Blocker, LockkeeperEvent } from "../../src/run/events.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { writeProject } from "../support/project.ts";

const RUN = { run: 7, migration: "0002_index" };
const STEP = { ...RUN, step: 1, steps: 2, title: "CREATE INDEX i" };
const BLOCKER: Blocker = {
  pid: 42,
  application: "report",
  user: "app",
  state: "idle in transaction",
  query: "SELECT *\n  FROM orders",
  ageMs: 61_000,
  modes: ["AccessShareLock"],
  relation: "orders",
};
const waiting = (waitedMs: number, ...blockers: Blocker[]): LockkeeperEvent & { type: "lock.waiting" } => ({
  type: "lock.waiting",
  ...STEP,
  blockers,
  waitedMs,
});
const retry = (attempt: number, ...blockers: Blocker[]): LockkeeperEvent & { type: "lock.retry" } => ({
  type: "lock.retry",
  ...STEP,
  attempt,
  reason: "canceling statement due to lock timeout",
  backoffMs: 300,
  blockers,
});

const PROGRESS = {
  pass: 0,
  rows: 1_200_000,
  rowsTotal: 3_000_000,
  bytes: 40,
  bytesTotal: 100,
  rowsPerSecond: 45_000,
  etaMs: 40_000,
  hotShare: 0.8,
  batchMs: 70,
  workers: 2,
  throttledMs: 0,
};
const { modes: _, relation: _1, ...HOLDER } = BLOCKER;

const SWEEP: readonly LockkeeperEvent[] = [
  { type: "sweep.began", ...STEP, table: "public.orders", parts: 1, rows: 3_000_000, bytes: 100, resumed: true },
  { type: "sweep.progress", ...STEP, ...PROGRESS },
  { type: "sweep.progress", ...STEP, ...PROGRESS, bytes: 41, rows: 1_230_000 },
  { type: "sweep.blocked", ...STEP, waitedMs: 900, blockers: [HOLDER, { ...HOLDER, pid: 43 }] },
  { type: "sweep.blocked", ...STEP, waitedMs: 900, blockers: [] },
  { type: "sweep.held", ...STEP, holds: [{ throttle: "replica-lag", reason: "replica a is 40 s behind" }] },
  { type: "sweep.released", ...STEP, heldMs: 2_500 },
  { type: "sweep.strides", ...STEP, strides: 1, hotShare: 0.1, reason: "rows grow", holder: null },
  { type: "sweep.replanned", ...STEP, table: "public.orders", reason: "rewritten" },
  { type: "sweep.lost", ...STEP, reason: "Connection terminated" },
  { type: "sweep.notice", ...STEP, message: "a remark of the sweep" },
  { type: "sweep.verified", ...STEP, pass: 1, left: 12, repaired: 12 },
  { type: "sweep.progress", ...STEP, ...PROGRESS, pass: 2, bytes: 100, rowsPerSecond: 0, etaMs: 0, workers: 1 },
  { type: "sweep.verified", ...STEP, pass: 2, left: 0, repaired: 12 },
];

const EVENTS: readonly LockkeeperEvent[] = [
  { type: "lease.waiting", holder: "host:1", waitedMs: 5 },
  { type: "lease.waiting", holder: "host:1", waitedMs: 900 },
  { type: "lease.waiting", holder: "host:1", waitedMs: 11_000 },
  { type: "lease.waiting", holder: "host:1", waitedMs: 12_000, isPaused: true },
  { type: "lease.acquired", token: 3, replaced: 2 },
  { type: "plan.ready", migrations: ["0002_index"], steps: 2 },
  { type: "run.started", ...RUN, direction: "up", steps: 2, resumedAt: 1 },
  { type: "step.started", ...STEP, kind: "concurrent" },
  { type: "step.healed", ...STEP, sql: "DROP INDEX CONCURRENTLY i" },
  { type: "step.progress", ...STEP, phase: "building index", done: 1, total: 3 },
  { type: "step.progress", ...STEP, phase: "building index", done: 1, total: 3 },
  waiting(200, BLOCKER),
  { type: "connection.lost", ...STEP, reason: "Connection terminated" },
  { type: "step.done", ...STEP, kind: "concurrent", durationMs: 2_500, attempts: 2, lockWaitMs: 700, recovered: true },
  { type: "run.paused", ...RUN, by: "anna" },
  { type: "run.resumed", ...RUN },
  { type: "run.done", ...RUN, direction: "up", durationMs: 2_600 },
  { type: "notice", message: "a note" },
  { type: "server.notice", severity: "NOTICE", message: "from the server" },
];

describe("narration off a terminal", () => {
  const narrate = (events: readonly LockkeeperEvent[], isVerbose = false): string => {
    let told = "";
    const narrator = narratePlain((text) => {
      told += text;
    }, isVerbose);
    events.forEach(narrator.event);
    narrator.note("a remark");
    narrator.end();
    return told;
  };

  test("is a line for each event that is news", () => {
    expect(narrate(EVENTS).split("\n")).toEqual([
      "Waiting for another runner (host:1), 5 ms so far.",
      "Waiting for another runner (host:1), 11 s so far.",
      "Waiting for another runner (host:1), which is paused; `lockkeeper resume` lets it go on, 12 s so far.",
      "Took over from a runner that had not renewed its lease.",
      "1 migration, 2 steps",
      "up 0002_index: 2 steps, going on with step 2",
      "  1/2 CREATE INDEX i",
      "Mended what an earlier attempt had left: DROP INDEX CONCURRENTLY i",
      "  1/2 building index 33 %",
      "  waiting for a lock on orders for 200 ms; in the way:",
      "    PID  APPLICATION  USER  STATE                AGE        LOCKS            RELATION  QUERY",
      "    42   report       app   idle in transaction  1 min 1 s  AccessShareLock  orders    SELECT * FROM orders",
      "The connection was lost (Connection terminated); opening it again.",
      "  1/2 done in 2.5 s (2 attempts, 700 ms waiting for locks; found committed)",
      "0002_index is paused by anna; `lockkeeper resume` lets it go on.",
      "0002_index goes on.",
      "up 0002_index: done in 2.6 s",
      "a note",
      "a remark",
      "",
    ]);
  });

  test("tells of a sweep by its tenths, and of what happens to it", () => {
    expect(narrate(SWEEP, true).split("\n")).toEqual([
      "Goes on with the rows of public.orders where it stood.",
      "  1/2 40 %, 1.2 M rows, 45 k rows/s, 2 workers, about 40 seconds left",
      "Rows are locked by pid 42 (report, idle in transaction) and 1 more for 900 ms; the batch is tried again.",
      "The sweep is held: replica a is 40 s behind.",
      "The sweep goes on; it was held for 2.5 s.",
      "Rows grow.",
      "public.orders was rewritten meanwhile; its rows are gone over once more.",
      "A connection of the sweep was lost (Connection terminated); opening it again.",
      "a remark of the sweep",
      "Verified: 12 rows not as they should be, and done now.",
      "  1/2 verifying, 100 %, 1.2 M rows",
      "Verified: every row is as it should be.",
      "a remark",
      "",
    ]);
  });

  test("has more to say when asked for", () => {
    const told = narrate([{ type: "lease.acquired", token: 3, replaced: null }, ...EVENTS.slice(-1)], true);
    expect(told).toBe("Holding the lease (token 3).\nNOTICE: from the server\na remark\n");
  });
});

describe("narration on a terminal", () => {
  const marked: Paint = (shade, text) => `<${shade}>${text}</>`;
  const ERASE = "\r\u001b[2K";

  function narrate(events: readonly LockkeeperEvent[], width = 200): string {
    let told = "";
    const terminal = {
      print: (text: string) => {
        told += text;
      },
      width: () => width,
      paint: marked,
    };
    const narrator = narratePretty(terminal, false);
    events.forEach(narrator.event);
    narrator.end();
    return told;
  }

  /** What is left on the screen: everything that was not written over. */
  const left = (told: string): string[] =>
    told.split("\n").map((line) => line.slice(line.lastIndexOf(ERASE) + 1).replace(ERASE.slice(1), ""));

  test("leaves a line for each step and migration", () => {
    expect(left(narrate(EVENTS))).toEqual([
      "<cyan>Took over from a runner that had not renewed its lease.</>",
      "<dim>1 migration, 2 steps</>",
      "<bold>0002_index</><dim>  2 steps, going on with step 2</>",
      "<cyan>Mended what an earlier attempt had left: DROP INDEX CONCURRENTLY i</>",
      "<yellow>  waiting for a lock on orders for 200 ms; in the way:</>",
      "    <dim>PID  APPLICATION  USER  STATE                AGE        LOCKS            RELATION  QUERY</>",
      "    <dim>42   report       app   idle in transaction  1 min 1 s  AccessShareLock  orders    SELECT * FROM orders</>",
      "<cyan>The connection was lost (Connection terminated); opening it again.</>",
      "  <green>✓</> 1/2 CREATE INDEX i  <dim>2.5 s (2 attempts, 700 ms waiting for locks; found committed)</>",
      "<cyan>0002_index is paused by anna; `lockkeeper resume` lets it go on.</>",
      "<cyan>0002_index goes on.</>",
      "<green>✓</> 0002_index  <dim>2.6 s</>",
      "<cyan>a note</>",
      "",
    ]);
  });

  test("shows the step at work on a line that is written over and never broken", () => {
    const told = narrate([{ type: "step.started", ...STEP, title: "x".repeat(500), kind: "ddl" }], 40);
    const frames = told.split(ERASE).filter((frame) => frame !== "");
    expect(frames.length).toBeGreaterThan(0);
    for (const frame of frames) {
      expect(frame).toMatch(/^\S {3}1\/2 {2}x+$/);
      expect([...frame]).toHaveLength(39);
    }
    expect(told.endsWith(ERASE)).toBe(true);
  });

  test("shows how far a sweep is on the line of its step", () => {
    const started: LockkeeperEvent = { type: "step.started", ...STEP, kind: "sweep" };
    const told = narrate([started, ...SWEEP.slice(1, 2), { type: "notice", message: "x" }]);
    expect(told).toContain("40 %, 1.2 M rows, 45 k rows/s, 2 workers, about 40 seconds left");
  });

  test("needs one line for a migration of one step", () => {
    const one = { ...STEP, steps: 1 };
    const events: LockkeeperEvent[] = [
      { type: "run.started", ...RUN, direction: "down", steps: 1, resumedAt: 0 },
      { type: "step.started", ...one, kind: "ddl" },
      { type: "step.done", ...one, kind: "ddl", durationMs: 2, attempts: 1, lockWaitMs: 0, recovered: false },
      { type: "run.done", ...RUN, direction: "down", durationMs: 3 },
    ];
    expect(left(narrate(events))).toEqual(["<green>✓</> 0002_index taken back  <dim>3 ms</>", ""]);
  });

  test("marks the migration that failed", () => {
    const error = new LockkeeperError("statement_failed").toJSON();
    expect(left(narrate([{ type: "run.failed", ...RUN, error }]))).toEqual([
      "<red>✗</> 0002_index  <red>statement_failed</>",
      "",
    ]);
  });
});

describe("the report on lock waits", () => {
  const tell = (events: readonly (LockkeeperEvent & { type: "lock.waiting" | "lock.retry" })[]): string[] => {
    const report = new LockReport(noPaint);
    return events.map((event) => (report.lines(event)[0] ?? "").trim().replace(/ .*/, ""));
  };
  const other: Blocker = { ...BLOCKER, pid: 43 };

  test("shows the same blockers once, others again, and a reminder after half a minute", () => {
    const events = [
      waiting(200, BLOCKER),
      waiting(700, BLOCKER),
      waiting(800, { ...BLOCKER, ageMs: 99_000, query: "COMMIT" }),
      waiting(900, BLOCKER, other),
      waiting(1_000, BLOCKER, other),
      waiting(31_000, BLOCKER, other),
      waiting(32_000, BLOCKER, other),
    ];
    expect(tell(events)).toEqual(["waiting", "", "", "waiting", "", "waiting", ""]);
  });

  test("tells of ever fewer attempts", () => {
    const told = tell(Array.from({ length: 40 }, (_, index) => retry(index + 1)));
    expect(told.flatMap((line, index) => (line === "attempt" ? index + 1 : []))).toEqual([1, 2, 4, 8, 16, 32]);
    expect(tell([retry(1, BLOCKER), retry(3, BLOCKER), retry(3, other)])).toEqual(["attempt", "", "attempt"]);
  });

  test("begins anew with the next step", () => {
    expect(tell([waiting(200, BLOCKER), { ...waiting(200, BLOCKER), step: 2 }])).toEqual(["waiting", "waiting"]);
  });

  test("cuts long queries and shows what is missing as a dash", () => {
    const [, , row = ""] = new LockReport(noPaint).lines(
      waiting(200, { ...BLOCKER, application: "", relation: null, modes: [], query: `SELECT ${"x".repeat(200)}` }),
    );
    expect(row).toMatch(/^ {4}42 {3}- +app +idle in transaction +1 min 1 s +- +- +SELECT x{52}…$/);
  });
});

describe("a failure", () => {
  const text = (error: LockkeeperError): string => failureText(error.toJSON(), noPaint);

  test("points into the file's own line, past tabs and wide characters", () => {
    const file = join(writeProject({ "0001_x.sql": "SELECT 1;\n\t/* 注釈 */ SELECT bad;\n" }), "0001_x.sql");
    const at = { file, line: 2, column: 18, excerpt: "SELECT bad" };
    expect(text(new LockkeeperError("statement_failed", { at })).split("\n").slice(2, 5)).toEqual([
      `  ${file}:2:18`,
      "  2 │ \t/* 注釈 */ SELECT bad;",
      "    │ \t                  ^",
    ]);
  });

  test("shows what was sent where the file is another by now", () => {
    const file = join(writeProject({ "0001_x.sql": "SELECT 2;\n" }), "0001_x.sql");
    const at = { file, line: 1, column: 8, excerpt: "SELECT bad" };
    expect(text(new LockkeeperError("statement_failed", { at }))).toContain("  1 │ SELECT bad\n    │        ^\n");
    const indented = { file, line: 1, column: 40, excerpt: "SELECT bad" };
    expect(text(new LockkeeperError("statement_failed", { at: indented }))).toContain("  1 │ SELECT bad\n\n");
  });

  test("has the server's facts, the relation and every line of the message", () => {
    const error = new LockkeeperError("statement_failed", {
      message: "first\nsecond",
      at: { file: "gone.sql", line: 3, column: 1, relation: "public.orders" },
      notDone: "Nothing.",
      data: {
        sqlstate: "23505",
        detail: "Key (id)=(1)",
        hint: "mend it",
        constraint: "c",
        where: "line 1\nline 2",
        other: 1,
      },
    });
    expect(text(error)).toBe(
      [
        "✗ statement_failed: first",
        "second",
        "",
        "  gone.sql:3:1 (public.orders)",
        "  SQLSTATE: 23505",
        "  detail: Key (id)=(1)",
        "  hint: mend it",
        "  constraint: c",
        "  where: line 1",
        "    line 2",
        "",
        "  Not done: Nothing.",
        "  Next:     Mend the data or the statement, then run `lockkeeper up` again.",
        "",
      ].join("\n"),
    );
  });

  test("shows who was in the way", () => {
    const error = new LockkeeperError("lock_timeout", { data: { blockers: [BLOCKER] } });
    expect(text(error)).toContain(
      "\n  42   report       app   idle in transaction  1 min 1 s  AccessShareLock  orders",
    );
  });
});

describe("the removal of data", () => {
  const drop = (id: string): Plan => ({
    format: 1,
    migration: id,
    direction: "up",
    checksum: "",
    steps: [
      {
        kind: "ddl",
        phase: "expand",
        title: "",
        at: { file: `${id}.sql`, line: 1, column: 1 },
        settings: [],
        statements: [{ sql: "DROP TABLE a", at: { file: `${id}.sql`, line: 1, column: 1 }, tag: "DropStmt", undo: [] }],
      },
    ],
  });
  const asked: string[][] = [];
  const ask =
    (answer: boolean) =>
    async (question: string, details: string): Promise<boolean> => {
      asked.push([question, details]);
      return answer;
    };

  test("is asked about where somebody can be asked", async () => {
    await loadParser();
    await confirmRemovals({ ask: ask(true) }, "", [drop("0001_x"), drop("0002_y")], false);
    expect(asked).toEqual([
      [
        "2 statements will remove data. Go on?",
        "  0001_x.sql:1  DROP TABLE a  (table a)\n  0002_y.sql:1  DROP TABLE a  (table a)",
      ],
    ]);
    const refused = confirmRemovals({ ask: ask(false) }, "", [drop("0001_x")], false);
    await expect(refused).rejects.toMatchObject({ code: "confirmation_required", notDone: "Nothing was changed." });
  });

  test("is not asked about when it was confirmed or there is none", async () => {
    await confirmRemovals({ ask: undefined }, "", [drop("0001_x")], true);
    await confirmRemovals({ ask: undefined }, "", [{ ...drop("0001_x"), steps: [] }], false);
  });
});

describe("formats", () => {
  test.each([
    [0, "0 ms"],
    [999, "999 ms"],
    [1_000, "1.0 s"],
    [12_345, "12 s"],
    [59_999, "60 s"],
    [60_000, "1 min"],
    [61_999, "1 min 1 s"],
    [3_661_000, "1 h 1 min"],
  ])("%d ms is %s", (ms, text) => {
    expect(formatMs(ms)).toBe(text);
  });

  test("tables line up, lines are cut, versions are short", () => {
    expect(
      table(
        ["A", "BB"],
        [
          ["aaa", "b"],
          ["a", ""],
        ],
      ),
    ).toEqual(["A    BB", "aaa  b", "a"]);
    expect(oneLine("  a\n  b  c ", 4)).toBe("a b…");
    expect(formatServerVersion(180_004)).toBe("18.4");
  });

  test("control characters are shown, not obeyed", () => {
    expect(printable("a\u001b[31m\r\n\tb\u007f\u009b\u202e")).toBe("a␛[31m␍\n\tb\u{fffd}\u{fffd}\u{fffd}");
  });
});
