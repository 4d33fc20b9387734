import type { Place } from "../errors/lockkeeper-error.ts";

/** Directives of a migration: its leading `-- lockkeeper:` comments. */
export interface Directives {
  readonly depends: readonly string[];
  readonly mode: "online" | "direct";
  /** Every statement is its own step; nothing is grouped into one transaction. */
  readonly transaction: "one" | "each";
  /** This file is the contract phase of that migration: applying it raises the compatibility floor to it. */
  readonly contract?: string;
  /** Migrations that are no files any more, for all of which this one stands; see `lockkeeper squash`. */
  readonly replaces: readonly string[];
  /** What those of them that stood for others themselves stood for, by their ids. */
  readonly stoodFor: Readonly<Record<string, readonly string[]>>;
  /** Every migration that has to be there, where the directives name it. */
  readonly references: readonly MigrationReference[];
  /** Column expressions: `using total = round(total, 2)`. */
  readonly using: readonly ColumnExpression[];
  /** What columns hold again when their type is taken back: `back note = 'n' || note`. */
  readonly back: readonly ColumnExpression[];
  /** Hazards allowed on purpose, with the reason. */
  readonly allow: readonly { readonly rule: string; readonly reason: string; readonly line: number }[];
}

/** What the rows get in a column that they need a value of, or get back in one. */
export interface ColumnExpression {
  /** The column, behind its table and its schema where those are written; unquoted and folded. */
  readonly names: readonly string[];
  /** SQL on the columns of the row. */
  readonly expression: string;
  /** Of the expression. */
  readonly at: Place & { readonly line: number; readonly column: number };
  /** The whole line. */
  readonly directive: { readonly line: number; readonly column: number; readonly text: string };
}

export interface MigrationReference {
  readonly directive: "depends" | "contract";
  readonly id: string;
  readonly line: number;
}

/** What runs a migration: our SQL, our TypeScript, or nothing (another tool's code, known by its history only). */
export type MigrationKind = "sql" | "typescript" | "foreign";

/** One source change, as found on disk. */
export interface Migration {
  /** File name without extension for our own files; the other tool's key for adopted ones. Unique. */
  readonly id: string;
  readonly kind: MigrationKind;
  /** Path as shown to people: relative to the working directory where it lies below it. */
  readonly file: string;
  /** Line of `file` on which `text` begins, from 1. Above 1 only in files that hold up and down sections. */
  readonly firstLine: number;
  /** The SQL to run (for `typescript` and `foreign`: the file's text). */
  readonly text: string;
  /** sha256 of the whole file with line ends normalised and the BOM removed, hex. */
  readonly checksum: string;
  readonly directives: Directives;
  /** The way back that the author wrote. */
  readonly down?: {
    readonly file: string;
    readonly firstLine: number;
    readonly text: string;
    readonly checksum: string;
  };
  /** The layout the file is written in, `lockkeeper` for our own. */
  readonly layout: MigrationLayout;
}

export type MigrationLayout =
  | "lockkeeper"
  | "node-pg-migrate"
  | "dbmate"
  | "goose"
  | "golang-migrate"
  | "prisma"
  | "drizzle"
  | "knex"
  | "graphile-migrate"
  | "flyway"
  | "alembic"
  | "typeorm"
  | "sequelize"
  | "kysely";
