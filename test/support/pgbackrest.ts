import { spawnSync } from "node:child_process";
import { chownSync, existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";

const PROGRAM = (process.env["PATH"] ?? "")
  .split(delimiter)
  .map((folder) => join(folder, "pgbackrest"))
  .find((path) => existsSync(path));

/** Why tests with pgBackRest are left out here; in CI they never are. */
export const WITHOUT_PGBACKREST = PROGRAM === undefined && process.env["CI"] === undefined;

if (WITHOUT_PGBACKREST) {
  console.warn("SKIPPED: the tests with pgBackRest, which is not installed (Debian: apt-get install pgbackrest).");
}

/** The newest server that every pgBackRest which is still about knows. */
const MAJOR = 15;

export interface BackedUpServer extends AsyncDisposable {
  readonly server: EmbeddedServer;
  readonly stanza: string;
  /** Path of pgBackRest's configuration: what PGBACKREST_CONFIG has to say. */
  readonly config: string;
  /** Path of its repository. */
  readonly repository: string;
}

/** A server that pushes its log to a repository of its own. */
export async function startBackedUpServer(): Promise<BackedUpServer> {
  if (PROGRAM === undefined) throw new Error("pgBackRest is not installed (Debian: apt-get install pgbackrest)");
  const stanza = "main";
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-pgbackrest-"));
  const config = join(folder, "pgbackrest.conf");
  const repository = join(folder, "repository");
  const push = `"${PROGRAM}" --config=${config} --stanza=${stanza} archive-push %p`;
  const settings = { fsync: "off", archive_mode: "on", archive_command: push, log_min_messages: "fatal" };
  const server = await startEmbeddedServer({ major: MAJOR, settings });
  const stop = async (): Promise<void> => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await using session = await connect(server.url());
    const [row] = await session.query<{ data: string }>("SELECT current_setting('data_directory') AS data");
    const data = row?.data ?? "";
    // The server's account writes the archive.
    const { uid, gid } = statSync(data);
    mkdirSync(repository);
    for (const path of [folder, repository]) chownSync(path, uid, gid);
    writeFileSync(
      config,
      `[global]
repo1-path=${repository}
lock-path=${join(folder, "lock")}
log-level-file=off
start-fast=y
compress-type=none
archive-timeout=600
[${stanza}]
pg1-path=${data}
pg1-port=${server.port}
pg1-socket-path=${dirname(data)}
pg1-user=postgres
`,
    );
    const as = process.getuid?.() === 0 ? { uid, gid } : {};
    const made = spawnSync(PROGRAM, [`--config=${config}`, `--stanza=${stanza}`, "stanza-create"], {
      ...as,
      cwd: "/",
      encoding: "utf8",
    });
    if (made.status !== 0) throw new Error(`pgbackrest stanza-create failed: ${made.stderr}`);
    return { server, stanza, config, repository, [Symbol.asyncDispose]: stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
