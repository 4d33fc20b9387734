/** Which schemas are read. `*` stands for any characters, `?` for one. */
export interface SchemaPatterns {
  /** Default: all but the system's and Lockkeeper's own, which are read only when named without a wildcard. */
  readonly include?: readonly string[];
  readonly exclude?: readonly string[];
}

/** The session's own temporary schema, as the catalog calls it. */
export const OWN_TEMPORARY_SCHEMA = "pg_temp";

const LEFT_OUT = /^(pg_.*|information_schema|lockkeeper)$/s;

/** Whether a schema is none that catalogs tell of by default. */
export const isLeftOut = (schema: string): boolean => LEFT_OUT.test(schema);

export function schemaFilter({ include = ["*"], exclude = [] }: SchemaPatterns): (name: string) => boolean {
  const included = include.map(matcher);
  const excluded = exclude.map(matcher);
  return (name) =>
    (include.includes(name) || (!isLeftOut(name) && included.some((matches) => matches(name)))) &&
    !excluded.some((matches) => matches(name));
}

function matcher(pattern: string): (name: string) => boolean {
  const parts = Array.from(
    pattern,
    (character) => WILDCARDS[character] ?? character.replace(/[\\^$.|+()[\]{}]/, "\\$&"),
  );
  const expression = new RegExp(`^${parts.join("")}$`, "su");
  return (name) => expression.test(name);
}

const WILDCARDS: Readonly<Record<string, string>> = { "*": ".*", "?": "." };
