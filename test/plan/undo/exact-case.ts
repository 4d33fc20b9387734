/** A change that is taken back exactly: `sql` runs on top of the base and of `setup`. */
export interface ExactCase {
  readonly sql: string;
  readonly setup?: string;
  /** First server major that knows the statement. */
  readonly since?: number;
  /** Who migrates, when not a superuser. */
  readonly role?: string;
  /** The change leaves the catalog as it is. */
  readonly idle?: boolean;
}

export const each = (...statements: readonly string[]): readonly ExactCase[] => statements.map((sql) => ({ sql }));

export const on = (setup: string, ...statements: readonly string[]): readonly ExactCase[] =>
  statements.map((sql) => ({ setup, sql }));

export const since = (major: number, ...statements: readonly string[]): readonly ExactCase[] =>
  statements.map((sql) => ({ since: major, sql }));

export const idle = (...statements: readonly string[]): readonly ExactCase[] =>
  statements.map((sql) => ({ idle: true, sql }));
