import { readCatalog } from "../../../catalog/read-catalog.ts";
import { commandOutput } from "../../../desired/command-output.ts";
import { loadSchema } from "../../../desired/load-schema.ts";
import type { LeftOut, SchemaSource } from "../../../desired/schema-source.ts";
import { schemaOfFiles } from "../../../desired/sql-files.ts";
import type { StateSource } from "../../../desired/state-source.ts";
import { storedCatalog } from "../../../desired/stored-catalog.ts";
import type { TimeLimit } from "../../../desired/time-limit.ts";
import type { Migration } from "../../../migrations/migration.ts";
import { startEmbeddedServer } from "../../../postgres/embedded-server.ts";
import { connect, type Session } from "../../../postgres/session.ts";
import type { RunPolicy } from "../../../run/policy.ts";
import { recordInForce } from "../../../run/record-in-force.ts";
import { loadCatalog } from "../../../run/stairway/load-catalog.ts";
import { installState } from "../../../run/state/install-state.ts";
import type { Stop } from "../../../run/stop.ts";
import { up } from "../../../run/up.ts";
import { loadParser } from "../../../sql/parse-statement.ts";
import { fillTables } from "../../../trace/rows/fill-tables.ts";
import { rehearsalPolicy } from "../rehearsal-policy.ts";
import type { Copy } from "./copy.ts";
import { makeRolesNamed } from "./make-roles-named.ts";

export interface MadeCopyOptions {
  /** What is there before; what the migrations up to `after` make when undefined. */
  readonly schema?: Exclude<StateSource, { readonly kind: "migrations" | "database" }>;
  /** Files of SQL with rows, run in their order. */
  readonly seed: readonly string[];
  /** The last migration that is there already. */
  readonly after?: string;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  readonly cwd: string;
  /** Of the embedded server. */
  readonly major?: number;
  /** ms for each statement. */
  readonly timeoutMs: number;
}

/** As production writes its WAL; nothing need outlive a crash. */
const SETTINGS = { autovacuum: "off", fsync: "off", log_min_messages: "fatal", max_wal_size: "4GB" };

/**
 * A server of our own with a schema and rows: of seeds, and where those leave a table without any, a few that satisfy the
 * schema.
 *
 * @throws LockkeeperError `embedded_missing`, those of `loadSchema`, of reading files, and of running migrations
 */
export async function madeCopy(options: MadeCopyOptions): Promise<Copy> {
  const { major, migrations, seed, cwd, stop, timeoutMs } = options;
  const server = await startEmbeddedServer({ settings: SETTINGS, ...(major === undefined ? {} : { major }) });
  try {
    await loadParser();
    const url = server.url();
    await using session = await connect(url, { applicationName: "lockkeeper rehearsal" });
    const limit = { server: url, timeoutMs, signal: stop.now };
    await makeRolesNamed(session, migrations, options.policy.role);
    const leftOut = [...(await makeSchema(session, url, options, limit))];
    if (seed.length > 0) {
      const seeded = await loadSchema(session, schemaOfFiles(seed, cwd), { ownServer: true, limit, ordered: true });
      leftOut.push(...seeded.leftOut);
    }
    const filled = await fillTables(session, await readCatalog(session.query), limit);
    return {
      url,
      kind: "made",
      of: wordsFor(options),
      ownServer: true,
      filled,
      leftOut,
      notes: ["Rows of seeds say little of how long steps last on production; rehearse on a backup for that."],
      [Symbol.asyncDispose]: () => server.stop(),
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

async function makeSchema(
  session: Session,
  url: string,
  { schema, after, migrations, policy, stop, cwd, timeoutMs }: MadeCopyOptions,
  limit: TimeLimit,
): Promise<readonly LeftOut[]> {
  if (schema === undefined) {
    if (after !== undefined) {
      await up({ url, migrations, policy: rehearsalPolicy(policy), emit: () => {}, stop, to: after });
    }
    return [];
  }
  const signal = stop.now;
  let leftOut: readonly LeftOut[] = [];
  if (schema.kind === "snapshot") await loadCatalog(session, storedCatalog(schema.file, cwd), true);
  else {
    const sources: readonly SchemaSource[] =
      schema.kind === "files"
        ? schemaOfFiles(schema.files, cwd)
        : [{ file: `cmd:${schema.command}`, text: await commandOutput(schema.command, { cwd, timeoutMs, signal }) }];
    ({ leftOut } = await loadSchema(session, sources, { ownServer: true, limit }));
  }
  await recordHistory(session, migrations, after);
  return leftOut;
}

/** A dump of the schema alone has our own without what it says. */
async function recordHistory(
  session: Session,
  migrations: readonly Migration[],
  after: string | undefined,
): Promise<void> {
  await session.query("DROP SCHEMA IF EXISTS lockkeeper CASCADE");
  if (after === undefined) return;
  await installState(session);
  const last = migrations.findIndex(({ id }) => id === after);
  await recordInForce(
    session,
    migrations.slice(0, last + 1).map(({ id, checksum }) => ({ id, checksum, origin: "baseline" })),
  );
}

function wordsFor({ schema, after }: MadeCopyOptions): string {
  if (schema?.kind === "files") return schema.files.join(", ");
  if (schema?.kind === "snapshot") return schema.file;
  if (schema?.kind === "command") return `cmd:${schema.command}`;
  return after === undefined ? "nothing" : `the migrations up to ${after}`;
}
