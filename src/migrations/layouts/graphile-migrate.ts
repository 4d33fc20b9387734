import { createHash } from "node:crypto";
import { byText, stemOf } from "./file-names.ts";
import type { LayoutFile, LayoutReader } from "./layout.ts";
import { foreignMigration, sqlMigration } from "./layout-migration.ts";
import type { SourceFolder } from "./source-folder.ts";

const COMMITTED = /^committed\/([0-9]+)(-[-_a-zA-Z0-9]*)?\.sql$/;
const HEADER = /^--! ([A-Z][a-zA-Z0-9_]*)(?::(.*))?$/;
/** The placeholders that are always there; others are the project's own and fail as SQL when they are left in. */
const PLACEHOLDER = /:DATABASE_(NAME|OWNER)\b/;

/** `committed/NUMBER[-message].sql`, each naming the hash of the one before. The history drops the message. */
export const graphileMigrate: LayoutReader = {
  layout: "graphile-migrate",
  recognises: (source) =>
    source.names.some((name) => COMMITTED.test(name) && /^--! Previous:/m.test(source.read(name).text)),
  read(source) {
    const files = source.names.filter((name) => COMMITTED.test(name)).map((name) => readFile(source, name));
    const accessory = source.topNames.filter((name) => /^(current|after\w*|before\w*)\.sql$/.test(name));
    return { files: files.sort((a, b) => byText(a.key, b.key)), accessory };
  },
};

function readFile(folder: SourceFolder, name: string): LayoutFile {
  const source = folder.read(name);
  const lines = source.text.split("\n");
  const headers = new Map<string, string>();
  let count = 0;
  for (const line of lines) {
    const header = HEADER.exec(line);
    if (header === null) break;
    headers.set(header[1] ?? "", (header[2] ?? "").trim());
    count += 1;
  }
  const body = lines.slice(count).join("\n");
  const previous = headers.get("Previous") ?? "-";
  const id = stemOf(name);
  return {
    name,
    key: `${COMMITTED.exec(name)?.[1] ?? ""}.sql`,
    checksums: [chainHash(body, previous === "-" ? "" : previous)],
    migration: PLACEHOLDER.test(body)
      ? foreignMigration("graphile-migrate", id, source)
      : sqlMigration({
          layout: "graphile-migrate",
          id,
          source,
          up: { firstLine: count + 1, text: body },
          withoutTransaction: /^--!\s*no-transaction\b/.test(body.trim()),
        }),
  };
}

/** The tool's hash of a body that follows `previous`. */
function chainHash(body: string, previous: string): string {
  const text = `${`${previous}\n${body.trim()}`.trim()}\n`;
  return `sha1:${createHash("sha1").update(text, "utf8").digest("hex")}`;
}
