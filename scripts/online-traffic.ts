/**
 * Two writers and two readers work on the tables while plans of the online planner run, and while the same migrations run
 * as they are written. Prints for each the errors that clients got and the longest that one of them waited, beside the
 * longest that they waited before anything ran, and says which errors the plan alone caused. Where somebody waited for
 * too long, the migration is tried again: what the machine does beside shows itself in that it does not come back.
 *
 * node scripts/online-traffic.ts [--every 1] [--only "part of a name"] [--rows 100] [--major 18] [--keep]
 * With --keep what is dropped or renamed stays until contract, as it does by default.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { LockkeeperError, migrate } from "../src/index.ts";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect, type Session } from "../src/postgres/session.ts";
import { DEFAULT_POLICY } from "../src/run/policy.ts";
import { CASES } from "../test/online/cases.ts";
import { casesOn, type OnlineCase } from "../test/online/online-case.ts";
import { type Traffic, trafficTargets, underTraffic } from "../test/support/traffic.ts";

const { values } = parseArgs({
  options: {
    every: { type: "string", default: "1" },
    only: { type: "string", default: "" },
    rows: { type: "string", default: "100" },
    major: { type: "string", default: "18" },
    keep: { type: "boolean", default: false },
  },
});
/** Longest that others wait for a lock that we wait for, and what a client may notice beside. */
const LOCK_TIMEOUT_MS = 500;
const NOTICEABLE_MS = 200;
/** How often what waited for too long, or failed by the plan alone, is tried again before it counts. */
const AGAIN = 2;
const DIRECT = "-- lockkeeper: mode direct\n";

interface Trial extends Traffic {
  readonly tookMs: number;
  readonly failed: string | undefined;
}

const folder = mkdtempSync(join(tmpdir(), "lockkeeper-traffic-"));
await using server = await startEmbeddedServer({ major: Number(values.major), settings: { max_connections: "60" } });
let tooLong = 0;
let newErrors = 0;
let failed = 0;
try {
  const cases = casesOn(server.major, CASES)
    .filter(({ name, refused }) => refused === undefined && name.includes(values.only))
    .filter((_, index) => index % Number(values.every) === 0);
  const longest: number[] = [];
  for (const one of cases) {
    let rows = Number(values.rows);
    let written = await during(one, DIRECT, rows);
    if (written.failed !== undefined && rows !== 1) {
      rows = 1;
      written = await during(one, DIRECT, rows);
    }
    let plan = await during(one, "", rows);
    const causes = new Set(written.errors.keys());
    const lines = [`as written ${told(written)}`, `its plan   ${told(plan)}`];
    const isWorse = (): boolean => plan.failed !== undefined && written.failed === undefined;
    for (let left = AGAIN; left > 0 && (isWorse() || isBad(plan, causes)); left--) {
      for (const error of (await during(one, DIRECT, rows)).errors.keys()) causes.add(error);
      plan = await during(one, "", rows);
      lines.push(`once more  ${told(plan)}`);
    }
    const alone = [...plan.errors.keys()].filter((error) => !causes.has(error));
    tooLong += isLong(plan) ? 1 : 0;
    newErrors += alone.length;
    failed += isWorse() ? 1 : 0;
    longest.push(plan.longestMs);
    console.log([one.name, ...lines, ...alone.map((error) => `only by the plan: ${error}`)].join("\n  "));
  }
  longest.sort((a, b) => a - b);
  const share = (part: number): string => (longest[Math.ceil(part * longest.length) - 1] ?? 0).toFixed(0);
  console.log(
    `${cases.length} migrations: ${newErrors} errors that only the plan causes; ${failed} plans that failed; ${tooLong} plans with a wait over ${LOCK_TIMEOUT_MS + NOTICEABLE_MS} ms; ` +
      `longest wait of a plan: ${share(0.5)} ms in half of them, ${share(0.9)} ms in nine of ten, ${share(1)} ms in all.`,
  );
} finally {
  rmSync(folder, { recursive: true, force: true });
}
process.exitCode = newErrors + tooLong + failed === 0 ? 0 : 1;

function isBad(plan: Trial, causes: ReadonlySet<string>): boolean {
  return isLong(plan) || [...plan.errors.keys()].some((error) => !causes.has(error));
}

function isLong({ longestMs }: Trial): boolean {
  return longestMs > LOCK_TIMEOUT_MS + NOTICEABLE_MS;
}

function told({ errors, statements, longestMs, beforeMs, tookMs, failed }: Trial): string {
  const list = [...errors].map(([error, times]) => `${times} × ${error}`).join(", ");
  return `${tookMs.toFixed(0)} ms, ${statements} statements, longest ${longestMs.toFixed(0)} ms (${beforeMs.toFixed(0)} before), errors: ${list || "none"}${failed === undefined ? "" : `; failed: ${failed}`}`;
}

/** Runs the migration in a database of its own while clients work there; tables of the usual size get `rows` times their rows. */
async function during({ given, migration }: OnlineCase, directive: string, rows: number): Promise<Trial> {
  const url = new URL(server.url());
  await using admin = await connect(url.href);
  await admin.query("CREATE DATABASE traffic");
  url.pathname = "/traffic";
  try {
    await using session = await connect(url.href);
    await build(session, given, rows);
    await session.query("RESET ALL");
    await session.query("ANALYZE");
    writeFileSync(join(folder, "0001_case.sql"), `${directive}${migration};\n`);
    const { drops, renames } = values.keep ? DEFAULT_POLICY : ({ drops: "direct", renames: "direct" } as const);
    const policy = { briefMs: 0, drops, renames, lockTimeoutMs: LOCK_TIMEOUT_MS };
    const { outcome, traffic } = await underTraffic(url.href, await trafficTargets(session), async () => {
      const begun = performance.now();
      const failed = await migrate({ url: url.href, migrations: folder, policy }).then(
        () => undefined,
        (error: unknown) => (error instanceof LockkeeperError ? error.message : String(error)),
      );
      return { failed, tookMs: performance.now() - begun };
    });
    return { ...traffic, ...outcome };
  } finally {
    await admin.query("DROP DATABASE traffic WITH (FORCE)");
  }
}

/** With more rows where that makes no difference to what may stand in them. */
async function build(session: Session, given: string, rows: number): Promise<void> {
  const more = given.replace("generate_series(1, 200)", `generate_series(1, ${200 * rows})`);
  try {
    await session.query(more);
  } catch (error) {
    if (more === given) throw error;
    // What one message holds is one transaction: nothing of it is left.
    await session.query(given);
  }
}
