import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { LayoutReader } from "./layout.ts";
import { sqlMigration } from "./layout-migration.ts";
import { sha256Variants } from "./line-end-variants.ts";
import { type Section, statementEnd } from "./sections.ts";
import type { Source, SourceFolder } from "./source-folder.ts";

const JOURNAL = "meta/_journal.json";
const BREAKPOINT = "--> statement-breakpoint";

/** `TAG.sql` as listed in `meta/_journal.json`. The history knows the journal's time and the file's sha256. */
export const drizzle: LayoutReader = {
  layout: "drizzle",
  recognises: (source) => source.names.includes(JOURNAL),
  read(source) {
    const files = readJournal(source)
      .filter(({ tag }) => source.topNames.includes(`${tag}.sql`))
      .map(({ tag, when }) => {
        const file = source.read(`${tag}.sql`);
        return {
          name: file.name,
          key: String(when),
          checksums: sha256Variants(file),
          migration: sqlMigration({ layout: "drizzle", id: tag, source: file, up: withoutBreakpoints(file) }),
        };
      });
    return { files, accessory: [] };
  },
};

interface JournalEntry {
  readonly tag: string;
  readonly when: number;
}

function readJournal(source: SourceFolder): JournalEntry[] {
  if (!source.names.includes(JOURNAL)) {
    return [];
  }
  const { text, file } = source.read(JOURNAL);
  const malformed = (cause?: unknown): LockkeeperError =>
    new LockkeeperError("migrations_unreadable", {
      message: `${file} is not a journal of Drizzle: it must list entries with a tag and a time.`,
      at: { file },
      action: "Restore the file from version control.",
      notDone: "Nothing was read.",
      cause,
    });
  let journal: unknown;
  try {
    journal = JSON.parse(text);
  } catch (error) {
    throw malformed(error);
  }
  const entries = (journal as { entries?: unknown } | null)?.entries;
  if (!Array.isArray(entries)) {
    throw malformed();
  }
  return entries.map((entry: Partial<JournalEntry> | null) => {
    if (typeof entry?.tag !== "string" || typeof entry.when !== "number") {
      throw malformed();
    }
    return { tag: entry.tag, when: entry.when };
  });
}

function withoutBreakpoints({ text }: Source): Section {
  const [first = "", ...rest] = text.split(BREAKPOINT);
  return { firstLine: 1, text: rest.reduce((before, part) => `${before}${statementEnd(before)}${part}`, first) };
}
