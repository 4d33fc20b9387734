import { byText, codeFiles, stemOf } from "./file-names.ts";
import type { ForeignLayout, LayoutReader } from "./layout.ts";
import { foreignMigration } from "./layout-migration.ts";

/**
 * Tools whose migrations are JavaScript or TypeScript files that run in the order of their names. The history of some
 * holds names with an extension; keys are without, because compiling TypeScript changes it.
 */
function codeLayout(layout: ForeignLayout, sign: RegExp): LayoutReader {
  return {
    layout,
    recognises: (source) => codeFiles(source).some((name) => sign.test(source.read(name).text)),
    read(source) {
      const files = codeFiles(source)
        .sort(byText)
        .map((name) => ({
          name,
          key: stemOf(name),
          migration: foreignMigration(layout, stemOf(name), source.read(name)),
        }));
      return { files, accessory: [] };
    },
  };
}

export const knex = codeLayout("knex", /\bknex\b/i);
export const sequelize = codeLayout("sequelize", /\bqueryInterface\b|\bsequelize\b|\bumzug\b/i);
export const kysely = codeLayout("kysely", /["']kysely["']|\bKysely\b|\bdb\.schema\b[\s\S]*\.execute\(/);
