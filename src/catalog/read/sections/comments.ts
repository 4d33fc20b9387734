import { section } from "./section.ts";

export interface CommentRow {
  /** The system catalog that the object stands in. */
  readonly class: string;
  readonly oid: number;
  /** Number of the column; 0 for the object itself. */
  readonly number: number;
  readonly text: string;
}

/** Those of built-in objects are left out, but every database has its own `public`. */
export const COMMENTS = section<CommentRow>(
  "comments",
  `SELECT c.relname AS class, d.objoid::bigint AS oid, d.objsubid AS number, d.description AS text
   FROM pg_description d JOIN pg_class c ON c.oid = d.classoid
   WHERE d.objoid >= 16384 OR d.classoid IN ('pg_namespace'::regclass, 'pg_extension'::regclass)`,
);
