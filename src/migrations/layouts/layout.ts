import type { Migration, MigrationLayout } from "../migration.ts";
import type { SourceFolder } from "./source-folder.ts";

/** The layouts of other tools. */
export type ForeignLayout = Exclude<MigrationLayout, "lockkeeper">;

/** One migration of another tool, with what is needed to find it in that tool's history. */
export interface LayoutFile {
  /** Path inside the folder, with `/`. */
  readonly name: string;
  readonly migration: Migration;
  /** What the tool's history calls the file. */
  readonly key: string;
  /**
   * What the tool's history may hold as the checksum of this file unedited: several, because a checkout may have
   * changed the line ends. Absent where the tool keeps none or where it depends on more than the file.
   */
  readonly checksums?: readonly string[];
  /** Runs again whenever it changes, so it has no place in the order. */
  readonly repeatable?: true;
  /** Keys of the migrations this one stands on, where the tool keeps a graph instead of a sequence. */
  readonly requires?: readonly string[];
}

interface LayoutContent {
  /** In the order in which the tool applies them. */
  readonly files: readonly LayoutFile[];
  /** Files of the folder that the tool accounts for without being migrations of their own. */
  readonly accessory: readonly string[];
}

/** Knows the files of one tool. */
export interface LayoutReader {
  readonly layout: ForeignLayout;
  /** Whether the folder bears a sign that only this tool leaves. */
  recognises(source: SourceFolder): boolean;
  read(source: SourceFolder): LayoutContent;
}
