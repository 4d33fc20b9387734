import { join } from "node:path";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { programEnvironment } from "../../postgres/program-environment.ts";
import { connect } from "../../postgres/session.ts";
import { backupFailed } from "./backup-failed.ts";
import { findClientPrograms } from "./client-programs.ts";
import type { CopyMaker, ProviderSettings } from "./provider.ts";
import { runProgram, toldEnd } from "./run-program.ts";

/**
 * `pg_basebackup`: the files of the whole cluster, with the log that makes them consistent and a manifest.
 *
 * @throws LockkeeperError `client_program_missing`
 */
export async function pgBasebackup({ programs }: ProviderSettings, serverVersion: number): Promise<CopyMaker> {
  const { folder, shown } = await findClientPrograms({
    needed: ["pg_basebackup", "pg_verifybackup"],
    serverVersion,
    named: programs,
  });
  return {
    program: `pg_basebackup ${shown}`,
    isExact: false,
    holdsUnlogged: false,
    async copy({ id, url, data, signal }) {
      await refuseTablespaces(url);
      const args = [
        `--pgdata=${data}`,
        "--format=plain",
        "--wal-method=stream",
        "--checkpoint=fast",
        "--manifest-checksums=SHA256",
        `--label=lockkeeper ${id}`,
        "--no-password",
      ];
      const program = join(folder, "pg_basebackup");
      const end = await runProgram({ program, args, env: programEnvironment(url, false), signal });
      if (end.code !== 0) throw backupFailed("pg_basebackup", toldEnd(end));
      return null;
    },
  };
}

/** A plain copy would be written to the very folders that the server has its tablespaces in. */
async function refuseTablespaces(url: string): Promise<void> {
  await using session = await connect(url, { applicationName: "lockkeeper backup" });
  const found = await session.query<{ name: string }>(
    "SELECT spcname AS name FROM pg_tablespace WHERE spcname !~ '^pg_' ORDER BY 1",
  );
  if (found.length === 0) return;
  throw new LockkeeperError("backup_failed", {
    message: `The server has tablespaces (${found.map(({ name }) => name).join(", ")}), which this copy cannot hold.`,
    notDone: "No backup was made.",
    action: 'Take it with `backup.provider: "pg_dump"`, or with pgBackRest.',
  });
}
