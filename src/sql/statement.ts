/** One statement of an SQL file, cut out by the lexer, not yet parsed. */
export interface SqlStatement {
  /** The statement without its closing semicolon and without leading or trailing white space or comments. */
  readonly text: string;
  /** Offset of the first character in the source text (UTF-16 units). */
  readonly start: number;
  /** Offset behind the last character of `text`. */
  readonly end: number;
  /** From 1. */
  readonly line: number;
  /** From 1, in characters (code points). */
  readonly column: number;
  /** The data lines of `COPY … FROM stdin`, without the closing `\.` line; line ends are `\n`. */
  readonly copyData?: string;
}

/** A psql meta command (`\set`, `\i`, …) found outside strings: reported, never sent. */
export interface MetaCommand {
  readonly text: string;
  readonly line: number;
  readonly column: number;
}

export interface SplitSql {
  readonly statements: readonly SqlStatement[];
  readonly metaCommands: readonly MetaCommand[];
}
