const DEFAULT_PATH = `"$user", public`;

let last: { readonly setting: string; readonly user: string; readonly schemas: readonly string[] } | undefined;

/** The schemas of a search_path setting, in its order; `undefined` is the server's default. */
export function schemasOfPath(setting = DEFAULT_PATH, user: string): readonly string[] {
  // Every state asks, and the setting hardly ever differs.
  if (last?.setting !== setting || last.user !== user) {
    last = { setting, user, schemas: readPath(setting, user) };
  }
  return last.schemas;
}

function readPath(setting: string, user: string): readonly string[] {
  return Array.from(setting.matchAll(/"((?:[^"]|"")*)"|([^\s,"]+)/g), ([, quoted, plain]) =>
    quoted === undefined ? (plain ?? "").toLowerCase() : quoted.replaceAll('""', '"'),
  )
    .map((name) => (name === "$user" ? user : name))
    .filter((name) => name !== "" && name !== "pg_catalog" && name !== "pg_temp");
}
