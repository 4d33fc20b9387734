import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Command, Installation } from "../runner/contender.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import { PYTHON, pythonInstallation, REPOSITORY } from "../runner/installed-peers.ts";

export interface Contender {
  readonly name: string;
  readonly note: string;
  installation(): Installation;
  /** A whole process, timed from its start to its end; or work on the server, timed from the first connection. */
  readonly work:
    | { readonly command: (url: string) => Command; readonly found: (output: string) => number }
    /** @returns in how many rows the tables differ; undefined where that is not asked */
    | { readonly sql: (url: string) => Promise<number | undefined> };
}

const PROGRAM = join(REPOSITORY, "dist", "lockkeeper.js");

/** To find a difference is no failure. */
const found = (file: string, ...args: readonly string[]): Command => ({
  file: "/bin/sh",
  args: ["-c", '"$@"; code=$?; [ "$code" -le 1 ]', "sh", file, ...args],
});

const onServer = (): Installation => ({ state: "installed", version: "the server's" });

const reladiff = (url: string, ...options: readonly string[]): Command => {
  const columns = ["customer", "status", "total", "note", "placed_at", "is_gift", "items"].flatMap((name) => [
    "-c",
    name,
  ]);
  return found(
    join(dirname(PYTHON), "reladiff"),
    url.replace(/^postgres:/, "postgresql:"),
    "a.orders",
    "b.orders",
    "-k",
    "id",
    ...columns,
    "--json",
    ...options,
  );
};

/** A changed row is printed twice; long lines are folded. */
const keysIn = (output: string): number =>
  new Set(Array.from(output.matchAll(/^\["[-+]",\s*\["([^"]+)"/gm), ([, key]) => key)).size;

export const BASE = "one checksum scan a side";

export const CONTENDERS: readonly Contender[] = [
  {
    name: "Lockkeeper",
    note: "`verify --against`, with its defaults",
    installation: () =>
      existsSync(PROGRAM)
        ? { state: "installed", version: versionOf(join(REPOSITORY, "package.json")) }
        : { state: "missing", reason: "dist/lockkeeper.js does not exist: run npm run build" },
    work: {
      command: (url) => ({
        ...found(
          process.execPath,
          PROGRAM,
          "verify",
          "--against",
          url,
          "--only",
          "a.orders",
          "--map",
          "a.orders=b.orders",
          "--json",
        ),
        env: { DATABASE_URL: url },
      }),
      found: (output) => {
        const { result } = JSON.parse(output) as {
          readonly result: {
            readonly results: readonly { readonly findings: readonly { readonly rows?: number }[] }[];
          };
        };
        return result.results.flatMap(({ findings }) => findings).reduce((sum, { rows = 0 }) => sum + rows, 0);
      },
    },
  },
  {
    name: "reladiff hashdiff",
    note: "its algorithm for two databases, `--threads 2 --skip-sort-results`",
    installation: () => pythonInstallation("reladiff"),
    work: { command: (url) => reladiff(url, "-a", "hashdiff", "-j", "2", "--skip-sort-results"), found: keysIn },
  },
  {
    name: "reladiff joindiff",
    note: "its algorithm within one database",
    installation: () => pythonInstallation("reladiff"),
    work: { command: (url) => reladiff(url, "-a", "joindiff"), found: keysIn },
  },
  {
    name: "EXCEPT",
    note: "`(TABLE a EXCEPT TABLE b) UNION ALL (TABLE b EXCEPT TABLE a) ORDER BY id`, which needs both in one database",
    installation: onServer,
    work: {
      sql: async (url) => {
        const { rows } = await onDatabase(url, (client) =>
          client.query<{ id: string }>(
            "(TABLE a.orders EXCEPT TABLE b.orders) UNION ALL (TABLE b.orders EXCEPT TABLE a.orders) ORDER BY id",
          ),
        );
        return new Set(rows.map(({ id }) => id)).size;
      },
    },
  },
  {
    name: BASE,
    note: "`SELECT count(*), sum(hash_record_extended(t, 0))`, one sequential scan of either table, both at the same time and with as many processes as the server gives them: tells that they differ, not where; takes rows that have exchanged values for the same",
    installation: onServer,
    work: {
      sql: async (url) => {
        const sum = (side: string): Promise<unknown> =>
          onDatabase(url, (client) =>
            client.query(`SELECT count(*), sum(hash_record_extended(t, 0)) FROM ${side}.orders AS t`),
          );
        await Promise.all([sum("a"), sum("b")]);
        return undefined;
      },
    },
  },
];

const versionOf = (manifest: string): string => {
  const { version } = JSON.parse(readFileSync(manifest, "utf8")) as { readonly version: string };
  return version;
};
