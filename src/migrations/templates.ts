import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { normalizeText } from "../sql/normalize-text.ts";

/** What `lockkeeper new` writes, by the kind of the file. */
export const TEMPLATES = {
  sql: "-- Ordinary SQL: statements that can share a transaction do.\n",
  // The import is of types alone, so that the file also runs where the package is not installed beside it.
  typescript: `import type { MigrationModule } from "lockkeeper";

export default {
  steps: [{ script: "run" }],
  scripts: {
    async run({ query }) {
      await query("SELECT 1");
    },
  },
} satisfies MigrationModule;
`,
} as const;

/** What `lockkeeper new --down` writes beside it. */
export const downTemplate = (id: string): string => `-- The way back of ${id}.sql.\n`;

/**
 * A file that nobody has written yet must not count as applied: what is written into it later would never run.
 *
 * @throws LockkeeperError `migration_unwritten`
 */
export function requireWritten(text: string, file: string, template: string): void {
  if (normalizeText(text).trim() === template.trim()) {
    throw new LockkeeperError("migration_unwritten", {
      message: `${file} is still the template that \`lockkeeper new\` made.`,
      at: { file },
      notDone: "Nothing was run.",
    });
  }
}
