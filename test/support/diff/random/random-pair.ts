import { type Pair, pair } from "../pair.ts";
import { dice } from "./dice.ts";
import { drawDependents } from "./draw-dependents.ts";
import { drawMaterial } from "./draw-material.ts";
import { drawTables } from "./draw-tables.ts";
import { emptyDraft, type Part } from "./part.ts";

/** Which way each part is made in on either side; a part that a side does not have is absent there. */
export interface RandomPair {
  readonly seed: number;
  readonly parts: readonly Part[];
  readonly a: ReadonlyMap<string, number>;
  readonly b: ReadonlyMap<string, number>;
  readonly rows: readonly string[];
}

/** Two schemas of which the second is the first with some parts added, changed and taken away. */
export function randomPair(seed: number): RandomPair {
  const chosen = dice(seed);
  const draft = emptyDraft(chosen);
  drawMaterial(draft);
  drawTables(draft);
  drawDependents(draft);
  const a = new Map<string, number>();
  const b = new Map<string, number>();
  for (const { id, ways } of draft.parts) {
    const [way, other, kept] = [chosen.below(ways.length), chosen.below(ways.length), chosen.chance(0.75)];
    const [inA, inB] = [chosen.chance(0.88), chosen.chance(0.88)];
    if (inA) {
      a.set(id, way);
    }
    if (inB) {
      b.set(id, kept ? way : other);
    }
  }
  return { seed, parts: draft.parts, a, b, rows: draft.rows };
}

/** The statements of either side. */
export const schemasOf = ({ parts, a, b }: RandomPair): readonly [a: string, b: string] => [
  schemaOf(parts, a),
  schemaOf(parts, b),
];

export function asPair(one: RandomPair): Pair {
  const { seed, rows } = one;
  // A table that one of the sides does not have is not filled there, nor one whose columns ask for more.
  const filled = rows.map(
    (sql) =>
      `DO $fill$ BEGIN ${sql}; EXCEPTION WHEN undefined_table OR check_violation OR not_null_violation THEN NULL; END $fill$`,
  );
  return pair(`seed ${seed}`, ...schemasOf(one), { rows: filled.join(";\n") });
}

function schemaOf(parts: readonly Part[], chosen: ReadonlyMap<string, number>): string {
  const there = new Set<string>();
  const statements: string[] = [];
  for (const { id, needs, ways } of parts) {
    const way = chosen.get(id);
    const sql = way === undefined ? undefined : ways[way];
    if (sql !== undefined && needs.every((need) => there.has(need))) {
      there.add(id);
      statements.push(sql);
    }
  }
  return statements.join(";\n");
}
