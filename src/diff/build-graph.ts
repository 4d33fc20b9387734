import type { Action } from "./action.ts";
import { type Doers, enlist } from "./doers.ts";
import type { Verdict } from "./fates.ts";
import { foldNodes } from "./fold-nodes.ts";
import { governing } from "./governing.ts";
import { link, type Node, node } from "./graph.ts";
import { linkNodes } from "./link-nodes.ts";
import { CREATION, DROP, rankOf } from "./ranks.ts";
import { ruleOf } from "./rules.ts";
import type { DiffOptions } from "./schema-diff.ts";

/** The statements that lead from one side to the other, each linked to those that must come before it. */
export function buildGraph(verdict: Verdict, options: DiffOptions): Node[] {
  const doers: Doers = { creators: new Map(), droppers: new Map(), alterers: new Map() };
  const nodes = statementsOf(verdict, doers);
  nodes.push(...governingNodes(verdict, doers, options));
  linkNodes(nodes, verdict, doers);
  return foldNodes(nodes, doers, verdict);
}

function statementsOf({ sides, fates, alterations }: Verdict, doers: Doers): Node[] {
  const nodes: Node[] = [];
  const add = (action: Action, rank: number, key: string): Node => {
    const made = node(action, rank, `${keyOf(key, action)} ${String(nodes.length).padStart(6, "0")}`);
    nodes.push(made);
    enlist(made, doers);
    return made;
  };
  const chain = (actions: readonly Action[], rank: number, key: string): void => {
    let last: Node | undefined;
    for (const action of actions) {
      const made = add(action, rank, key);
      if (last !== undefined) link(last, made);
      last = made;
    }
  };
  for (const [id, fate] of fates) {
    const before = sides.from.elements.get(id);
    const after = sides.to.elements.get(id);
    if (before !== undefined && (fate === "dropped" || fate === "replaced")) {
      chain(ruleOf(before)?.drop(before, sides) ?? [], DROP - rankOf(before.kind), id);
    }
    if (after !== undefined && (fate === "created" || fate === "replaced")) {
      chain(ruleOf(after)?.create(after, sides) ?? [], CREATION + rankOf(after.kind), id);
    }
    if (after !== undefined && fate === "altered") {
      chain(alterations.get(id)?.actions ?? [], CREATION + rankOf(after.kind), id);
    }
  }
  return nodes;
}

/** New columns come in the order in which their table has them. */
const keyOf = (id: string, { fold }: Action): string =>
  fold?.slot === "column" ? `${fold.into.replace(/^[^:]*/, "column")}.${String(fold.place).padStart(4, "0")}` : id;

/** Owners, comments and grants, right behind what they are of. */
function governingNodes({ sides, fates, alterations }: Verdict, doers: Doers, options: DiffOptions): Node[] {
  const nodes: Node[] = [];
  const governed = governing(sides, options);
  for (const after of sides.to.elements.values()) {
    const fate = fates.get(after.id);
    const isNew = fate === "created" || fate === "replaced" || alterations.get(after.id)?.renews === true;
    const before = isNew ? undefined : sides.from.elements.get(after.id);
    const actions = governed(before, after);
    let last: Node | undefined;
    for (const action of actions) {
      const made = node(action, CREATION + rankOf(after.kind), `${after.id}~${String(nodes.length).padStart(6, "0")}`);
      nodes.push(made);
      enlist(made, doers);
      if (last !== undefined) link(last, made);
      last = made;
    }
  }
  return nodes;
}
