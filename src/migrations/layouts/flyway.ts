import { crc32 } from "node:zlib";
import { byText, stemOf } from "./file-names.ts";
import { compareVersions, flywayRepeatable, flywayVersion } from "./flyway-version.ts";
import type { LayoutFile, LayoutReader } from "./layout.ts";
import { foreignMigration, sqlMigration, whole } from "./layout-migration.ts";
import type { Source, SourceFolder } from "./source-folder.ts";

const NAME = /^(?:.*\/)?([VUBR])([0-9._]*)__([^/]*)\.(sql|java)$/;
const ACCESSORY = /^(?:.*\/)?(?:[VUBR][0-9._]*__[^/]*|(?:before|after)[A-Z]\w*)\.sql(?:\.conf)?$/;
const PLACEHOLDER = /\$\{[^}\s]+\}/;

interface Named {
  readonly name: string;
  readonly prefix: string;
  readonly version: string | undefined;
  readonly description: string;
}

/** `V1_2__name.sql`, `U…` as its way back, `R__name.sql` after all others, also in subfolders. */
export const flyway: LayoutReader = {
  layout: "flyway",
  recognises: (source) => source.names.some((name) => /^(?:.*\/)?(?:V\d[\d._]*|R)__[^/]+\.(sql|java)$/.test(name)),
  read(source) {
    const named = source.names.map(parse).filter((each) => each !== undefined);
    const versioned = named
      .filter(({ prefix, version }) => prefix === "V" && version !== undefined)
      .sort((a, b) => compareVersions(a.version ?? "", b.version ?? ""));
    const repeatable = named
      .filter(({ prefix, version }) => prefix === "R" && version === undefined)
      .sort((a, b) => byText(a.description, b.description));
    return {
      files: [
        ...versioned.map((each) => readFile(source, each, undoOf(named, each))),
        ...repeatable.map((each) => readFile(source, each, undefined)),
      ],
      // A baseline file only ever runs on an empty database, so it is never pending on one that has a history.
      accessory: source.names.filter((name) => ACCESSORY.test(name)),
    };
  },
};

function parse(name: string): Named | undefined {
  const match = NAME.exec(name);
  if (match === null) {
    return undefined;
  }
  const [, prefix = "", version = "", description = ""] = match;
  return { name, prefix, version: flywayVersion(version), description: description.replaceAll("_", " ") };
}

const undoOf = (named: readonly Named[], { version }: Named): Named | undefined =>
  named.find((each) => each.prefix === "U" && each.version === version && each.name.endsWith(".sql"));

function readFile(folder: SourceFolder, named: Named, undo: Named | undefined): LayoutFile {
  const source = folder.read(named.name);
  const id = stemOf(named.name);
  const isRepeatable = named.version === undefined;
  const hasPlaceholder = PLACEHOLDER.test(source.text);
  const isForeign = named.name.endsWith(".java") || hasPlaceholder;
  const down = undo && folder.read(undo.name);
  return {
    name: named.name,
    key: named.version ?? flywayRepeatable(named.description),
    // Code has no checksum of its own, and that of a repeatable file is taken after filling in the placeholders.
    ...(named.name.endsWith(".java") || (isRepeatable && hasPlaceholder) ? {} : { checksums: [lineCrc(source)] }),
    ...(isRepeatable ? { repeatable: true } : {}),
    migration: isForeign
      ? foreignMigration("flyway", id, source)
      : sqlMigration({
          layout: "flyway",
          id,
          source,
          up: whole(source),
          down: down && { source: down, section: whole(down) },
          withoutTransaction: runsOutsideTransaction(folder, named.name),
        }),
  };
}

function runsOutsideTransaction(folder: SourceFolder, name: string): boolean {
  const settings = `${name}.conf`;
  return (
    folder.names.includes(settings) && /^\s*executeInTransaction\s*=\s*false\s*$/m.test(folder.read(settings).text)
  );
}

/** The tool's checksum: CRC-32 over the lines without their ends, as a signed number. */
function lineCrc({ text }: Source): string {
  return String(crc32(text.replaceAll("\n", "")) | 0);
}
