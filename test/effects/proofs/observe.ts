import { connect, type Session } from "../../../src/postgres/session.ts";
import type { Observation } from "../../../src/trace/observe/observation.ts";
import { observeInside } from "../../../src/trace/observe/observe-inside.ts";
import { observeOutside } from "../../../src/trace/observe/observe-outside.ts";
import { attempt, openWatched } from "../../../src/trace/observe/watched.ts";
import type { Proof } from "./proof.ts";

/** Runs the statement in a transaction of one session, looks at it from another, and takes it back. */
export async function observe(url: string, proof: Proof): Promise<Observation> {
  await using watched = await openWatched(url);
  const { worker } = watched;
  await setUp(worker, proof);
  await worker.query("BEGIN");
  try {
    for (const sql of proof.inTransaction ?? []) await worker.query(sql);
    return await observeInside(watched, () => attempt(() => worker.query(proof.sql)));
  } finally {
    await worker.rollback();
  }
}

/** Runs a statement that PostgreSQL refuses inside a transaction on a copy of the database. */
export async function observeApart(original: URL, proof: Proof): Promise<Observation> {
  const copy = new URL(original);
  copy.pathname = `${original.pathname}_copy`;
  const server = new URL(original);
  server.pathname = "/postgres";
  await using admin = await connect(server.href);
  const [from, to] = [original.pathname.slice(1), copy.pathname.slice(1)];
  await admin.query(`CREATE DATABASE ${to} TEMPLATE ${from}`);
  try {
    await using watched = await openWatched(copy.href);
    const { worker } = watched;
    await setUp(worker, proof);
    for (const sql of proof.inTransaction ?? []) await worker.query(sql);
    return await observeOutside(watched, () => attempt(() => worker.query(proof.sql)), { url: copy.href, admin });
  } finally {
    await admin.query(`DROP DATABASE IF EXISTS ${to} WITH (FORCE)`);
  }
}

/** The settings that the statement is to find. */
export async function setUp(session: Session, { settings = {} }: Proof): Promise<void> {
  for (const [name, value] of Object.entries(settings)) {
    await session.query("SELECT set_config($1, $2, false)", [name, value]);
  }
}
