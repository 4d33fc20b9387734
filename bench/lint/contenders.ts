import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Command, Installation } from "../runner/contender.ts";
import { manifestVersion, npmInstallation, PEER_MODULES, REPOSITORY } from "../runner/installed-peers.ts";

export interface Linter {
  readonly name: string;
  installation(): Installation;
  /** The whole process that is timed, in the folder of the files; its findings go to standard output as JSON. */
  command(files: readonly string[]): Command;
  /** How many findings its output holds. Throws when it does not speak of all the work, or could not read a statement. */
  findings(output: unknown, statements: number): number;
}

const PROGRAM = join(REPOSITORY, "dist", "lockkeeper.js");

/** The built program, as users run it. Its exit code is 1 where it has found something. */
const lockkeeper: Linter = {
  name: "Lockkeeper",
  installation: () =>
    existsSync(PROGRAM)
      ? { state: "installed", version: manifestVersion(join(REPOSITORY, "package.json")) }
      : { state: "missing", reason: "dist/lockkeeper.js does not exist: run npm run build" },
  command: (files) => ({ file: process.execPath, args: [PROGRAM, "lint", "--format", "json", ...files] }),
  findings(output, statements) {
    const report = output as { statements: number; unchecked: { kind: string }[]; findings: unknown[] };
    const unread = report.unchecked.filter(({ kind }) => kind === "syntax" || kind === "failure").length;
    demand(report.statements === statements && unread === 0, `${report.statements} statements, ${unread} not read`);
    return report.findings.length;
  },
};

/** The program itself: its npm package would start Node first. */
const SQUAWK = `@squawk-cli/${process.platform}-${process.arch}`;

const squawk: Linter = {
  name: "squawk",
  installation: () => npmInstallation(SQUAWK),
  command: (files) => ({ file: join(PEER_MODULES, SQUAWK, "bin", "squawk"), args: ["--reporter", "json", ...files] }),
  findings(output) {
    const found = output as { rule_name: string }[];
    const unread = found.filter(({ rule_name }) => rule_name === "syntax-error").length;
    demand(unread === 0, `${unread} syntax errors`);
    return found.length;
  },
};

const PGFENCE = "@flvmnt/pgfence";

const pgfence: Linter = {
  name: "pgfence",
  installation: () => npmInstallation(PGFENCE),
  command: (files) => ({
    file: process.execPath,
    args: [join(PEER_MODULES, PGFENCE, "dist", "index.js"), "analyze", "--format", "sql", "--output", "json", ...files],
  }),
  findings(output, statements) {
    const report = output as { coverage: { totalStatements: number }; results: { checks: unknown[] }[] };
    const { totalStatements } = report.coverage;
    demand(totalStatements === statements, `${totalStatements} statements`);
    return report.results.reduce((sum, { checks }) => sum + checks.length, 0);
  },
};

export const LINTERS: readonly Linter[] = [squawk, pgfence, lockkeeper];

function demand(holds: boolean, otherwise: string): void {
  if (!holds) {
    throw new Error(`its output does not speak of all the work: ${otherwise}`);
  }
}
