import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { History } from "./histories.ts";

/** A file of a history, in its place. */
export interface HistoryFile {
  /** Below the folder of the history. */
  readonly path: string;
  readonly text: string;
}

/**
 * Fetches the package with the registry's own client, unless it is there already, and reads its migrations.
 *
 * @param folder outside of the repository; packages stay in it
 */
export function fetchHistory(history: History, folder: string): readonly HistoryFile[] {
  mkdirSync(folder, { recursive: true });
  const root = join(history.registry === "go" ? fromGo(history, folder) : fromPypi(history, folder), history.folder);
  return history
    .files(globSync("**/*.sql", { cwd: root }).toSorted())
    .map((path) => ({ path, text: readFileSync(join(root, path), "utf8") }));
}

function fromGo({ package: name, version }: History, folder: string): string {
  const env = { ...process.env, GOMODCACHE: join(folder, "go"), GOFLAGS: "-modcacherw" };
  const said = execFileSync("go", ["mod", "download", "-json", `${name}@${version}`], {
    cwd: folder,
    env,
    encoding: "utf8",
  });
  return JSON.parse(said).Dir;
}

function fromPypi({ package: name, version }: History, folder: string): string {
  const unpacked = join(folder, "pypi", `${name}-${version}`);
  if (!existsSync(unpacked)) {
    const wheels = join(folder, "wheels", `${name}-${version}`);
    execFileSync("pip", ["download", "--quiet", "--no-deps", "--dest", wheels, `${name}==${version}`]);
    const [wheel = ""] = globSync("*.whl", { cwd: wheels });
    execFileSync("python3", ["-m", "zipfile", "-e", join(wheels, wheel), unpacked]);
  }
  return unpacked;
}
