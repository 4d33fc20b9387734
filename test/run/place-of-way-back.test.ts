import { expect, test } from "vitest";
import { NO_DIRECTIVES } from "../../src/migrations/directives.ts";
import type { MigrationLayout } from "../../src/migrations/migration.ts";
import { Sight } from "../../src/run/sight.ts";
import { planUndo } from "../../src/run/undo-plan.ts";

test.each([
  ["lockkeeper", "Write 0001_a.down.sql."],
  ["dbmate", "Write the `-- migrate:down` section of 0001_a.sql."],
  ["prisma", "Files of prisma have no way back: write one as a new migration."],
] as const satisfies readonly (readonly [MigrationLayout, string])[])(
  "a way back that is missing is asked for where files of %s have it",
  async (layout, action) => {
    const id = "0001_a";
    const text = "CREATE TABLE a ();";
    const common = { id, checksum: "1", text, firstLine: 1, directives: NO_DIRECTIVES, layout } as const;
    const file = { ...common, kind: "sql", file: `${id}.sql` } as const;
    const subject = { id, checksum: "1", past: undefined, file };
    await expect(planUndo(subject, { sight: new Sight(undefined), direct: false })).rejects.toMatchObject({
      code: "undo_unavailable",
      action,
    });
  },
);
