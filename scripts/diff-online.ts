/**
 * Puts the diff of the differ's pairs, in both directions, through the online planner, as for tables that are large, and runs the plans and
 * their contracts while two writers and two readers work on the tables that are there before and after. Looks at four things: whether a plan
 * is refused, whether clients get errors that the same statements as written do not give them too, whether one of them waits longer than the
 * policy allows, and whether the schema is in the end the one that was wanted, as PostgreSQL's catalogs tell it.
 *
 * node scripts/diff-online.ts [--major 18] [--kind columns]… [--only "part of a name"] [--every 10] [--from 0] [--width 2] [--verbose]
 *
 * What waited for too long, or met an error, is tried again, beside the statements as they are written.
 */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { readCatalog } from "../src/catalog/read-catalog.ts";
import { diffCatalogs } from "../src/diff/diff-catalogs.ts";
import { contract, LockkeeperError, migrate } from "../src/index.ts";
import { startEmbeddedServer } from "../src/postgres/embedded-server.ts";
import { connect, type Session } from "../src/postgres/session.ts";
import { chosenPairs, type Direction, directionsOf, PAIR_OPTIONS } from "../test/support/diff/chosen-pairs.ts";
import { observe } from "../test/support/diff/observe.ts";
import { readAgain } from "../test/support/diff/read-again.ts";
import { withDatabase } from "../test/support/diff/with-database.ts";
import { sideBySide } from "../test/support/side-by-side.ts";
import { type Traffic, type TrafficTarget, trafficTargets, underTraffic } from "../test/support/traffic.ts";

const { values } = parseArgs({
  options: {
    ...PAIR_OPTIONS,
    width: { type: "string", default: "2" },
  },
});
/** Longest that others wait for a lock that we wait for, and what a client may notice beside. */
const LOCK_TIMEOUT_MS = 500;
const NOTICEABLE_MS = 200;
/** How often what waited for too long, or met an error, is tried again before it counts. */
const AGAIN = 2;
/** Tables of a few rows are planned as large ones are. */
const POLICY = { briefMs: 0, lockTimeoutMs: LOCK_TIMEOUT_MS };
const DIRECT = "-- lockkeeper: mode direct\n";

interface Wanted {
  readonly sql: string;
  readonly seen: readonly string[];
  readonly targets: readonly TrafficTarget[];
}

interface Trial extends Traffic {
  readonly refusal: LockkeeperError | undefined;
  readonly seen: readonly string[];
}

const server = await startEmbeddedServer({
  major: Number(values.major),
  settings: { fsync: "off", wal_level: "logical", max_connections: "80", log_min_messages: "fatal" },
});
const folder = mkdtempSync(join(tmpdir(), "lockkeeper-diff-online-"));
const counted = {
  same: 0,
  planned: 0,
  refused: new Map<string, number>(),
  errors: 0,
  waits: 0,
  otherwise: 0,
  kept: 0,
  broken: 0,
};
const longest: number[] = [];
try {
  await using admin = await connect(server.url());
  const cases = chosenPairs(values).flatMap(directionsOf);
  await sideBySide(cases, (one) => judge(admin, one), Number(values.width));
  report(cases.length);
} finally {
  rmSync(folder, { recursive: true, force: true });
  await server.stop();
}

async function judge(admin: Session, one: Direction): Promise<void> {
  const lines: string[] = [];
  try {
    const wanted = await wantedOf(admin, one);
    if (wanted.sql === "") {
      counted.same += 1;
      return;
    }
    lines.push(...(await tellOf(admin, one, wanted)));
  } catch (error) {
    counted.broken += 1;
    lines.push(`cannot be judged: ${error instanceof Error ? error.stack : String(error)}`);
  }
  if (lines.length > 0) console.log([`[${one.kind}] ${one.name}`, ...lines].join("\n  "));
}

async function tellOf(admin: Session, one: Direction, wanted: Wanted): Promise<readonly string[]> {
  let plan = await run(admin, one, wanted, "");
  if (plan.refusal?.code === "plan_refused") {
    const { message, action } = plan.refusal;
    counted.refused.set(one.kind, (counted.refused.get(one.kind) ?? 0) + 1);
    return [`refused: ${message}`, `next: ${action ?? "nothing is said"}`, ...(values.verbose ? [wanted.sql] : [])];
  }
  counted.planned += 1;
  const causes = new Set<string>();
  for (let left = AGAIN; left > 0 && (isLong(plan) || newErrors(plan, causes).length > 0); left--) {
    for (const error of (await run(admin, one, wanted, DIRECT)).errors.keys()) causes.add(error);
    plan = await run(admin, one, wanted, "");
  }
  longest.push(plan.longestMs);
  const alone = newErrors(plan, causes);
  const differing = plan.refusal === undefined ? differences(plan.seen, wanted.seen) : [];
  // PostgreSQL cannot make a stored generated column of one that is there: a trigger computes it from now on, and the plan says so.
  const isKept = differing.some((line) => line.includes("~lockkeeper_synced_"));
  const isOtherwise = differing.length > 0 && !isKept;
  const hasFailed = plan.refusal !== undefined && (await run(admin, one, wanted, DIRECT)).refusal === undefined;
  counted.errors += alone.length;
  counted.waits += isLong(plan) ? 1 : 0;
  counted.kept += isKept ? 1 : 0;
  counted.otherwise += isOtherwise || hasFailed ? 1 : 0;
  const told = [
    ...alone.map((error) => `only by the plan: ${error}`),
    ...(isLong(plan) ? [`longest wait ${plan.longestMs.toFixed(0)} ms (${plan.beforeMs.toFixed(0)} before)`] : []),
    ...(hasFailed ? [`fails only by its plan: ${plan.refusal?.code} ${plan.refusal?.message}`] : []),
    ...(isOtherwise ? differing.slice(0, 6) : []),
  ];
  return told.length === 0 && !values.verbose ? [] : [...told, wanted.sql];
}

function isLong({ longestMs }: Trial): boolean {
  return longestMs > LOCK_TIMEOUT_MS + NOTICEABLE_MS;
}

function newErrors({ errors }: Trial, causes: ReadonlySet<string>): readonly string[] {
  return [...errors.keys()].filter((error) => !causes.has(error));
}

function differences(is: readonly string[], shouldBe: readonly string[]): readonly string[] {
  const [has, wants] = [new Set(is), new Set(shouldBe)];
  return [
    ...is.filter((line) => !wants.has(line)).map((line) => `should not be: ${line}`),
    ...shouldBe.filter((line) => !has.has(line)).map((line) => `missing: ${line}`),
  ];
}

/** What the differ says, and what is to come of it. */
async function wantedOf(admin: Session, { before, after }: Direction): Promise<Wanted> {
  return await inDatabase(admin, async (url) => {
    await using session = await connect(url);
    const look = async (statements: readonly string[]) => {
      await session.query("BEGIN");
      await make(session, statements);
      const catalog = await readCatalog(session.query, { snapshot: "open transaction" });
      const targets = await trafficTargets(session);
      await readAgain(session.query);
      const seen = await observe(session.query);
      await session.query("ROLLBACK");
      return { catalog, seen, targets };
    };
    const [from, to] = [await look(before), await look(after)];
    const { statements } = diffCatalogs(from.catalog, to.catalog, { role: "postgres" });
    return {
      sql: statements.map(({ sql }) => `${sql};\n`).join(""),
      seen: to.seen,
      targets: from.targets.flatMap(({ name, columns }) => {
        const same = to.targets.find((target) => target.name === name);
        return same === undefined ? [] : [{ name, columns: columns.filter((column) => same.columns.includes(column)) }];
      }),
    };
  });
}

async function make(session: Session, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    if (statement !== "") await session.query(statement);
  }
  await session.query("RESET ALL");
}

/** Runs the diff and, unless it runs as it is written, its contract, in a database of its own, while clients work there. */
async function run(admin: Session, one: Direction, { sql, targets }: Wanted, directive: string): Promise<Trial> {
  return await inDatabase(admin, async (url) => {
    {
      await using session = await connect(url);
      await make(session, one.before);
      await session.query("ANALYZE");
    }
    const migrations = mkdtempSync(join(folder, "case-"));
    writeFileSync(join(migrations, "0001_diff.sql"), `${directive}${sql}`);
    const options = { url, migrations, policy: POLICY };
    const { outcome, traffic } = await underTraffic(url, targets, async () => {
      try {
        await migrate(options);
        if (directive === "") await contract(options);
        return undefined;
      } catch (error) {
        if (error instanceof LockkeeperError) return error;
        throw error;
      }
    });
    await using session = await connect(url);
    await session.query("DROP SCHEMA IF EXISTS lockkeeper CASCADE");
    await readAgain(session.query);
    return { ...traffic, refusal: outcome, seen: await observe(session.query) };
  });
}

async function inDatabase<T>(admin: Session, work: (url: string) => Promise<T>): Promise<T> {
  return await withDatabase(server.url(), admin, work);
}

function report(all: number): void {
  longest.sort((a, b) => a - b);
  const share = (part: number): string => (longest[Math.ceil(part * longest.length) - 1] ?? 0).toFixed(0);
  const refused = [...counted.refused].map(([kind, times]) => `${times} ${kind}`).join(", ");
  console.log(
    [
      `PostgreSQL ${values.major}: ${all} directions, ${counted.same} without a statement, ${counted.planned} run.`,
      `Plans refused: ${refused || "none"}.`,
      `Errors that only the plan causes: ${counted.errors}. Waits over ${LOCK_TIMEOUT_MS + NOTICEABLE_MS} ms: ${counted.waits}. Other schemas or failures: ${counted.otherwise}. Not judged: ${counted.broken}.`,
      `Stored generated columns that a trigger computes from now on: ${counted.kept}.`,
      `Longest wait: ${share(0.5)} ms in half of the runs, ${share(0.9)} ms in nine of ten, ${share(1)} ms in all.`,
    ].join("\n"),
  );
  process.exitCode = counted.errors + counted.waits + counted.otherwise + counted.broken === 0 ? 0 : 1;
}
