import { BEHAVIOUR } from "./draw-behaviour.ts";
import { GOVERNING, OWNERS } from "./draw-governing.ts";
import { ON_TABLES } from "./draw-on-tables.ts";
import type { Draft } from "./part.ts";

/** What stands on tables and types: constraints, indexes, views, triggers, policies, privileges, comments, … */
export function drawDependents(draft: Draft): void {
  const { dice } = draft;
  const kinds = [...ON_TABLES, ...BEHAVIOUR];
  for (let count = 8 + dice.below(16); count > 0; count -= 1) {
    dice.pick(kinds)(draft);
  }
  for (let count = dice.below(8); count > 0; count -= 1) {
    dice.pick(GOVERNING)(draft);
  }
  for (let count = dice.below(4); count > 0; count -= 1) {
    dice.pick(OWNERS)(draft);
  }
}
