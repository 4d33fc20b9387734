import { byText, sqlFiles, stemOf } from "./file-names.ts";
import type { LayoutFile, LayoutReader } from "./layout.ts";
import { sqlMigration } from "./layout-migration.ts";
import { cutSections } from "./sections.ts";
import type { SourceFolder } from "./source-folder.ts";

const NAME = /^(\d+).*\.sql$/;
const MARKER = /^--\s*migrate:(up|down)(?:\s+(.*))?$/;
const UP = /^--\s*migrate:up(\s|$)/m;

const isOwn = (source: SourceFolder) => (name: string) => NAME.test(name) && UP.test(source.read(name).text);

/** `DIGITS_name.sql` with `-- migrate:up` and `-- migrate:down`. The history knows the digits only. */
export const dbmate: LayoutReader = {
  layout: "dbmate",
  recognises: (source) => sqlFiles(source).some(isOwn(source)),
  read(source) {
    const files = sqlFiles(source)
      .filter(isOwn(source))
      .sort(byText)
      .map((name) => readFile(source, name));
    return { files, accessory: [] };
  },
};

function readFile(folder: SourceFolder, name: string): LayoutFile {
  const source = folder.read(name);
  let withoutTransaction = false;
  const sections = cutSections(source.text, (line) => {
    const match = MARKER.exec(line);
    if (match?.[1] === "up" && /(^|\s)transaction:false(\s|$)/.test(match[2] ?? "")) {
      withoutTransaction = true;
    }
    return match === null ? undefined : match[1] === "up" ? "up" : "down";
  });
  return {
    name,
    key: NAME.exec(name)?.[1] ?? "",
    migration: sqlMigration({
      layout: "dbmate",
      id: stemOf(name),
      source,
      up: sections.up ?? { firstLine: 1, text: "" },
      down: sections.down && { source, section: sections.down },
      leading: sections.leading,
      withoutTransaction,
    }),
  };
}
