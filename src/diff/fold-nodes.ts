import type { Doers } from "./doers.ts";
import type { Verdict } from "./fates.ts";
import { fold, type Node } from "./graph.ts";

/** What can be said in one statement is. */
export function foldNodes(nodes: readonly Node[], doers: Doers, { sides }: Verdict): Node[] {
  const folded = new Map<Node, Node>();
  const standing = (one: Node): Node => {
    let at = one;
    for (let next = folded.get(at); next !== undefined; next = folded.get(at)) at = next;
    return at;
  };
  for (const one of nodes) {
    const id = one.action.apart === true ? undefined : one.action.drops?.[0];
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
  for (const slot of ["column", "default", "constraint", "link"] as const) {
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
