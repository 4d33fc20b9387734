/** A type in TypeScript's words, or one for what is read and one for what is written. */
export type TypeOverride = string | { readonly select: string; readonly insert?: string };

export interface TypesOptions {
  /** Write the `Database` interface of Kysely too. */
  readonly kysely: boolean;
  /** How tables and columns are called: as in the database, or as Kysely's CamelCasePlugin calls them. */
  readonly names: "database" | "camelCase";
  /** Other types than those of node-postgres, by types as SQL writes them: `bigint`, `public.mood[]`. */
  readonly overrides: Readonly<Record<string, TypeOverride>>;
  /** Types of single columns, by `schema.table.column`, or `table.column` in `public`. */
  readonly columns: Readonly<Record<string, TypeOverride>>;
}
