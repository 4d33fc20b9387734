import { byText, codeFiles, sqlFiles, stemOf } from "./file-names.ts";
import type { LayoutFile, LayoutReader } from "./layout.ts";
import { foreignMigration, sqlMigration, whole } from "./layout-migration.ts";
import { cutSections } from "./sections.ts";
import type { SourceFolder } from "./source-folder.ts";

const MARKER = /^\s*--[\s-]*(up|down)\s+migration/i;
const UP = /^\s*--[\s-]*up\s+migration/im;
const CODE = /\bpgm\b|\bMigrationBuilder\b|["']node-pg-migrate["']/;

/**
 * `NUMBER_name.js` (or `.ts` and their kin), `NUMBER_name.sql` with or without sections, and pairs of `.up.sql` and
 * `.down.sql`. A plain file beside a `.down.sql`, or with a directive of ours, is Lockkeeper's.
 */
export const nodePgMigrate: LayoutReader = {
  layout: "node-pg-migrate",
  recognises: (source) =>
    sqlFiles(source).some((name) => UP.test(source.read(name).text)) ||
    codeFiles(source).some((name) => CODE.test(source.read(name).text)),
  read(source) {
    const code = codeFiles(source)
      .filter((name) => /^\d/.test(name))
      .map((name) => ({
        name,
        key: stemOf(name),
        migration: foreignMigration("node-pg-migrate", stemOf(name), source.read(name)),
      }));
    const sql = sqlFiles(source).flatMap((name) => readSql(source, name) ?? []);
    const files = [...code, ...sql].sort((a, b) => timeOf(a.key) - timeOf(b.key) || byText(a.key, b.key));
    return { files, accessory: sqlFiles(source).filter((name) => isDownOfPair(source, name)) };
  },
};

const isDownOfPair = (source: SourceFolder, name: string): boolean =>
  name.endsWith(".down.sql") && source.topNames.includes(name.replace(/\.down\.sql$/, ".up.sql"));

function readSql(folder: SourceFolder, name: string): LayoutFile | undefined {
  if (!/^\d/.test(name) || name.endsWith(".down.sql")) {
    return undefined;
  }
  const source = folder.read(name);
  const isPair = name.endsWith(".up.sql");
  const downName = name.replace(/(\.up)?\.sql$/, ".down.sql");
  const hasDownFile = folder.topNames.includes(downName);
  const id = stemOf(name, isPair ? ".up.sql" : ".sql");
  const build = (parts: Omit<Parameters<typeof sqlMigration>[0], "layout" | "id" | "source">): LayoutFile => ({
    name,
    key: id,
    migration: sqlMigration({ layout: "node-pg-migrate", id, source, ...parts }),
  });
  if (isPair) {
    const down = hasDownFile ? folder.read(downName) : undefined;
    return build({ up: whole(source), down: down && { source: down, section: whole(down) } });
  }
  const sections = cutSections(source.text, (line) => {
    const direction = MARKER.exec(line)?.[1]?.toLowerCase();
    return direction === "up" || direction === "down" ? direction : undefined;
  });
  if (sections.up === undefined && sections.down === undefined) {
    return hasDownFile || /^\s*--\s*lockkeeper:/m.test(source.text) ? undefined : build({ up: whole(source) });
  }
  return build({
    // Without a marker of its own, the way up is what stands above the way down.
    up: sections.up ?? { firstLine: 1, text: sections.leading.trimEnd() },
    down: sections.down && { source, section: sections.down },
    leading: sections.leading,
  });
}

/** The tool reads 17 digits as a UTC time and any other number as it is. */
function timeOf(id: string): number {
  const digits = /^\d+/.exec(id)?.[0] ?? "0";
  const moment = /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)(\d{3})$/.exec(digits);
  if (moment === null) {
    return Number(digits);
  }
  const [year = 0, month = 1, ...rest] = moment.slice(1).map(Number);
  return Date.UTC(year, month - 1, ...rest);
}
