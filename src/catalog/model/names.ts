/** The name of an object that lives in a schema, unquoted. */
export interface QualifiedName {
  readonly schema: string;
  readonly name: string;
}

/** A type where it is used. */
export interface TypeReference extends QualifiedName {
  /** As SQL says it, with its modifier: `character varying(20)`, `public.mood[]`. */
  readonly text: string;
  /** For an array, `schema` and `name` are those of its element: array types are named by the server. */
  readonly array: boolean;
}

/** Options as PostgreSQL keeps them, without their order: `{ fillfactor: "70" }`. */
export type Options = Readonly<Record<string, string>>;
