import { setTimeout } from "node:timers/promises";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { serverCpu } from "../backfill/server-cpu.ts";
import { onDatabase, settle } from "../runner/fresh-database.ts";
import { startRoundTripCounter } from "../runner/round-trip-counter.ts";
import type { Contender, Task } from "./contender.ts";
import { type Figures, PHASES, type Phase, type Standing, type Taken } from "./report.ts";
import type { SampleDatabase, SampleDatabases } from "./sample-databases.ts";
import { timedTool } from "./timed-tool.ts";
import { judge } from "./verdict.ts";

export interface Entrant {
  readonly contender: Contender;
  /** Its own, for as long as the benchmark lasts: what it keeps there helps it the next time. */
  readonly folder: string;
}

export interface MeasureOptions {
  readonly rounds: number;
  /** For one start. */
  readonly patienceMs: number;
  /** Nobody is started later than this, by the clock of the process. */
  readonly deadlineMs: number;
}

interface Standings extends Entrant {
  readonly standing: Standing;
}

/** A first pass that counts and judges, then the rounds; in the end a pass of those who are slow. */
export async function measure(
  server: EmbeddedServer,
  databases: SampleDatabases,
  entrants: readonly Entrant[],
  options: MeasureOptions,
): Promise<readonly Standing[]> {
  const all = entrants.map((entrant): Standings => ({ ...entrant, standing: standingOf(entrant.contender) }));
  const present = all.filter(({ standing }) => standing.missing === undefined);
  const firstPasses = async (isSlow: boolean): Promise<void> => {
    for (const one of present.filter(({ contender }) => (contender.isSlow === true) === isSlow)) {
      for (const phase of PHASES) {
        await attempt(one, phase, () => firstPass(server, databases, one, phase, options));
      }
    }
  };
  await firstPasses(false);
  for (let round = 0; round < options.rounds; round += 1) {
    const start = round % Math.max(1, present.length);
    for (const one of [...present.slice(start), ...present.slice(0, start)]) {
      for (const phase of PHASES) {
        if (!isInTime(one.standing.figures[phase], options)) continue;
        await attempt(one, phase, () => timeRound(server, databases, one, phase, options));
      }
    }
  }
  await firstPasses(true);
  return all.map(({ standing }) => standing);
}

function standingOf(contender: Contender): Standing {
  const { name, wanted, note } = contender;
  const installation = contender.installation();
  const figures = (): Figures => ({ rounds: [] });
  return {
    contender: { name, wanted, ...(note === undefined ? {} : { note }) },
    figures: { "no change": figures(), "100 changes": figures() },
    ...(installation.state === "installed"
      ? { version: installation.version }
      : { version: "?", missing: installation.reason }),
  };
}

/** Who takes long has the first pass alone, and no round begins that would not end in time. */
function isInTime({ first }: Figures, { deadlineMs }: MeasureOptions): boolean {
  if (first === undefined) return false;
  const expectedMs = 1000 * first.seconds;
  return expectedMs < LONG_MS && performance.now() + expectedMs < ROUNDS_SHARE * deadlineMs;
}

const LONG_MS = 8_000;
/** Of the time there is; the rest is for those who are slow. */
const ROUNDS_SHARE = 0.75;

/** Once it has failed, it is not started again. */
async function attempt({ standing }: Standings, phase: Phase, work: () => Promise<string>): Promise<void> {
  const figures = standing.figures[phase];
  // Who does not find out that nothing changes is not asked what does.
  if (PHASES.some((any) => standing.figures[any].failure !== undefined)) return;
  const { name, wanted } = standing.contender;
  const text = await work().catch((error: unknown) => {
    figures.failure = error instanceof Error ? error.message : String(error);
    return `FAILED: ${figures.failure}`;
  });
  const minutes = (performance.now() / 60_000).toFixed(1);
  console.error(`${minutes} min  ${name.padEnd(14)} ${wanted.padEnd(8)} ${phase.padEnd(11)} ${text}`);
}

async function firstPass(
  server: EmbeddedServer,
  databases: SampleDatabases,
  one: Standings,
  phase: Phase,
  { patienceMs, deadlineMs }: MeasureOptions,
): Promise<string> {
  const target = targetOf(databases, phase);
  await using counter = await startRoundTripCounter(server.port);
  return await withEmpty(server, async (empty) => {
    const task = taskOf(one, databases.before, target, (database) => urlOf(server.url(database), counter.port), empty);
    await prepare(one, task, patienceMs);
    const leftMs = deadlineMs - performance.now();
    if (leftMs <= 0) throw new Error("no time was left for it: give --minutes");
    await settle(server);
    counter.reset();
    const { output, ...taken } = await timedWithServer(server, one, task, Math.min(patienceMs, leftMs + GRACE_MS));
    const traffic = counter.traffic();
    const sql = one.contender.sql?.(task, output) ?? output;
    const verdict = await judge(server, databases.before, target, sql, one.folder);
    one.standing.figures[phase].first = { ...taken, traffic, verdict };
    return `${told(taken)}; ${JSON.stringify(verdict)}`;
  });
}

async function timeRound(
  server: EmbeddedServer,
  databases: SampleDatabases,
  one: Standings,
  phase: Phase,
  { patienceMs }: MeasureOptions,
): Promise<string> {
  return await withEmpty(server, async (empty) => {
    const target = targetOf(databases, phase);
    const task = taskOf(one, databases.before, target, (database) => urlOf(server.url(database), server.port), empty);
    await prepare(one, task, patienceMs);
    await settle(server);
    const { output: _, ...taken } = await timedWithServer(server, one, task, patienceMs);
    one.standing.figures[phase].rounds.push(taken);
    return told(taken);
  });
}

/** For the last one to end that was begun in time. */
const GRACE_MS = 15_000;

const told = ({ seconds, cpuSeconds, serverCpuSeconds }: Taken): string =>
  `${seconds.toFixed(3)} s, ${cpuSeconds.toFixed(2)} s of CPU, ${serverCpuSeconds.toFixed(2)} s of the server's`;

async function timedWithServer(
  server: EmbeddedServer,
  { contender, folder }: Entrant,
  task: Task,
  patienceMs: number,
): Promise<Taken & { readonly output: string }> {
  return await onDatabase(server.url(), async (admin) => {
    const before = await serverCpu(admin);
    const timed = await timedTool(contender.command(task), folder, patienceMs);
    // What a process of the server used is counted once its end was noticed.
    await setTimeout(100);
    return { ...timed, serverCpuSeconds: (await serverCpu(admin)) - before };
  });
}

async function prepare({ contender, folder }: Entrant, task: Task, patienceMs: number): Promise<void> {
  const command = contender.prepare?.(task);
  if (command !== undefined) await timedTool(command, folder, patienceMs);
}

const targetOf = ({ same, after }: SampleDatabases, phase: Phase): SampleDatabase =>
  phase === "no change" ? same : after;

const taskOf = (
  { folder }: Entrant,
  before: SampleDatabase,
  target: SampleDatabase,
  url: (database: string) => URL,
  empty: string,
): Task => ({ from: url(before.name), to: url(target.name), file: target.file, empty: url(empty), folder });

function urlOf(url: string, port: number): URL {
  const found = new URL(`${url}?sslmode=disable`);
  found.port = String(port);
  return found;
}

const EMPTY = "empty";

/** Nobody finds in it what somebody else left. */
async function withEmpty<T>(server: EmbeddedServer, work: (database: string) => Promise<T>): Promise<T> {
  await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE ${EMPTY}`));
  try {
    return await work(EMPTY);
  } finally {
    await onDatabase(server.url(), (admin) => admin.query(`DROP DATABASE ${EMPTY} WITH (FORCE)`));
  }
}
