const DEFAULT_PATH = `"$user", public`;

/** The schemas of a search_path setting, in its order; `undefined` is the server's default. */
export function schemasOfPath(setting: string | undefined, user: string): readonly string[] {
  return Array.from((setting ?? DEFAULT_PATH).matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").toLowerCase() : quoted.replaceAll('""', '"'),
  )
    .map((name) => (name === "$user" ? user : name))
    .filter((name) => name !== "" && name !== "pg_catalog" && name !== "pg_temp");
}
