import { NO_DIRECTIVES, readDirectives } from "../directives.ts";
import type { Migration } from "../migration.ts";
import type { ForeignLayout } from "./layout.ts";
import type { Section } from "./sections.ts";
import type { Source } from "./source-folder.ts";

interface SqlParts {
  readonly layout: ForeignLayout;
  readonly id: string;
  readonly source: Source;
  readonly up: Section;
  readonly down?: { readonly source: Source; readonly section: Section } | undefined;
  /** Whether the tool runs this file outside a transaction. */
  readonly withoutTransaction?: boolean;
  /** Text in which our own directives may stand, its first line being the file's. */
  readonly leading?: string;
}

/** A migration of another tool that is plain SQL, which Lockkeeper can run when it is pending. */
export function sqlMigration(parts: SqlParts): Migration {
  const { layout, id, source, up, down } = parts;
  const directives = readDirectives(parts.leading ?? source.text, source.file);
  return {
    id,
    kind: "sql",
    file: source.file,
    firstLine: up.firstLine,
    text: up.text,
    checksum: source.checksum,
    directives: parts.withoutTransaction === true ? { ...directives, transaction: "each" } : directives,
    layout,
    ...(down === undefined
      ? {}
      : { down: { file: down.source.file, checksum: down.source.checksum, ...down.section } }),
  };
}

/** A migration only its own tool can run: code, or SQL with parts the tool fills in. */
export function foreignMigration(layout: ForeignLayout, id: string, source: Source): Migration {
  return {
    id,
    kind: "foreign",
    file: source.file,
    firstLine: 1,
    text: source.text,
    checksum: source.checksum,
    directives: NO_DIRECTIVES,
    layout,
  };
}

/** The whole file as one section. */
export const whole = (source: Source): Section => ({ firstLine: 1, text: source.text });
