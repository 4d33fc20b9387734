import type { Dice } from "./dice.ts";

/** A piece of a schema, and the ways in which it can be made: each works whatever ways the pieces it needs are made in. */
export interface Part {
  readonly id: string;
  /** Parts without which it cannot be. */
  readonly needs: readonly string[];
  readonly ways: readonly string[];
}

/** A column that later parts may use. */
export interface DrawnColumn {
  readonly part: string;
  readonly relation: DrawnRelation;
  readonly name: string;
  readonly holds: "number" | "text" | "enum";
}

/** A table or a view that later parts may use: it has the column `id`, an integer. */
export interface DrawnRelation {
  readonly part: string;
  readonly name: string;
  readonly kind: "table" | "partitioned" | "partition" | "view" | "materialized view";
}

/** A schema as it is being drawn: what is there, to be used by what comes later. */
export interface Draft {
  readonly dice: Dice;
  readonly parts: Part[];
  readonly enums: { readonly part: string; readonly name: string }[];
  readonly domains: { readonly part: string; readonly name: string }[];
  /** Functions of an integer. */
  readonly functions: { readonly part: string; readonly name: string }[];
  readonly triggerFunctions: { readonly part: string; readonly name: string }[];
  readonly sequences: { readonly part: string; readonly name: string }[];
  readonly relations: DrawnRelation[];
  readonly columns: DrawnColumn[];
  /** Tables with a primary key on `id`. */
  readonly keys: { readonly part: string; readonly relation: DrawnRelation }[];
  /** Statements that fill the tables. */
  readonly rows: string[];
  add(part: Part): string;
}

export function emptyDraft(dice: Dice): Draft {
  const parts: Part[] = [];
  return {
    dice,
    parts,
    enums: [],
    domains: [],
    functions: [],
    triggerFunctions: [],
    sequences: [],
    relations: [],
    columns: [],
    keys: [],
    rows: [],
    add(part) {
      parts.push(part);
      return part.id;
    },
  };
}
