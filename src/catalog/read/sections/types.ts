import type { CompositeType, Domain, DomainConstraint, EnumType, RangeType } from "../../model/type.ts";
import {
  collationName,
  grantsOf,
  inSchemas,
  notOfExtension,
  opclassName,
  routineName,
  typeName,
  typeReference,
} from "../sql-fragments.ts";
import { type Keyed, type RowOf, section } from "./section.ts";

const HEAD = `t.oid::bigint AS oid, t.typnamespace::bigint AS schema, t.typname AS name, pg_get_userbyid(t.typowner) AS owner, ${grantsOf("t.typacl")} AS grants`;

const ofKind = (kind: string): string =>
  `t.typtype = '${kind}' AND ${inSchemas("t.typnamespace")} AND ${notOfExtension("type", "t.oid")}`;

export const ENUMS = section<RowOf<EnumType>>(
  "enums",
  `SELECT ${HEAD}, coalesce((SELECT json_agg(e.enumlabel ORDER BY e.enumsortorder) FROM pg_enum e WHERE e.enumtypid = t.oid), '[]') AS labels
   FROM pg_type t WHERE ${ofKind("e")}`,
  "SELECT FROM pg_type WHERE typtype = 'e'",
);

/** The attributes are columns of the relation behind the type. */
export type CompositeRow = Omit<RowOf<CompositeType>, "attributes"> & { readonly relation: number };

export const COMPOSITES = section<CompositeRow>(
  "composites",
  `SELECT ${HEAD}, c.oid::bigint AS relation FROM pg_type t JOIN pg_class c ON c.oid = t.typrelid AND c.relkind = 'c' WHERE ${ofKind("c")}`,
  "SELECT FROM pg_class WHERE relkind = 'c'",
);

export type DomainRow = Omit<RowOf<Domain>, "constraints"> & {
  readonly constraints: readonly (DomainConstraint & Keyed)[];
};

export const DOMAINS = section<DomainRow>(
  "domains",
  `SELECT ${HEAD}, ${typeReference("t.typbasetype", "t.typtypmod")} AS base,
     CASE WHEN t.typcollation <> b.typcollation THEN ${collationName("t.typcollation")} END AS collation,
     pg_get_expr(t.typdefaultbin, 0) AS default, t.typnotnull AS "notNull",
     coalesce((SELECT json_agg(json_build_object('oid', k.oid::bigint, 'name', k.conname, 'definition', pg_get_constraintdef(k.oid),
                 'type', CASE k.contype WHEN 'n' THEN 'not null' ELSE 'check' END, 'validated', k.convalidated) ORDER BY k.conname)
               FROM pg_constraint k WHERE k.contypid = t.oid), '[]') AS constraints
   FROM pg_type t JOIN pg_type b ON b.oid = t.typbasetype WHERE ${ofKind("d")}`,
  "SELECT FROM pg_type WHERE typtype = 'd' AND oid >= 16384",
);

export const RANGES = section<RowOf<RangeType>>(
  "ranges",
  `SELECT ${HEAD}, ${typeReference("r.rngsubtype", "NULL")} AS subtype, ${opclassName("r.rngsubopc")} AS opclass,
     CASE WHEN r.rngcollation <> b.typcollation THEN ${collationName("r.rngcollation")} END AS collation,
     ${routineName("r.rngcanonical")} AS canonical, ${routineName("r.rngsubdiff")} AS "subtypeDiff", ${typeName("r.rngmultitypid")} AS multirange
   FROM pg_type t JOIN pg_range r ON r.rngtypid = t.oid JOIN pg_type b ON b.oid = r.rngsubtype WHERE ${ofKind("r")}`,
  "SELECT FROM pg_range WHERE rngtypid >= 16384",
);

/** A type that the server made for another one, and that something depends on. */
export interface TypeAliasRow {
  readonly oid: number;
  /** Of an array: its element; of a multirange: its range. */
  readonly type?: number;
  /** Of a row type: its table. */
  readonly relation?: number;
}

export const TYPE_ALIASES = section<TypeAliasRow>(
  "type_aliases",
  `SELECT t.oid::bigint AS oid, coalesce(el.oid, r.rngtypid)::bigint AS type, nullif(t.typrelid, 0)::bigint AS relation
   FROM pg_type t LEFT JOIN pg_type el ON el.oid = t.typelem AND el.typarray = t.oid LEFT JOIN pg_range r ON r.rngmultitypid = t.oid
   WHERE t.oid >= 16384 AND (el.oid IS NOT NULL OR r.rngtypid IS NOT NULL OR t.typrelid <> 0)
     AND EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = 'pg_type'::regclass AND d.refobjid = t.oid AND d.deptype = 'n')`,
);
