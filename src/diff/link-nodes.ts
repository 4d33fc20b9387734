import type { ObjectId } from "../catalog/object-id.ts";
import { type Doers, push } from "./doers.ts";
import type { Element } from "./element.ts";
import type { Verdict } from "./fates.ts";
import { link, type Node } from "./graph.ts";
import type { Side, Sides } from "./rule.ts";
import { comesLast } from "./rules/keys-to-partitions.ts";
import { goneMark, linkStays } from "./rules/partitioned-part.ts";

/** Links each node to those that must come before it, by what the elements of both sides need. */
export function linkNodes(nodes: readonly Node[], verdict: Verdict, doers: Doers): void {
  const freed = claimsFreed(nodes, verdict.sides);
  linkLeaving(nodes, verdict);
  for (const one of nodes) {
    linkMaking(one, verdict.sides, doers);
    linkTaking(one, verdict, doers);
    for (const claim of claimsTaken(one, verdict.sides)) {
      for (const other of freed.get(claim) ?? []) link(other, one);
    }
  }
}

function linkMaking(one: Node, sides: Sides, doers: Doers): void {
  const { creates = [], alters = [], needs = [], fold } = one.action;
  for (const id of [...creates, ...alters]) {
    const element = sides.to.elements.get(id);
    for (const need of element?.needs ?? []) {
      // One of several statements for both waits for none of the others.
      if (creates.includes(need) || alters.includes(need)) continue;
      if (creates.includes(id) || !isApart(element, sides.to.elements.get(need), sides)) {
        linkNeed(one, need, sides, doers);
      }
    }
    for (const need of element?.after ?? []) {
      const other = sides.to.elements.get(need);
      if (other !== undefined && comesLast(other, sides)) continue;
      // Where it may become one statement with another's making, it does not wait for that one's parts.
      if (sides.to.elements.get(need)?.parent !== fold?.into || sides.fate(fold?.into ?? "") !== "created") {
        linkNeed(one, need, sides, doers);
      }
    }
  }
  for (const need of needs) linkNeed(one, need, sides, doers);
  for (const id of creates) {
    const dropper = doers.droppers.get(id);
    if (dropper !== undefined) link(dropper, one);
    if (sides.to.elements.get(id)?.kind === "inheritance") linkInheritance(one, id, sides, doers);
  }
}

/** A table comes below another when neither has anything left that the other must not have. */
function linkInheritance(one: Node, id: ObjectId, { from, to }: Sides, { droppers }: Doers): void {
  const partsOf = (whole: ObjectId) =>
    from.dependents(whole).filter(({ parent, kind }) => parent === whole && kind !== "inheritance");
  for (const table of to.elements.get(id)?.needs ?? []) {
    for (const part of partsOf(table)) {
      // Defaults are parts of columns.
      for (const { id: gone } of [part, ...(part.kind === "column" ? partsOf(part.id) : [])]) {
        const dropper = droppers.get(gone);
        if (dropper !== undefined) link(dropper, one);
      }
    }
  }
}

/** A table leaves its parent before either gets or changes anything: until then the other would have it too, or forbid it. */
function linkLeaving(nodes: readonly Node[], { sides: { from, to } }: Verdict): void {
  const leaving = nodes.filter(({ action }) =>
    action.drops?.some((id) => from.elements.get(id)?.kind === "inheritance"),
  );
  if (leaving.length === 0) return;
  const doing = new Map<ObjectId, Set<Node>>();
  for (const one of nodes) {
    const { creates = [], alters = [], frees = [] } = one.action;
    for (const id of [...creates, ...alters, ...frees]) {
      const table = to.elements.get(id)?.parent;
      if (table !== undefined && to.elements.get(id)?.kind !== "inheritance") {
        doing.set(table, (doing.get(table) ?? new Set()).add(one));
      }
    }
  }
  for (const one of leaving) {
    for (const id of one.action.drops ?? []) {
      for (const table of from.elements.get(id)?.needs ?? []) {
        for (const other of doing.get(table) ?? []) link(one, other);
      }
    }
  }
}

function linkTaking(one: Node, { sides, fates }: Verdict, doers: Doers): void {
  const { from, to } = sides;
  const { drops = [], alters = [], needs = [] } = one.action;
  // What is altered after it was made anew is not what was there before.
  for (const id of [...drops, ...alters.filter((altered) => fates.get(altered) !== "replaced")]) {
    for (const need of wanted(from, id)) {
      if (!drops.includes(id) && isApart(from.elements.get(id), from.elements.get(need), sides)) continue;
      // What several tables hand down goes with the last of them.
      if (needs.includes(goneMark(need))) continue;
      const dropper = dropperOf(doers, need, from);
      if (dropper?.action.marks?.some((mark) => needs.includes(mark)) === true) continue;
      if (dropper !== undefined) link(one, dropper);
    }
  }
  for (const id of drops) {
    // The old one of what was made anew beside it goes last.
    for (const need of fates.get(id) === "altered" ? [] : wanted(from, id)) {
      for (const other of doers.alterers.get(need) ?? []) link(one, other);
    }
    // What is put back later must not be there while that which it comes after is made.
    for (const later of to.elements.get(id)?.after ?? []) {
      const creator = doers.creators.get(later);
      if (creator !== undefined) link(one, creator);
    }
  }
}

/** What a table has of one that it leaves, or comes below again later, is its own in between. */
const isApart = (element: Element | undefined, above: Element | undefined, sides: Sides): boolean =>
  element?.inherited !== undefined &&
  element.kind === above?.kind &&
  element.parent !== above.parent &&
  !linkStays(sides, element.parent, above.parent);

function claimsFreed(nodes: readonly Node[], { from, to }: Sides): ReadonlyMap<string, readonly Node[]> {
  const freed = new Map<string, Node[]>();
  const early = new Set(nodes.flatMap(({ action }) => action.frees ?? []));
  for (const one of nodes) {
    const { drops = [], alters = [], frees = [] } = one.action;
    for (const id of drops) {
      for (const claim of from.elements.get(id)?.claims ?? []) push(freed, claim, one);
    }
    for (const id of [...frees, ...alters.filter((altered) => !early.has(altered))]) {
      for (const claim of claimsOnlyIn(from, to, id)) push(freed, claim, one);
    }
  }
  return freed;
}

const claimsTaken = ({ action: { creates = [], alters = [] } }: Node, { from, to }: Sides): string[] => [
  ...creates.flatMap((id) => to.elements.get(id)?.claims ?? []),
  ...alters.flatMap((id) => claimsOnlyIn(to, from, id)),
];

function claimsOnlyIn(side: Side, other: Side, id: ObjectId): string[] {
  const others = other.elements.get(id)?.claims ?? [];
  return (side.elements.get(id)?.claims ?? []).filter((claim) => !others.includes(claim));
}

/** What is needed, in its new form; what is new and has no statement of its own comes with what it is a part of. */
function linkNeed(one: Node, need: ObjectId, sides: Sides, { creators, alterers }: Doers): void {
  for (let at: ObjectId | undefined = need; at !== undefined; at = sides.to.elements.get(at)?.parent) {
    for (const other of alterers.get(at) ?? []) link(other, one);
    const creator = creators.get(at);
    if (creator !== undefined) link(creator, one);
    const fate = sides.fate(at);
    if (creator !== undefined || (fate !== "created" && fate !== "replaced")) return;
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
