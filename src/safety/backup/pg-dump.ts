import { join } from "node:path";
import { programEnvironment } from "../../postgres/program-environment.ts";
import { backupFailed } from "./backup-failed.ts";
import { findClientPrograms } from "./client-programs.ts";
import type { CopyMaker, ProviderSettings } from "./provider.ts";
import { LOCK_WAIT_MS } from "./reading-session.ts";
import { runProgram, toldEnd } from "./run-program.ts";

/**
 * `pg_dump` in its directory format, at the snapshot that everything else is read at.
 *
 * @throws LockkeeperError `client_program_missing`
 */
export async function pgDump({ programs, jobs }: ProviderSettings, serverVersion: number): Promise<CopyMaker> {
  const { folder, shown } = await findClientPrograms({
    needed: ["pg_dump", "pg_restore"],
    serverVersion,
    named: programs,
  });
  return {
    program: `pg_dump ${shown}`,
    isExact: true,
    holdsUnlogged: true,
    async copy({ url, snapshot, data, signal }) {
      const args = [
        "--format=directory",
        `--file=${data}`,
        `--jobs=${jobs}`,
        `--snapshot=${snapshot}`,
        `--lock-wait-timeout=${LOCK_WAIT_MS}`,
        "--no-password",
      ];
      const end = await runProgram({
        program: join(folder, "pg_dump"),
        args,
        env: programEnvironment(url, false),
        signal,
      });
      if (end.code !== 0) throw backupFailed("pg_dump", toldEnd(end));
      return null;
    },
  };
}
