import type { Action, Fold } from "./action.ts";

/** An action among the others; a group of actions once others were made one with it. */
export interface Node {
  readonly action: Action;
  /** What decides where nothing else does. */
  readonly rank: number;
  readonly key: string;
  /** What comes after it. */
  readonly after: Set<Node>;
  readonly before: Set<Node>;
  /** What stands within its statement. */
  readonly folded: Node[];
}

export function node(action: Action, rank: number, key: string): Node {
  return { action, rank, key, after: new Set(), before: new Set(), folded: [] };
}

export function link(first: Node, then: Node): void {
  if (first !== then) {
    first.after.add(then);
    then.before.add(first);
  }
}

/**
 * Makes one node of two, unless something has to come between them.
 *
 * @param first of the two, when they are ordered
 * @param kept which of the two stays
 * @returns whether it was done
 */
export function fold(first: Node, then: Node, kept: Node): boolean {
  if (first === then || leadsAround(first, then) || then.after.has(first)) return false;
  const gone = kept === first ? then : first;
  for (const one of gone.after) {
    one.before.delete(gone);
    link(kept, one);
  }
  for (const one of gone.before) {
    one.after.delete(gone);
    link(one, kept);
  }
  gone.after.clear();
  gone.before.clear();
  return true;
}

/** Whether a way leads from the one to the other over a third. */
function leadsAround(first: Node, then: Node): boolean {
  const seen = new Set<Node>([then]);
  const open = [...then.before].filter((one) => one !== first);
  for (let at = open.pop(); at !== undefined; at = open.pop()) {
    if (at === first) return true;
    if (seen.has(at)) continue;
    seen.add(at);
    for (const one of at.before) open.push(one);
  }
  return false;
}

/** The statement of a node with all that was folded into it. */
export function sqlOf({ action, folded }: Node): string {
  const { compose } = action;
  return compose === undefined ? action.sql : compose(partsOf(folded));
}

function partsOf(folded: readonly Node[]): Fold[] {
  return folded
    .flatMap((one) => {
      const part = one.action.fold;
      if (part === undefined) return [];
      const { text } = part;
      return { ...part, text: typeof text === "string" ? text : text(partsOf(one.folded)) };
    })
    .sort((a, b) => a.place - b.place);
}
