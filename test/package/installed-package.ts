import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";

const ROOT = join(import.meta.dirname, "../..");

export interface ShellResult {
  readonly status: number | null;
  /** Standard output and standard error as a terminal shows them, in their order. */
  readonly output: string;
}

export interface ShellOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with everything there is so far, whenever there is more. */
  readonly onOutput?: (output: string) => void;
}

/** The package as a reader gets it: packed here, installed in an empty folder elsewhere. */
export interface InstalledPackage extends Disposable {
  readonly tarball: string;
  readonly folder: string;
  /** Runs commands of a shell in that folder; `set -e` is in force. */
  shell(commands: string, options?: ShellOptions): Promise<ShellResult>;
}

export async function installPackage(): Promise<InstalledPackage> {
  const base = mkdtempSync(join(tmpdir(), "lockkeeper-package-"));
  const folder = join(base, "app");
  mkdirSync(folder);
  writeFileSync(join(folder, "package.json"), `${JSON.stringify({ private: true, type: "module" })}\n`);
  await succeed(`npm pack --silent --pack-destination "${base}"`, ROOT);
  const name = readdirSync(base).find((file) => file.endsWith(".tgz")) ?? "";
  const tarball = join(base, name);
  await succeed(`npm install --prefer-offline --no-audit --no-fund "${tarball}"`, folder);
  return {
    tarball,
    folder,
    shell: (commands, options = {}) => runShell(commands, folder, options),
    [Symbol.dispose]: () => rmSync(base, { recursive: true, force: true }),
  };
}

async function succeed(commands: string, cwd: string): Promise<void> {
  const { status, output } = await runShell(commands, cwd);
  if (status !== 0) {
    throw new Error(`\`${commands}\` ended with ${status}:\n${output}`);
  }
}

/** Runs commands of a reader's shell in a folder. */
export function runShell(
  commands: string,
  cwd: string,
  { env = {}, onOutput }: ShellOptions = {},
): Promise<ShellResult> {
  const child = spawn("bash", ["-c", `exec 2>&1; set -e\n${commands}`], {
    cwd,
    env: { ...outsideOfNpm(), ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
    output += chunk;
    onOutput?.(output);
  });
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (status) => resolve({ status, output }));
  });
}

/** What npm tells its scripts of their package, and vitest its workers; and what names another database. */
const NOT_THE_READERS =
  /^(npm_(lifecycle|package|command|execpath|node_execpath|config_local_prefix)|INIT_CWD$|VITEST|NODE_ENV$|NODE_OPTIONS$|NODE_V8_COVERAGE$|(DIRECT_)?DATABASE_URL$|PG|LOCKKEEPER)/;

/** A reader's shell, with the Node that runs the tests; npm says only what went wrong. */
function outsideOfNpm(): NodeJS.ProcessEnv {
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !NOT_THE_READERS.test(name)));
  const path = [dirname(process.execPath), env["PATH"] ?? ""].join(delimiter);
  return { ...env, PATH: path, npm_config_loglevel: "error" };
}
