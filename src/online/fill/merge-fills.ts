import { parseExpression } from "../../effects/alter-table/expression.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf } from "../../sql/parse-statement.ts";
import { walk } from "../../sql/walk.ts";
import type { Piece } from "../piece.ts";
import { type Filling, fillPiece } from "./fill.ts";

/**
 * One pass over a table gives all of its new columns their values: where the first pass would be, as all columns are
 * there by then. A column whose values come from another new one needs a pass of its own, behind that one's.
 */
export function mergeFills(all: readonly Piece[]): Piece[] {
  const merged: Piece[] = [];
  for (const piece of all) {
    const { filling } = piece;
    const at =
      filling === undefined
        ? -1
        : merged.findLastIndex((one) => one.filling !== undefined && isSame(one.filling, filling));
    const before = merged[at]?.filling;
    if (filling === undefined || before === undefined || !isIndependent(filling, before)) merged.push(piece);
    else merged[at] = fillPiece({ ...before, fills: [...before.fills, ...filling.fills] });
  }
  return merged;
}

const isSame = (one: Filling, other: Filling): boolean =>
  one.table.schema === other.table.schema && one.table.name === other.table.name;

function isIndependent({ fills }: Filling, before: Filling): boolean {
  const filled = new Set(before.fills.map(({ column }) => column));
  return fills.every(({ expression }) => !namesRead(expression).some((name) => filled.has(name)));
}

function namesRead(expression: string): readonly string[] {
  const names: string[] = [];
  walk([parseExpression(expression)], (tag, fields) => {
    if (tag === "ColumnRef") names.push(...namesOf((fields as NodeOf<"ColumnRef">).fields));
  });
  return names;
}
