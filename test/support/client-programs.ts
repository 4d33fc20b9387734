import { chmodSync, existsSync, mkdtempSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";

/** PostgreSQL's client programs of a version that there is an embedded server of. */
interface FoundPrograms {
  readonly folder: string;
  readonly major: number;
}

const NEEDED = ["pg_dump", "pg_restore", "pg_basebackup", "pg_verifybackup"];
const MAJORS = [15, 16, 17, 18];

function findPrograms(): FoundPrograms | undefined {
  const unpacked = (process.env["PATH"] ?? "")
    .split(delimiter)
    .filter((folder) => /\/postgresql\/\d+\/bin$/.test(folder));
  const installed = MAJORS.map((major) => `/usr/lib/postgresql/${major}/bin`);
  for (const folder of [...unpacked, ...installed]) {
    const major = Number(/(\d+)\/bin$/.exec(folder)?.[1]);
    const isWhole = NEEDED.every((program) => existsSync(join(folder, program)));
    if (isWhole && MAJORS.includes(major)) return { folder, major };
  }
  return undefined;
}

const FOUND = findPrograms();

/** Why tests with pg_dump and its like are left out here; in CI they never are. */
export const WITHOUT_CLIENT_PROGRAMS = FOUND === undefined && process.env["CI"] === undefined;

if (WITHOUT_CLIENT_PROGRAMS) {
  console.warn("SKIPPED: the tests of backups; pg_dump is not installed (Debian: apt-get install postgresql-client).");
}

export function clientPrograms(): FoundPrograms {
  if (FOUND === undefined) {
    throw new Error("pg_dump and its like are not installed (Debian: apt-get install postgresql-client)");
  }
  return FOUND;
}

/**
 * A folder with the same programs, but for one that a shell script stands for. In the script `REAL` is the true one.
 *
 * @returns its path
 */
export function programsWith(program: string, script: string): string {
  const { folder } = clientPrograms();
  const wrapped = mkdtempSync(join(tmpdir(), "lockkeeper-programs-"));
  for (const name of readdirSync(folder)) {
    if (name !== program) symlinkSync(join(folder, name), join(wrapped, name));
  }
  const path = join(wrapped, program);
  writeFileSync(
    path,
    `#!/bin/sh\nREAL=${join(folder, program)}\n[ "$1" = --version ] && exec "$REAL" "$1"\n${script}\n`,
  );
  chmodSync(path, 0o755);
  return wrapped;
}
