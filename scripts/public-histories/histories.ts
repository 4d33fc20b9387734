/** A public migration history, by the package that ships it. */
export interface History {
  readonly name: string;
  readonly registry: "go" | "pypi";
  readonly package: string;
  readonly version: string;
  /** Where in the package its files are. */
  readonly folder: string;
  /**
   * Of the paths in that folder, in the order in which its tool runs them.
   *
   * @param paths sorted
   * @param direction of the ways back, those that the authors wrote
   */
  files(paths: readonly string[], direction: "up" | "down"): readonly string[];
}

const KRATOS_TABLES = /\.(?:mysql|sqlite3?|cockroach)\./;

export const HISTORIES: readonly History[] = [
  {
    name: "coder",
    registry: "go",
    package: "github.com/coder/coder/v2",
    version: "v2.20.0",
    folder: "coderd/database/migrations",
    files: (paths, direction) => paths.filter((path) => /^\d+_/.test(path) && path.endsWith(`.${direction}.sql`)),
  },
  {
    name: "kratos",
    registry: "go",
    package: "github.com/ory/kratos",
    version: "v1.3.1",
    folder: "persistence/sql/migrations/sql",
    // A file for PostgreSQL comes instead of the one for all databases of the same number.
    files(paths, direction) {
      const chosen = paths.filter((path) => path.endsWith(`.${direction}.sql`) && !KRATOS_TABLES.test(path));
      const own = new Set(chosen.filter((path) => path.includes(".postgres.")).map((path) => path.split("_", 1)[0]));
      return chosen.filter((path) => path.includes(".postgres.") || !own.has(path.split("_", 1)[0]));
    },
  },
  {
    name: "litellm",
    registry: "pypi",
    package: "litellm-proxy-extras",
    version: "0.4.110",
    folder: "litellm_proxy_extras/migrations",
    files: (paths, direction) => (direction === "up" ? paths.filter((path) => path.endsWith("/migration.sql")) : []),
  },
];
