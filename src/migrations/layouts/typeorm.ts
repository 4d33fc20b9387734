import { codeFiles, stemOf } from "./file-names.ts";
import type { LayoutReader } from "./layout.ts";
import { foreignMigration } from "./layout-migration.ts";

const SIGN = /\bMigrationInterface\b|\bqueryRunner\b/;
const NAME_PROPERTY =
  /^\s*(?:this\.|(?:(?:public|readonly|override)\s+)*)name\s*(?::\s*string\s*)?=\s*["'`](\w*\d{13})["'`]/m;
const CLASS = /\bclass\s+([A-Za-z_$][\w$]*\d{13})\b/;

/** The class name, which ends in a time of 13 digits; a `name` property takes its place. */
const classNameOf = (text: string): string | undefined => NAME_PROPERTY.exec(text)?.[1] ?? CLASS.exec(text)?.[1];

const timeOf = (key: string): number => Number(key.slice(-13));

/** Files with a class `NameTIME`. The history knows the class, not the file. */
export const typeorm: LayoutReader = {
  layout: "typeorm",
  recognises: (source) => codeFiles(source).some((name) => SIGN.test(source.read(name).text)),
  read(source) {
    const files = codeFiles(source).flatMap((name) => {
      const file = source.read(name);
      const key = classNameOf(file.text);
      return key === undefined ? [] : { name, key, migration: foreignMigration("typeorm", stemOf(name), file) };
    });
    return { files: files.sort((a, b) => timeOf(a.key) - timeOf(b.key)), accessory: [] };
  },
};
