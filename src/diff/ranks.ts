import type { ElementKind } from "./element-values.ts";

/** What is made or changed comes first where nothing else decides, what goes comes last and in the other direction. */
export const CREATION = 0;
export const DROP = 1000;

const ORDER = [
  "schema",
  "extension",
  "default privileges",
  "unmodelled",
  "collation",
  "enum",
  "domain",
  "domain constraint",
  "composite",
  "range",
  "foreign data wrapper",
  "foreign server",
  "user mapping",
  "sequence",
  "table",
  "column",
  "identity sequence",
  "default",
  "inheritance",
  "sequence owner",
  "constraint",
  "constraint index",
  "index",
  "replica identity",
  "cluster mark",
  "statistics",
  "view",
  "materialized view",
  "routine",
  "aggregate",
  "rule",
  "trigger",
  "policy",
  "event trigger",
  "publication",
  "published table",
  "subscription",
] as const satisfies readonly ElementKind[];

const RANKS = new Map<ElementKind, number>(ORDER.map((kind, place) => [kind, place]));

export const rankOf = (kind: ElementKind): number => RANKS.get(kind) ?? ORDER.length;
