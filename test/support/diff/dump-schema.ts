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
    .map(withoutHeirsColumns);
  return objects.map((object) => object.trim()).toSorted();
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

/** Which columns an heir declares beside its parents' cannot be altered: that it has them is judged by the catalogs. */
const withoutHeirsColumns = (object: string): string =>
  object.replace(/^(CREATE [^\n]*TABLE [^\n]* \(\n)[\s\S]*?(\)\nINHERITS )/m, "$1$2");
