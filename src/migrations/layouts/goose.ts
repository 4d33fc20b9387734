import { byNumber, plainNumber, stemOf } from "./file-names.ts";
import type { LayoutFile, LayoutReader } from "./layout.ts";
import { foreignMigration, sqlMigration } from "./layout-migration.ts";
import { cutSections, type Section, statementEnd } from "./sections.ts";
import type { SourceFolder } from "./source-folder.ts";

const NAME = /^(\d+)_.*\.(sql|go)$/;
const ANNOTATION = /^--\s*\+goose\s+(.*?)\s*$/i;
const UP = /^--\s*\+goose\s+up\s*$/im;
const GO = /\bgoose\.Add\w*Migration/;

const isOwn = (source: SourceFolder) => (name: string) =>
  NAME.test(name) && !name.endsWith("_test.go") && (name.endsWith(".go") ? GO : UP).test(source.read(name).text);

/** `NUMBER_name.sql` with `-- +goose` annotations, or `.go`. The history knows the number only. */
export const goose: LayoutReader = {
  layout: "goose",
  recognises: (source) => source.topNames.some(isOwn(source)),
  read(source) {
    const files = source.topNames.filter(isOwn(source)).map((name) => readFile(source, name));
    return { files: files.sort((a, b) => byNumber(a.key, b.key)), accessory: [] };
  },
};

function readFile(folder: SourceFolder, name: string): LayoutFile {
  const source = folder.read(name);
  const key = plainNumber(NAME.exec(name)?.[1] ?? "0");
  const annotations = source.text.split("\n").map((line) => ANNOTATION.exec(line)?.[1]?.toLowerCase());
  // With ENVSUB the SQL depends on the environment of whoever runs the tool.
  if (name.endsWith(".go") || annotations.includes("envsub on")) {
    return { name, key, migration: foreignMigration("goose", stemOf(name), source) };
  }
  const sections = cutSections(source.text, (line) => {
    const annotation = ANNOTATION.exec(line)?.[1]?.toLowerCase();
    return annotation === "up" || annotation === "down" ? annotation : undefined;
  });
  return {
    name,
    key,
    migration: sqlMigration({
      layout: "goose",
      id: stemOf(name),
      source,
      up: withoutAnnotations(sections.up ?? { firstLine: 1, text: "" }),
      down: sections.down && { source, section: withoutAnnotations(sections.down) },
      leading: sections.leading,
      withoutTransaction: annotations.includes("no transaction"),
    }),
  };
}

/** A block of `StatementBegin` and `StatementEnd` is one statement, which need not end in a semicolon. */
function withoutAnnotations({ firstLine, text }: Section): Section {
  const lines: string[] = [];
  for (const line of text.split("\n")) {
    const annotation = ANNOTATION.exec(line)?.[1]?.toLowerCase();
    if (annotation === undefined) {
      lines.push(line);
    } else {
      lines.push(annotation === "statementend" ? statementEnd(lines.join("\n")) || "--" : "--");
    }
  }
  return { firstLine, text: lines.join("\n") };
}
