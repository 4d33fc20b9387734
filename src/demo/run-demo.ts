import { setImmediate } from "node:timers/promises";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { readProject } from "../migrations/read-project.ts";
import { startEmbeddedServer } from "../postgres/embedded-server.ts";
import { pause } from "../postgres/pause.ts";
import { connect, type Session } from "../postgres/session.ts";
import type { EmitEvent } from "../run/events.ts";
import { Stop } from "../run/stop.ts";
import type { DemoReport } from "./demo-report.ts";
import { deploy, deployBehindReport, type Site, takeBack } from "./deploy.ts";
import { type LatencySummary, type Span, summarize } from "./latency.ts";
import { type Load, startLoad } from "./load/load.ts";
import { wallClock } from "./load/record.ts";
import { openDemoProject } from "./migrations/demo-project.ts";
import { FIRST_RELEASE } from "./migrations/first-release.ts";
import { SECOND_RELEASE } from "./migrations/second-release.ts";
import { createShop } from "./shop/create-shop.ts";
import { shopOfSize } from "./shop/rows.ts";
import { StepObserver } from "./step-observer.ts";
import { Narration } from "./text/narrate.ts";
import type { StoryText } from "./text/paint.ts";
import {
  compareJournal,
  describeColumns,
  storageOf,
  verifyColumns,
  verifyDatabase,
  verifyRows,
  verifyStorage,
} from "./verify.ts";

export interface DemoOptions {
  /** Receives the story piece by piece, to be coloured and shown. */
  readonly print: (text: StoryText) => void;
  /** Receives the runner's own events. */
  readonly emit?: EmitEvent;
  /** Server major; the newest installed one when undefined. */
  readonly major?: number;
  /** Rows of the largest table. Default 200,000. */
  readonly rows?: number;
  /** How long the clients are measured before anything changes, ms. Default 5,000. */
  readonly calmMs?: number;
  /** Ends the demo early; its server and files are removed all the same. */
  readonly signal?: AbortSignal;
}

const CLIENTS = 6;
/** Until connections and caches are warm. */
const WARM_UP_MS = 1_000;
/** The table that the last migration changes, and the way back restores. */
const TAKEN_BACK_TABLE = "shipments";

/**
 * Migrates a database under load before the reader's eyes, on a throw-away server: builds it, measures its clients
 * before and during ten migrations, verifies the outcome and takes one migration back. Every number told was measured in
 * this call.
 *
 * @throws LockkeeperError `embedded_missing`, `embedded_failed`, `interrupted`, and those of a run
 */
export async function runDemo(options: DemoOptions): Promise<DemoReport> {
  const stop = new Stop();
  const onAbort = (): void => stop.immediately("interrupted");
  options.signal?.addEventListener("abort", onAbort);
  if (options.signal?.aborted === true) {
    onAbort();
  }
  try {
    return await tell(options, stop);
  } catch (error) {
    // A signal that came while initdb had the thread is heard in the next turn of the event loop.
    await setImmediate();
    throw stop.requested
      ? new LockkeeperError("interrupted", {
          message: "The demo was interrupted; its server and files are removed.",
          action: "Start it again when you like.",
          cause: error,
        })
      : error;
  } finally {
    options.signal?.removeEventListener("abort", onAbort);
  }
}

async function tell(options: DemoOptions, stop: Stop): Promise<DemoReport> {
  const story = new Narration(options.print);
  const { result, span } = await timed(async () => await inOrder(options, stop, story));
  const report = { ...result, durationMs: span.to - span.from };
  story.ending(report);
  return report;
}

async function inOrder(options: DemoOptions, stop: Stop, story: Narration): Promise<Omit<DemoReport, "durationMs">> {
  story.opening(FIRST_RELEASE.length + SECOND_RELEASE.length);
  stop.now.throwIfAborted();
  const starting = await timed(() => startEmbeddedServer(options.major === undefined ? {} : { major: options.major }));
  await using server = starting.result;
  const url = server.url("shop");
  await using session = await openDatabase(server.url(), url, stop);
  stop.now.throwIfAborted();
  const serverVersion = await versionOf(session);
  story.serverStarted(serverVersion, server.port, starting.span.to - starting.span.from);

  const size = shopOfSize(options.rows ?? 200_000);
  const { result: tables, span: filling } = await timed(() => createShop(session, size));
  const storage = await storageOf(session);
  const columns = await describeColumns(session, TAKEN_BACK_TABLE);
  story.databaseFilled(tables, filling.to - filling.from);

  await using load = await startLoad({ url, clients: CLIENTS, size });
  await using project = openDemoProject();
  const observer = new StepObserver(session, story.steps(new Set(storage.keys())));
  const emit: EmitEvent = (event) => {
    observer.observe(event);
    options.emit?.(event);
  };
  const site: Site = { url, project, observer, emit, stop };

  story.measuring(CLIENTS);
  await calm(WARM_UP_MS, stop);
  const { span: calmSpan } = await timed(() => calm(options.calmMs ?? 5_000, stop));
  const before = await summaryOf(load, calmSpan);
  story.measured(before);

  story.firstRelease(FIRST_RELEASE.length);
  const first = await timed(() => deploy(site, FIRST_RELEASE));
  story.secondRelease(SECOND_RELEASE.length);
  const second = await timed(() => deployBehindReport(site, SECOND_RELEASE, () => story.reportStarted()));
  const firstRelease = await summaryOf(load, first.span);
  const secondRelease = await summaryOf(load, second.span);
  const { reportHeldMs } = second.result;
  story.results({ before, firstRelease, secondRelease, reportHeldMs }, observer.steps);

  const files = readProject(project.migrations);
  const checks = [...(await verifyDatabase(session, files)), await verifyStorage(session, storage)];
  story.verified(checks);

  const changed = await describeColumns(session, TAKEN_BACK_TABLE);
  const back = await timed(() => takeBack(site, files, (migration, sql) => story.takingBack(migration, sql)));
  const { undone, sql: undoSql } = back.result;
  const takingBack = await summaryOf(load, back.span);
  const inForce = files.filter(({ id }) => !undone.includes(id));
  const record = await load.stop();
  const checksAfter = [
    await verifyColumns(session, TAKEN_BACK_TABLE, columns, changed),
    await compareJournal(session, inForce),
    await verifyRows(session, tables, record),
  ];
  story.takenBack(takingBack, checksAfter);

  const allChecks = [...checks, ...checksAfter];
  return {
    serverVersion,
    tables,
    clients: CLIENTS,
    before,
    firstRelease,
    secondRelease,
    takingBack,
    transactions: record.samples.length,
    clientErrors: record.errors,
    applied: [...first.result, ...second.result.applied],
    undone,
    undoSql,
    steps: observer.steps,
    lockRetries: observer.lockRetries,
    blockers: [...observer.blockers.values()],
    reportHeldMs,
    checks: allChecks,
    ok: record.errors.length === 0 && allChecks.every(({ holds }) => holds),
  };
}

/** The demo's own connection, cut when the demo is to end: a query at work must not keep us. */
async function openDatabase(serverUrl: string, url: string, stop: Stop): Promise<Session> {
  await using maintenance = await connect(serverUrl);
  await maintenance.query("CREATE DATABASE shop");
  const session = await connect(url, { applicationName: "lockkeeper-demo" });
  stop.now.addEventListener("abort", () => session.destroy());
  return session;
}

async function versionOf(session: Session): Promise<string> {
  const [row] = await session.query<{ version: string }>(
    "SELECT split_part(current_setting('server_version'), ' ', 1) AS version",
  );
  return row?.version ?? "";
}

async function calm(ms: number, stop: Stop): Promise<void> {
  await pause(ms, stop.now);
  stop.now.throwIfAborted();
}

async function timed<T>(work: () => Promise<T>): Promise<{ readonly result: T; readonly span: Span }> {
  const from = wallClock();
  const result = await work();
  return { result, span: { from, to: wallClock() } };
}

async function summaryOf(load: Load, span: Span): Promise<LatencySummary> {
  return summarize(await load.record(), span);
}
