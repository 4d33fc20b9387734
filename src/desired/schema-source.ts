/** SQL that makes a schema, or a part of one. */
export interface SchemaSource {
  /** As people know it. */
  readonly file: string;
  readonly text: string;
  /** Line of the file on which the text begins. Default 1. */
  readonly firstLine?: number;
}

/** A statement that was not run, and where it stands. */
export interface LeftOut {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}
