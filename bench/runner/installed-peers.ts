import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Installation } from "./contender.ts";

export const REPOSITORY = join(import.meta.dirname, "..", "..");

const PEERS = join(import.meta.dirname, "..", "peers");
const ADVICE = "run bench/peers/install.sh";

/** Where the npm peers are; projects link to it, so that their files import the peers as in a user's own project. */
export const PEER_MODULES = join(PEERS, "node_modules");

export function npmInstallation(packageName: string): Installation {
  const manifest = join(PEER_MODULES, packageName, "package.json");
  if (!existsSync(manifest)) {
    return { state: "missing", reason: `${packageName} is not installed: ${ADVICE}` };
  }
  return { state: "installed", version: manifestVersion(manifest) };
}

export function manifestVersion(manifest: string): string {
  const parsed: unknown = JSON.parse(readFileSync(manifest, "utf8"));
  return typeof parsed === "object" && parsed !== null && "version" in parsed ? String(parsed.version) : "unknown";
}

export function goInstallation(name: string): Installation {
  return existsSync(goProgram(name))
    ? { state: "installed", version: pinnedVersion(name).replace(/^v/, "") }
    : { state: "missing", reason: `${name} ${pinnedVersion(name)} is not built: ${ADVICE}` };
}

/** The folder carries the version, so a program of another version than the pinned one is never taken for it. */
export function goProgram(name: string): string {
  return join(PEERS, ".bin", `${name}-${pinnedVersion(name)}`, name);
}

/** What runs scripts of Python with the peers from PyPI. */
export const PYTHON = join(PEERS, ".venv", "bin", "python");

export function pythonInstallation(name: string): Installation {
  const version = readFileSync(join(PEERS, "requirements.txt"), "utf8")
    .split("\n")
    .find((line) => line.startsWith(`${name}==`))
    ?.slice(name.length + 2);
  return version !== undefined && existsSync(PYTHON)
    ? { state: "installed", version }
    : { state: "missing", reason: `${name} is not installed: ${ADVICE}` };
}

function pinnedVersion(name: string): string {
  const line = readFileSync(join(PEERS, "go-tools.txt"), "utf8")
    .split("\n")
    .find((candidate) => candidate.startsWith(`${name} `));
  const version = line?.split(" ")[1]?.split("@")[1];
  if (version === undefined) {
    throw new Error(`bench/peers/go-tools.txt does not pin ${name}`);
  }
  return version;
}
