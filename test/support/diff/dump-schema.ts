import { execFile } from "node:child_process";
import { promisify } from "node:util";

const run = promisify(execFile);

/**
 * `pg_dump -s` as a set of objects: each as text with the lines of a table's columns sorted, for neither the order of objects nor that of
 * columns makes a schema another.
 *
 * @param program of the server's major or newer
 */
export async function dumpSchema(program: string, url: string): Promise<string[]> {
  const { stdout } = await run(program, ["--schema-only", "--dbname", url], { maxBuffer: 64 * 1024 * 1024 });
  const objects = stdout
    .split(/^--\n-- (?=Name: )/m)
    .slice(1)
    .map((object) =>
      object
        .replace(/^(?:SET default_|\\(?:un)?restrict ).*\n/gm, "")
        .replace(/\n--\n-- PostgreSQL database dump complete\n[\s\S]*/, ""),
    )
    .map(withSortedColumns)
    .map(withSortedLists)
    .flatMap(withDefaultsOfHeirs)
    .map(withoutHeirsColumns);
  return withoutHeirsChecks(objects.map((object) => object.trim())).toSorted();
}

function withSortedColumns(object: string): string {
  return object.replace(
    /^(CREATE (?:UNLOGGED |FOREIGN )?TABLE [^\n]* \(\n)([\s\S]*?)(\n\)[^\n]*$)/m,
    (_, head, lines, tail) => {
      const sorted = String(lines)
        .split("\n")
        .map((line) => line.replace(/,$/, ""))
        .toSorted();
      return `${head}${sorted.join("\n")}${tail}`;
    },
  );
}

/** Options of a column, and what is granted by one role, stand in the order in which they were said, which means nothing. */
const withSortedLists = (object: string): string =>
  object
    .replace(
      /^(ALTER TABLE [^\n]* ALTER COLUMN [^\n]* SET \()([^\n']*)\);/gm,
      (_, head, options) => `${head}${String(options).split(", ").toSorted().join(", ")});`,
    )
    .replace(/(?:^GRANT [^\n]*;\n?){2,}/gm, (grants) => grants.trimEnd().split("\n").toSorted().join("\n"));

/**
 * The default of a column stands within CREATE TABLE of an heir that declares the column itself, and behind it, as of a table's own, where the
 * heir has the column from its parents alone, which no statement alters. It is told in the second way for both.
 */
function withDefaultsOfHeirs(object: string): string[] {
  const [, kind, heir, columns = ""] =
    /^CREATE (?:UNLOGGED )?((?:FOREIGN )?TABLE) ([^\n]+) \(\n([\s\S]*?)\n?\)\nINHERITS \(/m.exec(object) ?? [];
  const [, schema, owner] = /^Name: .*; Type: .*TABLE; Schema: (.*); Owner: (.*)$/m.exec(object) ?? [];
  if (kind === undefined || heir === undefined) return [object];
  const defaults = [
    ...columns.matchAll(/^ {4}(\w+|"[^"]+") .*? DEFAULT (.*?)(?:(?: CONSTRAINT (?:\w+|"[^"]+"))? NOT NULL)?,?$/gm),
  ];
  const bare = (name: string): string => name.replaceAll('"', "");
  return [
    object,
    ...defaults.map(([, column = "", value]) =>
      [
        `Name: ${bare(heir.slice(heir.indexOf(".") + 1))} ${bare(column)}; Type: DEFAULT; Schema: ${schema}; Owner: ${owner}\n--\n\n`,
        `ALTER ${kind} ONLY ${heir} ALTER COLUMN ${column} SET DEFAULT ${value};`,
      ].join(""),
    ),
  ];
}

/**
 * Which columns an heir declares beside its parents' cannot be altered: that it has them, and which are NOT NULL, is judged
 * by the catalogs. Nor is the order of its parents more than one of columns.
 */
const withoutHeirsColumns = (object: string): string =>
  /^CREATE [^\n]*TABLE [\s\S]*?\)\nINHERITS \(/m.test(object)
    ? object
        .replace(/^(CREATE [^\n]*TABLE [^\n]* \(\n)[\s\S]*?(\)\nINHERITS )/m, "$1$2")
        .replace(/^ALTER TABLE ONLY [^\n]* ALTER COLUMN [^\n]* SET NOT NULL;\n/gm, "")
        .replace(
          /^INHERITS \(([^\n]*)\)/m,
          (_, parents) => `INHERITS (${String(parents).split(", ").toSorted().join(", ")})`,
        )
    : object;

/**
 * Checks that no row was looked at for are told apart from their tables: of an heir only where it declares by itself what
 * its parents have, which no statement alters. That it has the check, and unvalidated, is judged by the catalogs.
 */
function withoutHeirsChecks(objects: readonly string[]): string[] {
  const parents = new Map(
    objects.flatMap((object) => {
      const [, heir, above] = /^CREATE [^\n]*?TABLE ([^\n]+) \(\n[\s\S]*?\)\nINHERITS \(([^\n]*)\)/m.exec(object) ?? [];
      return heir === undefined || above === undefined ? [] : [[heir, above.split(", ")] as const];
    }),
  );
  const checks = new Set(objects.flatMap((object) => uncheckedOf(object)?.join(" ") ?? []));
  const isOfParents = (table: string, check: string): boolean =>
    (parents.get(table) ?? []).some((parent) => checks.has(`${parent} ${check}`) || isOfParents(parent, check));
  return objects.filter((object) => {
    const [table, check] = uncheckedOf(object) ?? [];
    return table === undefined || check === undefined || !isOfParents(table, check);
  });
}

function uncheckedOf(object: string): readonly [table: string, check: string] | undefined {
  const [, table, check] =
    /^ALTER TABLE ([^\n]+)\n {4}ADD CONSTRAINT (\w+|"[^"]+") CHECK [^\n]* NOT VALID;/m.exec(object) ?? [];
  return table === undefined || check === undefined ? undefined : [table, check];
}
