import type { Command, Installation } from "../runner/contender.ts";

/** What one start of a tool is about. */
export interface Task {
  /** The database that is to be changed, which nothing changes. */
  readonly from: URL;
  /** The database that shows what it is to become. */
  readonly to: URL;
  /** The same as a schema file, alone in its folder. */
  readonly file: string;
  /** An empty database, for those that want one to load the file into. */
  readonly empty: URL;
  /** A folder of the contender's own; also its working directory. */
  readonly folder: string;
}

/** One tool in the comparison, in one of the ways in which it is told what is wanted. */
export interface Contender {
  readonly name: string;
  readonly wanted: "database" | "file";
  /** Takes many times as long as the others: it has one pass, after all rounds. */
  readonly isSlow?: true;
  installation(): Installation;
  /** What a user would have done before: not timed. */
  prepare?(task: Task): Command;
  /** The whole process that is timed. */
  command(task: Task): Command;
  /** The SQL that it found, from what it wrote to standard output, or elsewhere: not timed. */
  sql?(task: Task, output: string): string;
  /** What is to be known of how it is used. */
  readonly note?: string;
}
