import { type Constant, compareConstants } from "./constant.ts";

/** A condition on rows, as far as PostgreSQL's prover looks into it. */
export type Predicate =
  | { readonly kind: "and" | "or"; readonly of: readonly Predicate[] }
  | { readonly kind: "compare"; readonly key: string; readonly op: Comparison; readonly value: Constant }
  | { readonly kind: "null" | "not null"; readonly key: string }
  /** Not looked into; the same text means the same. */
  | { readonly kind: "opaque"; readonly text: string };

export type Comparison = "<" | "<=" | "=" | ">=" | ">" | "<>";

export const ALWAYS: Predicate = { kind: "and", of: [] };

export const and = (...of: readonly Predicate[]): Predicate => (of.length === 1 && of[0] ? of[0] : { kind: "and", of });

export const or = (...of: readonly Predicate[]): Predicate => (of.length === 1 && of[0] ? of[0] : { kind: "or", of });

const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  "<": ">=",
  "<=": ">",
  "=": "<>",
  ">=": "<",
  ">": "<=",
  "<>": "=",
};

export function negated(predicate: Predicate): Predicate {
  switch (predicate.kind) {
    case "and":
      return or(...predicate.of.map(negated));
    case "or":
      return and(...predicate.of.map(negated));
    case "compare":
      return { ...predicate, op: OPPOSITE[predicate.op] };
    case "null":
      return { ...predicate, kind: "not null" };
    case "not null":
      return { ...predicate, kind: "null" };
    case "opaque":
      return { kind: "opaque", text: `not ${predicate.text}` };
  }
}

/**
 * Whether PostgreSQL can tell that rows that do not violate `premise` do not violate `goal`. A condition that comes out
 * as NULL is not violated.
 *
 * Source: `predicate_implied_by` with `weak` in `src/backend/optimizer/util/predtest.c`.
 */
export function implies(premise: Predicate, goal: Predicate): boolean {
  if (goal.kind === "and") return goal.of.every((one) => implies(premise, one));
  if (premise.kind === "or") return premise.of.every((one) => implies(one, goal));
  if (premise.kind === "and" && premise.of.some((one) => implies(one, goal))) return true;
  if (goal.kind === "or") return goal.of.some((one) => implies(premise, one));
  return isAtom(premise) && isAtom(goal) && atomImplies(premise, goal);
}

type Atom = Exclude<Predicate, { readonly of: unknown }>;

const isAtom = (predicate: Predicate): predicate is Atom => predicate.kind !== "and" && predicate.kind !== "or";

function atomImplies(premise: Atom, goal: Atom): boolean {
  if (premise.kind === "opaque" || goal.kind === "opaque") {
    return premise.kind === "opaque" && goal.kind === "opaque" && premise.text === goal.text;
  }
  if (premise.key !== goal.key) return false;
  if (goal.kind !== "compare") return premise.kind === goal.kind;
  // NULL compares as NULL.
  if (premise.kind !== "compare") return premise.kind === "null";
  const order = compareConstants(premise.value, goal.value);
  if (order === "different") return premise.op === "=" && goal.op === "<>";
  return order !== undefined && comparisonImplies(premise.op, goal.op, order);
}

/** @param order of the constant of the premise to the constant of the goal: -1, 0 or 1 */
function comparisonImplies(premise: Comparison, goal: Comparison, order: number): boolean {
  switch (premise) {
    case "=":
      return holds(order, goal);
    case "<":
      return ["<", "<=", "<>"].includes(goal) && order <= 0;
    case "<=":
      return (goal === "<=" && order <= 0) || (["<", "<>"].includes(goal) && order < 0);
    case ">":
      return [">", ">=", "<>"].includes(goal) && order >= 0;
    case ">=":
      return (goal === ">=" && order >= 0) || ([">", "<>"].includes(goal) && order > 0);
    case "<>":
      return goal === "<>" && order === 0;
  }
}

function holds(order: number, op: Comparison): boolean {
  switch (op) {
    case "<":
      return order < 0;
    case "<=":
      return order <= 0;
    case "=":
      return order === 0;
    case ">=":
      return order >= 0;
    case ">":
      return order > 0;
    case "<>":
      return order !== 0;
  }
}
