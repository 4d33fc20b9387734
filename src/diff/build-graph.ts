import type { ObjectId } from "../catalog/object-id.ts";
import type { Action } from "./action.ts";
import type { Verdict } from "./fates.ts";
import { governing } from "./governing.ts";
import { fold, link, type Node, node } from "./graph.ts";
import { CREATION, DROP, rankOf } from "./ranks.ts";
import type { Side, Sides } from "./rule.ts";
import { ruleOf } from "./rules.ts";
import type { DiffOptions } from "./schema-diff.ts";

/** Who makes, changes and takes away what. */
interface Doers {
  readonly creators: Map<ObjectId, Node>;
  readonly droppers: Map<ObjectId, Node>;
  readonly alterers: Map<ObjectId, Node[]>;
}

/** The statements that lead from one side to the other, each linked to those that must come before it. */
export function buildGraph(verdict: Verdict, options: DiffOptions): Node[] {
  const doers: Doers = { creators: new Map(), droppers: new Map(), alterers: new Map() };
  const nodes = statementsOf(verdict, doers);
  nodes.push(...governingNodes(verdict, doers, options));
  linkAll(nodes, verdict, doers);
  return foldAll(nodes, doers, verdict);
}

function statementsOf({ sides, fates, alterations }: Verdict, doers: Doers): Node[] {
  const nodes: Node[] = [];
  const add = (action: Action, rank: number, key: string): Node => {
    const made = node(action, rank, `${key} ${String(nodes.length).padStart(6, "0")}`);
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

function enlist(made: Node, { creators, droppers, alterers }: Doers): void {
  const { creates = [], marks = [], drops = [], alters = [] } = made.action;
  for (const id of [...creates, ...marks]) creators.set(id, made);
  for (const id of drops) droppers.set(id, made);
  for (const id of alters) push(alterers, id, made);
}

function linkAll(nodes: readonly Node[], { sides }: Verdict, doers: Doers): void {
  const { from, to } = sides;
  const claims = new Map<string, Node[]>();
  for (const one of nodes) {
    for (const id of one.action.drops ?? []) {
      for (const claim of from.elements.get(id)?.claims ?? []) push(claims, claim, one);
    }
  }
  for (const one of nodes) {
    const { creates = [], drops = [], alters = [], needs = [] } = one.action;
    for (const id of [...creates, ...alters]) {
      for (const need of wanted(to, id)) linkNeed(one, need, sides, doers);
    }
    for (const need of needs) linkNeed(one, need, sides, doers);
    for (const id of creates) {
      const dropper = doers.droppers.get(id);
      if (dropper !== undefined) link(dropper, one);
      for (const claim of to.elements.get(id)?.claims ?? []) {
        for (const other of claims.get(claim) ?? []) link(other, one);
      }
    }
    for (const id of [...drops, ...alters]) {
      for (const need of wanted(from, id)) {
        const dropper = dropperOf(doers, need, from);
        if (dropper !== undefined) link(one, dropper);
      }
    }
    for (const id of drops) {
      for (const need of wanted(from, id)) {
        for (const other of doers.alterers.get(need) ?? []) link(one, other);
      }
      // What is put back later must not be there while that which it comes after is made.
      for (const later of to.elements.get(id)?.after ?? []) {
        const creator = doers.creators.get(later);
        if (creator !== undefined) link(one, creator);
      }
    }
  }
}

/** What is needed, in its new form; what is new and has no statement of its own comes with what it is a part of. */
function linkNeed(one: Node, need: ObjectId, sides: Sides, { creators, alterers }: Doers): void {
  for (let at: ObjectId | undefined = need; at !== undefined; at = sides.to.elements.get(at)?.parent) {
    for (const other of alterers.get(at) ?? []) link(other, one);
    const creator = creators.get(at);
    if (creator !== undefined) link(creator, one);
    if (creator !== undefined || sides.fate(at) !== "created") return;
  }
}

function* wanted(side: Side, id: ObjectId): Generator<ObjectId> {
  const element = side.elements.get(id);
  if (element !== undefined) {
    yield* element.needs;
    if (element.after !== undefined) yield* element.after;
  }
}

/** What has no statement of its own goes with what it is a part of. */
function dropperOf({ droppers }: Doers, id: ObjectId, from: Side): Node | undefined {
  for (let at: ObjectId | undefined = id; at !== undefined; at = from.elements.get(at)?.parent) {
    const found = droppers.get(at);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** What can be said in one statement is. */
function foldAll(nodes: readonly Node[], doers: Doers, { sides }: Verdict): Node[] {
  const folded = new Map<Node, Node>();
  const standing = (one: Node): Node => {
    let at = one;
    for (let next = folded.get(at); next !== undefined; next = folded.get(at)) at = next;
    return at;
  };
  for (const one of nodes) {
    const id = one.action.drops?.[0];
    const element = id === undefined ? undefined : sides.from.elements.get(id);
    for (const along of element?.goesWith ?? []) {
      const dropper = doers.droppers.get(along);
      const other = dropper === undefined ? undefined : standing(dropper);
      if (other !== undefined && other !== one && fold(one, other, other)) {
        folded.set(one, other);
        break;
      }
    }
  }
  const foldable = nodes.filter(({ action }) => action.fold !== undefined);
  for (const slot of ["link", "column", "default", "constraint"] as const) {
    for (const one of foldable) {
      const part = one.action.fold;
      if (part?.slot !== slot) continue;
      const into = doers.creators.get(part.into);
      const other = into === undefined ? undefined : standing(into);
      if (into !== undefined && other !== undefined && takesUp(into) && fold(other, one, other)) {
        into.folded.push(one);
        folded.set(one, other);
      }
    }
  }
  return nodes.filter((one) => !folded.has(one));
}

const takesUp = ({ action }: Node): boolean => action.compose !== undefined || typeof action.fold?.text === "function";

/** Owners, comments and grants, right behind what they are of. */
function governingNodes({ sides, fates, alterations }: Verdict, options: DiffOptions): Node[] {
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

function push<K, V>(map: Map<K, V[]>, key: K, value: V): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [value]);
  else list.push(value);
}
