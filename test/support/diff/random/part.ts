import type { Dice } from "./dice.ts";

/** A piece of a schema, and the ways in which it can be made: each works whatever ways the pieces it needs are made in. */
export interface Part {
  readonly id: string;
  /** Parts without which it cannot be. */
  readonly needs: readonly string[];
  readonly ways: readonly string[];
}

/** Something that later parts may use. */
export interface Drawn {
  readonly part: string;
  /** As SQL names it. */
  readonly name: string;
}

/** A column that later parts may use. */
export interface DrawnColumn {
  /** That of its relation among them. */
  readonly parts: readonly string[];
  readonly relation: DrawnRelation;
  readonly name: string;
  readonly holds: "number" | "text" | "enum" | "composite" | "anything";
}

/** A table or a view that later parts may use: it has the column `id`, an integer. `changing`: one on the one side, the other on the other. */
export interface DrawnRelation extends Drawn {
  readonly kind: "table" | "partitioned" | "partition" | "view" | "materialized view" | "changing";
  /** Reads a materialized view, which may not be filled, or is one. */
  readonly mayBeEmpty?: boolean;
}

/** A schema as it is being drawn: what is there, to be used by what comes later. */
export interface Draft {
  readonly dice: Dice;
  readonly parts: Part[];
  readonly enums: Drawn[];
  readonly composites: Drawn[];
  readonly ranges: Drawn[];
  readonly collations: Drawn[];
  readonly domains: (Drawn & { readonly holds: DrawnColumn["holds"] })[];
  /** Functions of an integer. */
  readonly functions: Drawn[];
  readonly triggerFunctions: Drawn[];
  readonly sequences: Drawn[];
  readonly relations: DrawnRelation[];
  readonly columns: DrawnColumn[];
  /** Tables with a primary key on `id`. */
  readonly keys: { readonly part: string; readonly relation: DrawnRelation }[];
  /** What a comment can be on: `INDEX i`. */
  readonly commented: { readonly part: string; readonly noun: string }[];
  /** Statements that fill the tables. */
  readonly rows: string[];
  /** @param noun what COMMENT ON calls it */
  add(part: Part, noun?: string): string;
  /** A name that nothing else has, as SQL writes it: plain, with blanks, quotes and letters of other alphabets, or as long as can be. */
  name(prefix: string): string;
}

export function emptyDraft(dice: Dice): Draft {
  const parts: Part[] = [];
  const commented: Draft["commented"][number][] = [];
  return {
    dice,
    parts,
    enums: [],
    composites: [],
    ranges: [],
    collations: [],
    domains: [],
    functions: [],
    triggerFunctions: [],
    sequences: [],
    relations: [],
    columns: [],
    keys: [],
    commented,
    rows: [],
    add(part, noun) {
      parts.push(part);
      if (noun !== undefined) {
        commented.push({ part: part.id, noun });
      }
      return part.id;
    },
    name: (prefix) => nameOf(dice.below(20), `${prefix}${parts.length}`),
  };
}

function nameOf(style: number, plain: string): string {
  switch (style) {
    case 0:
      return `"${plain.toUpperCase()} of all"`;
    case 1:
      return `"größe ${plain}"`;
    case 2:
      return `"a.""b"" ${plain}"`;
    case 3:
      return plain.padEnd(63, "_long");
    case 4:
      return `"${plain}${"ß".repeat(Math.floor((63 - plain.length) / 2))}"`;
    default:
      return plain;
  }
}
