import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/** Where a state of a schema comes from. */
export type StateSource =
  /** Files, folders and patterns of SQL. */
  | { readonly kind: "files"; readonly files: readonly string[] }
  /** A command that prints SQL. */
  | { readonly kind: "command"; readonly command: string }
  | { readonly kind: "database"; readonly url: string }
  /** What `lockkeeper catalog` printed. */
  | { readonly kind: "snapshot"; readonly file: string }
  /** What the migrations of the project leave behind. */
  | { readonly kind: "migrations" };

const COMMAND = "cmd:";

/**
 * What a state is called on the command line and in the configuration: `postgres://…`, `cmd:drizzle-kit export`,
 * `migrations`, `schema.json`, or files, folders and patterns of SQL.
 *
 * @throws LockkeeperError `usage` for several of which one is no file
 */
export function stateSource(names: readonly string[]): StateSource {
  const sources = names.map(oneSource);
  const [first] = sources;
  if (first === undefined) {
    throw new LockkeeperError("usage", {
      message: "A state without a name was asked for.",
      notDone: "Nothing was run.",
    });
  }
  if (sources.length === 1) return first;
  const other = names.find((_, at) => sources[at]?.kind !== "files");
  if (other !== undefined) {
    throw new LockkeeperError("usage", {
      message: `Only files of SQL make a state together, and ${shownName(other)} is none.`,
      notDone: "Nothing was run.",
    });
  }
  return { kind: "files", files: names };
}

function oneSource(name: string): StateSource {
  if (/^postgres(?:ql)?:\/\//.test(name)) return { kind: "database", url: name };
  if (name.startsWith(COMMAND)) return { kind: "command", command: name.slice(COMMAND.length).trim() };
  if (name === "migrations") return { kind: "migrations" };
  if (name.endsWith(".json")) return { kind: "snapshot", file: name };
  return { kind: "files", files: [name] };
}

/** A URL may hold a password. */
const shownName = (name: string): string => (oneSource(name).kind === "database" ? "a database" : name);
