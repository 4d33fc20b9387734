import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { differingKinds, factsOf } from "./facts.ts";
import type { SampleDatabase } from "./sample-databases.ts";

/** What becomes of a database under the SQL that a contender found. */
export interface Verdict {
  readonly statements: number;
  /** Objects of the target that the database has not, or has otherwise; of which kinds. */
  readonly missed: Readonly<Record<string, number>>;
  /** What the server said against the SQL: how many times, and first. */
  readonly refused?: { readonly times: number; readonly first: string };
}

/** Runs the SQL in a copy of the database, by psql that goes on behind errors, and looks at what came out. */
export async function judge(
  server: EmbeddedServer,
  from: SampleDatabase,
  to: SampleDatabase,
  sql: string,
  folder: string,
): Promise<Verdict> {
  const statements = statementsIn(sql);
  if (statements === 0) return { statements, missed: Object.fromEntries(differingKinds(from.facts, to.facts)) };
  const script = join(folder, "applied.sql");
  writeFileSync(script, sql);
  await onDatabase(server.url(), (admin) => admin.query(`CREATE DATABASE applied TEMPLATE ${from.name}`));
  try {
    const { stderr } = spawnSync("psql", ["-X", "-q", "-o", "/dev/null", "-f", script, server.url("applied")], {
      encoding: "utf8",
      env: { PATH: process.env["PATH"], PGOPTIONS: "-c client_min_messages=error" },
    });
    const refusals = stderr.split("\n").flatMap((line) => /ERROR: {2}(.*)/.exec(line)?.[1] ?? []);
    const [first] = refusals;
    const facts = await onDatabase(server.url("applied"), factsOf);
    return {
      statements,
      missed: Object.fromEntries(differingKinds(facts, to.facts)),
      ...(first === undefined ? {} : { refused: { times: refusals.length, first } }),
    };
  } finally {
    await onDatabase(server.url(), (admin) => admin.query("DROP DATABASE applied WITH (FORCE)"));
  }
}

/** How many lines end a statement: what a tool prints beside SQL is comments. */
function statementsIn(sql: string): number {
  return sql.split("\n").filter((line) => /;\s*$/.test(line) && !line.trimStart().startsWith("--")).length;
}
