import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Effect } from "../effects/effect.ts";
import { effectsOf } from "../effects/effects-of.ts";
import type { ColumnExpression } from "../migrations/migration.ts";
import { type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { areLong, isLong } from "./long-work.ts";
import type { OnlinePolicy } from "./online-policy.ts";
import type { Piece } from "./piece.ts";

/** A statement with its text, as the planner looks at it. */
export interface Written {
  readonly sql: string;
  readonly parsed: ParsedStatement;
}

/** What a form is chosen by. */
export interface OnlineContext {
  /** The catalog that the statement finds. */
  readonly state: CatalogState;
  readonly policy: OnlinePolicy;
  /** Some earlier statement did what the state does not follow. */
  readonly isInDoubt?: boolean;
  /** In a migration that is itself what contract is to others: the catalog before it. What is kept in it stays. */
  readonly standing?: CatalogState;
  /** The moment for which partitions to come are planned; absent: the clock's. */
  readonly now?: Date;
  /** What the author says that columns hold again when their type is taken back. */
  readonly back?: readonly ColumnExpression[];
  /** What the author says that rows get in columns, and the catalog before the first statement of the file. */
  readonly using?: { readonly expressions: readonly ColumnExpression[]; readonly found: CatalogState };
}

/** What SQL of the planner is called in messages. */
export const PLANNED = "<plan>";

/** Parses SQL that the planner itself wrote. */
export const written = (sql: string): Written => ({
  sql,
  parsed: parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, PLANNED),
});

/** The catalog that a statement leaves behind; the context's own stays as it is. */
export function stateAfter(context: OnlineContext, ...statements: readonly Written[]): CatalogState {
  const state = context.state.clone();
  for (const { parsed } of statements) {
    applyStatement(state, parsed);
  }
  return state;
}

/** The context in which the statement behind `pieces` is looked at: what waits for contract has not happened by then. */
export const contextAfter = (context: OnlineContext, pieces: readonly Piece[]): OnlineContext => ({
  ...context,
  state: stateAfter(
    context,
    ...pieces
      .filter(({ isTrial, leftover }) => isTrial !== true && leftover === undefined)
      .map(({ sql }) => written(sql)),
  ),
});

/**
 * What the statement does that stops other sessions for longer than the policy allows. Nobody writes to a materialized
 * view, and nobody reads one that was never filled.
 */
export function harm(statement: Written, context: OnlineContext): readonly Effect[] {
  const stopping = effectsOf(statement.parsed, context.state).effects.filter(
    (effect) => effect.work !== "none" && !effect.isNew && stopsOthers(effect, context.state),
  );
  const long = stopping.filter((effect) => isLong(effect, context));
  // Each may be brief and the lock on all of them be held through the work on all of them: partitions, for one.
  return long.length === 0 && areLong(stopping, context) ? stopping : long;
}

function stopsOthers({ relation, kind, blocks }: Effect, state: CatalogState): boolean {
  if (kind !== "materialized view") return blocks.reads || blocks.writes;
  const view = state.relation(relation);
  return blocks.reads && !(view?.kind === "materialized view" && !view.is.populated);
}
