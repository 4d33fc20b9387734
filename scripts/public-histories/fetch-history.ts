import { execFileSync } from "node:child_process";
import { existsSync, globSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { History } from "./histories.ts";

/** A file of a history, in its place. */
export interface HistoryFile {
  /** Below the folder of the history. */
  readonly path: string;
  readonly text: string;
  /** The way back that its author wrote. */
  readonly down?: string;
}

/**
 * Fetches the package with the registry's own client, unless it is there already, and reads its migrations.
 *
 * @param folder outside of the repository; packages stay in it
 */
export function fetchHistory(history: History, folder: string): readonly HistoryFile[] {
  mkdirSync(folder, { recursive: true });
  const root = historyFolder(history, folder);
  const paths = globSync("**/*.sql", { cwd: root }).toSorted();
  const read = (path: string): string => readFileSync(join(root, path), "utf8");
  const downs = new Map(history.files(paths, "down").map((path) => [numberOf(path), path]));
  return history.files(paths, "up").map((path) => {
    const down = downs.get(numberOf(path));
    return { path, text: read(path), ...(down === undefined ? {} : { down: read(down) }) };
  });
}

/** Where the migrations are, as their package has them. */
const historyFolder = (history: History, folder: string): string =>
  join(history.registry === "go" ? fromGo(history, folder) : fromPypi(history, folder), history.folder);

const numberOf = (path: string): string => path.split("_", 1)[0] ?? path;

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
