import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

const NAMES = ["ts", "mts", "js", "mjs", "json"].map((extension) => `lockkeeper.config.${extension}`);

/**
 * The configuration file that counts: the one that was named, else the one in the working directory.
 *
 * @throws LockkeeperError `config_invalid` when several could be meant
 */
export function findConfigFile(cwd: string, named: string | undefined): string | undefined {
  if (named !== undefined) {
    return resolve(cwd, named);
  }
  const [found, another] = NAMES.filter((name) => existsSync(join(cwd, name)));
  if (found !== undefined && another !== undefined) {
    throw new LockkeeperError("config_invalid", {
      message: `${found} and ${another} are both there; only one can count.`,
      at: { file: another },
      action: "Remove one of them, or name the one that counts with --config.",
    });
  }
  return found === undefined ? undefined : join(cwd, found);
}

/**
 * What the file says, unchecked.
 *
 * @throws LockkeeperError `config_unreadable`
 */
export async function readConfigFile(path: string, shown: string): Promise<unknown> {
  if (path.endsWith(".json")) {
    return parseJson(readText(path, shown), shown);
  }
  if (!existsSync(path)) {
    throw unreadable(shown, "does not exist");
  }
  let module: Record<string, unknown>;
  try {
    module = await import(pathToFileURL(path).href);
  } catch (error) {
    // The first line alone: what follows may quote the file, and the file may hold a password.
    const reason = error instanceof Error ? error.message : String(error);
    throw unreadable(shown, `could not be evaluated: ${reason.split("\n", 1)[0]}`);
  }
  if (!("default" in module)) {
    throw unreadable(shown, "has no default export");
  }
  return module["default"];
}

function readText(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    throw unreadable(shown, code === "ENOENT" ? "does not exist" : `cannot be read (${code})`);
  }
}

function parseJson(text: string, shown: string): unknown {
  try {
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    // The parser's own message quotes the file, which may hold a password: only the place is taken from it.
    const place = /line (\d+) column (\d+)/.exec(String(error));
    throw new LockkeeperError("config_unreadable", {
      message: `${shown} is not valid JSON.`,
      at: { file: shown, ...(place === null ? {} : { line: Number(place[1]), column: Number(place[2]) }) },
    });
  }
}

function unreadable(shown: string, reason: string): LockkeeperError {
  return new LockkeeperError("config_unreadable", { message: `${shown} ${reason}.`, at: { file: shown } });
}
