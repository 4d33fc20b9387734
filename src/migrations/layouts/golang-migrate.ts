import { byNumber, plainNumber, sqlFiles, stemOf } from "./file-names.ts";
import type { LayoutReader } from "./layout.ts";
import { sqlMigration, whole } from "./layout-migration.ts";

const UP = /^(\d+)_.*\.up\.sql$/;

/** `NUMBER_name.up.sql` with `NUMBER_name.down.sql`. The history holds one number: the last that was applied. */
export const golangMigrate: LayoutReader = {
  layout: "golang-migrate",
  recognises: (source) => sqlFiles(source).some((name) => UP.test(name)),
  read(source) {
    const ups = sqlFiles(source).filter((name) => UP.test(name));
    const downOf = (name: string): string => name.replace(/\.up\.sql$/, ".down.sql");
    const files = ups.map((name) => {
      const up = source.read(name);
      const down = source.topNames.includes(downOf(name)) ? source.read(downOf(name)) : undefined;
      return {
        name,
        key: plainNumber(UP.exec(name)?.[1] ?? "0"),
        migration: sqlMigration({
          layout: "golang-migrate",
          id: stemOf(name, ".up.sql"),
          source: up,
          up: whole(up),
          down: down && { source: down, section: whole(down) },
        }),
      };
    });
    return { files: files.sort((a, b) => byNumber(a.key, b.key)), accessory: ups.map(downOf) };
  },
};
