/**
 * What clients notice of a schema change: a steady load on a large table while a change is made, as it is written, by
 * Lockkeeper at its default policy, and by pgroll; and what the triggers of a change cost each write.
 *
 *   npm run bench:stall -- --quick        10 M rows within 20 minutes: short calm stretches, pgroll for 20 s each
 *   npm run bench:stall                   10 M rows, pgroll to its end: about three hours
 *   npm run bench:stall -- --rows 100000 --only "SET NOT NULL" --out /tmp/trial
 *   npm run bench:stall -- --only triggers
 *
 * The servers are embedded PostgreSQLs with their default settings, started and removed by the benchmark. It takes about
 * 15 GB of disk for the time being. Leave the machine alone meanwhile. Results go to bench/results/stall.md and
 * stall.json, or to the folder named by --out. The exit code is 1 when a goal is missed.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { pgrollInstallation } from "../pgroll/pgroll.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine } from "../runner/machine.ts";
import { type Change, changes, tables } from "./changes.ts";
import { goals } from "./goals.ts";
import { type How, hows } from "./hows.ts";
import { Load } from "./load.ts";
import { type Measured, markdown } from "./report.ts";
import { clock, seenIn } from "./sample.ts";
import { type TriggerCost, triggerCosts } from "./trigger-cost.ts";

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    rows: { type: "string", default: "10000000" },
    clients: { type: "string", default: "8" },
    load: { type: "string", default: "0.7" },
    calm: { type: "string" },
    "pgroll-seconds": { type: "string" },
    repetitions: { type: "string" },
    only: { type: "string", default: "" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const rows = Number(values.rows);
const calmMs = Number(values.calm ?? (values.quick ? 5 : 10)) * 1000;
const limitSeconds = Number(values["pgroll-seconds"] ?? (values.quick ? 20 : 4 * 3600));
const repetitions = Number(values.repetitions ?? (values.quick ? 12 : 40));
const MAJORS = [15, 18];
const TRIGGERS = "triggers";

const all = changes(rows);
const chosen = all.filter(({ name }) => name.includes(values.only));
const ways = hows(limitSeconds);
await using server = await startEmbeddedServer({ settings: { max_connections: "60" } });
const machine = await describeMachine(server);
const measured = chosen.length === 0 ? [] : await measureAll();
const triggers = TRIGGERS.includes(values.only) ? await measureTriggers() : [];
const report = {
  rows,
  clients: Number(values.clients),
  load: Number(values.load),
  machine,
  ways: ways.map(({ name, method }) => ({ name, method })),
  pgroll: pgrollInstallation(),
  measured,
  triggers,
  limitSeconds,
  isPart: chosen.length < all.length || triggers.length === 0 || rows < 10_000_000,
};
mkdirSync(values.out, { recursive: true });
writeFileSync(join(values.out, "stall.json"), `${JSON.stringify({ ...report, goals: goals(report) }, null, 2)}\n`);
writeFileSync(join(values.out, "stall.md"), markdown(report));
console.log(markdown(report));
const missed = goals(report).filter(({ isMet }) => !isMet);
if (missed.length > 0) {
  console.error(`!!! Missed: ${missed.map(({ text, wanted, found }) => `${text} ${found} (${wanted})`).join("; ")}`);
  process.exitCode = 1;
}

async function measureAll(): Promise<Measured[]> {
  await onDatabase(server.url(), (admin) => admin.query("CREATE DATABASE stall"));
  await onDatabase(server.url("stall"), async (client) => {
    for (const sql of tables(rows)) await client.query(sql);
  });
  const done: Measured[] = [];
  for (const change of chosen) {
    for (const how of ways.filter(({ can }) => can(change))) done.push(await measure(change, how));
  }
  return done;
}

/** On a copy of the tables: a calm stretch, the change, and a little more. */
async function measure(change: Change, how: How): Promise<Measured> {
  await onDatabase(server.url(), (admin) => admin.query("CREATE DATABASE trial TEMPLATE stall STRATEGY file_copy"));
  const url = server.url("trial");
  try {
    await onDatabase(server.url(), (admin) => admin.query("CHECKPOINT"));
    const schema = (await how.prepare?.(url)) ?? "public";
    await using load = await Load.start(url, Number(values.clients), rows, schema);
    const rate = Number(values.load) * (await load.saturate(calmMs / 2000));
    load.begin(rate);
    await sleep(1_000);
    const calm = { from: clock(), to: clock() + calmMs };
    await sleep(calmMs);
    const from = clock();
    const begun: { title: string; at: number }[] = [];
    const end = await how
      .apply(change, url, {
        onStep: (title) => begun.push({ title, at: clock() }),
        moveClients: (to) => load.move(to),
      })
      .then(
        (note) => (note === undefined ? {} : { note }),
        (error: unknown) => ({ failed: error instanceof Error ? error.message : String(error) }),
      );
    const during = { from, to: clock() };
    await sleep(2_500);
    const samples = await load.end();
    const done: Measured = {
      change: change.name,
      how: how.name,
      rate,
      tookMs: during.to - during.from,
      calm: seenIn(samples, calm),
      during: seenIn(samples, during),
      steps: begun.map(({ title, at }, index) => {
        const step = { from: at, to: begun[index + 1]?.at ?? during.to };
        return { title, fromMs: at - from, tookMs: step.to - at, seen: seenIn(samples, step, 0) };
      }),
      ...end,
    };
    const longest = `longest ${done.during.longest.toFixed(0)} ms`;
    console.error(`${minute()}: ${change.name}, ${how.name}: ${(done.tookMs / 1000).toFixed(1)} s, ${longest}`);
    return done;
  } finally {
    await onDatabase(server.url(), (admin) => admin.query("DROP DATABASE trial WITH (FORCE)"));
  }
}

async function measureTriggers(): Promise<TriggerCost[]> {
  const costs: TriggerCost[] = [];
  for (const major of MAJORS) {
    await using other: EmbeddedServer = await startEmbeddedServer({ major });
    costs.push(...(await triggerCosts(other, repetitions)));
    console.error(`${minute()}: triggers on ${major}`);
  }
  return costs;
}

function minute(): string {
  return `${(performance.now() / 60_000).toFixed(1)} min`;
}
