/**
 * What clients notice of a schema change: a steady load on a large table while a statement runs, once as it is written
 * and once by Lockkeeper at its default policy.
 *
 *   npm run bench:stall                                  10 M rows; leave the machine alone meanwhile
 *   npm run bench:stall -- --rows 300000 --only "SET NOT NULL" --out /tmp/trial
 *
 * The server is an embedded PostgreSQL with its default settings, started and removed by the benchmark. Results go to
 * bench/results/stall.md and stall.json, or to the folder named by --out.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { migrate } from "../../src/index.ts";
import { startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { REPOSITORY } from "../runner/installed-peers.ts";
import { describeMachine } from "../runner/machine.ts";
import { CHANGES, type Change, tables } from "./changes.ts";
import { Load } from "./load.ts";
import { type Measured, markdown } from "./report.ts";
import { clock, seenIn } from "./sample.ts";

const { values } = parseArgs({
  options: {
    rows: { type: "string", default: "10000000" },
    clients: { type: "string", default: "8" },
    load: { type: "string", default: "0.7" },
    calm: { type: "string", default: "10" },
    only: { type: "string", default: "" },
    out: { type: "string", default: join(REPOSITORY, "bench", "results") },
  },
});
const rows = Number(values.rows);
const calmMs = Number(values.calm) * 1000;
const chosen = CHANGES.filter(({ name }) => name.includes(values.only));
const folder = mkdtempSync(join(tmpdir(), "lockkeeper-bench-stall-"));
await using server = await startEmbeddedServer({ settings: { max_connections: "60" } });
try {
  const machine = await describeMachine(server);
  await onDatabase(server.url(), (admin) => admin.query("CREATE DATABASE stall"));
  await onDatabase(server.url("stall"), async (client) => {
    for (const sql of tables(rows)) await client.query(sql);
  });
  const measured: Measured[] = [];
  for (const change of chosen) {
    for (const how of ["as written", "Lockkeeper"] as const) measured.push(await measure(change, how));
  }
  const isPart = chosen.length < CHANGES.length || rows < 10_000_000;
  const report = { rows, clients: Number(values.clients), load: Number(values.load), machine, measured, isPart };
  mkdirSync(values.out, { recursive: true });
  writeFileSync(join(values.out, "stall.json"), `${JSON.stringify(report, null, 2)}\n`);
  writeFileSync(join(values.out, "stall.md"), markdown(report));
  console.log(markdown(report));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** On a copy of the tables: a calm stretch, the change, and a little more. */
async function measure({ name, sql }: Change, how: Measured["how"]): Promise<Measured> {
  await onDatabase(server.url(), (admin) => admin.query("CREATE DATABASE trial TEMPLATE stall"));
  const url = server.url("trial");
  try {
    await onDatabase(server.url(), (admin) => admin.query("CHECKPOINT"));
    await using load = await Load.start(url, Number(values.clients), rows);
    const rate = Number(values.load) * (await load.saturate(calmMs / 2000));
    load.begin(rate);
    await sleep(1_000);
    const calm = { from: clock(), to: clock() + calmMs };
    await sleep(calmMs);
    const from = clock();
    const failed = await apply(sql, how, url).then(
      () => undefined,
      (error: unknown) => (error instanceof Error ? error.message : String(error)),
    );
    const during = { from, to: clock() };
    await sleep(2_500);
    const samples = await load.end();
    const done = {
      change: name,
      how,
      rate,
      tookMs: during.to - during.from,
      calm: seenIn(samples, calm),
      during: seenIn(samples, during),
      ...(failed === undefined ? {} : { failed }),
    };
    console.error(
      `${name}, ${how}: ${(done.tookMs / 1000).toFixed(1)} s, longest ${done.during.longest.toFixed(0)} ms`,
    );
    return done;
  } finally {
    await onDatabase(server.url(), (admin) => admin.query("DROP DATABASE trial WITH (FORCE)"));
  }
}

async function apply(sql: string, how: Measured["how"], url: string): Promise<void> {
  if (how === "as written") {
    await onDatabase(url, (client) => client.query(sql));
    return;
  }
  writeFileSync(join(folder, "0001_change.sql"), `${sql};\n`);
  await migrate({ url, migrations: folder });
}
