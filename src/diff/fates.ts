import type { QualifiedName } from "../catalog/model/names.ts";
import type { ObjectId } from "../catalog/object-id.ts";
import type { Element } from "./element.ts";
import type { Alteration, Fate, Side, Sides } from "./rule.ts";
import { keysBetween, leadsToOwnTree } from "./rules/keys-to-partitions.ts";
import { abovesOf, linkStays } from "./rules/partitioned-part.ts";
import { renewed } from "./rules/renewal.ts";
import { isAlike, ruleOf } from "./rules.ts";

export interface Verdict {
  readonly sides: Sides;
  /** Of what is not simply kept. */
  readonly fates: ReadonlyMap<ObjectId, Fate>;
  readonly alterations: ReadonlyMap<ObjectId, Alteration>;
  /** Changed, and of a kind without a rule. */
  readonly unsupported: ReadonlySet<ObjectId>;
}

/**
 * What becomes of each element, with everything that has to go and come back for the sake of another.
 *
 * @param anew what is made anew even if it could be altered
 * @param aside what gives up its names before it gets new ones
 */
export function judge(
  from: Side,
  to: Side,
  version: number,
  anew: ReadonlySet<ObjectId> = new Set(),
  aside: ReadonlySet<ObjectId> = new Set(),
): Verdict {
  const fates = new Map<ObjectId, Fate>();
  const sides: Sides = {
    from,
    to,
    version,
    fate: (id) => fates.get(id) ?? (from.elements.has(id) ? "kept" : "none"),
    isSetAside: (id) => aside.has(id),
  };
  const alterations = new Map<ObjectId, Alteration>();
  const unsupported = new Set<ObjectId>();
  const disturbed: Disturbed[] = [];
  for (const before of from.elements.values()) {
    const after = to.elements.get(before.id);
    if (after === undefined) {
      fates.set(before.id, "dropped");
      const rule = ruleOf(before);
      if (rule === undefined || rule.isBeyond?.(before, undefined) === true) unsupported.add(before.id);
      continue;
    }
    const rule = ruleOf(after);
    if (isAlike(before, after) && rule?.differs?.(before, after, sides) !== true) continue;
    if (rule?.isBeyond?.(before, after) === true) unsupported.add(before.id);
    if (rule === undefined) {
      unsupported.add(before.id);
      fates.set(before.id, "altered");
      continue;
    }
    const alter = before.kind === after.kind ? rule.alter : renewedAs;
    const alteration = anew.has(before.id) ? undefined : alter?.(before, after, sides);
    if (alteration === undefined) {
      fates.set(before.id, "replaced");
      continue;
    }
    fates.set(before.id, "altered");
    alterations.set(before.id, alteration);
    disturbed.push(...disturbedBy(before.id, alteration, from));
  }
  for (const element of to.elements.values()) {
    if (!from.elements.has(element.id)) {
      fates.set(element.id, "created");
      const rule = ruleOf(element);
      if (rule === undefined || rule.isBeyond?.(undefined, element) === true) unsupported.add(element.id);
    }
  }
  const moved = [...from.elements.values()].filter(
    ({ id, kind }) => kind === "inheritance" && fates.get(id) === "replaced",
  );
  const left = [...carried(disturbed, sides, fates, alterations), ...keysBetween(moved, from)];
  replaceDependents(sides, fates, left);
  return { sides, fates, alterations, unsupported };
}

/** What becomes one of another kind, such as an enum of a domain, is made anew as that beside it. */
function renewedAs(before: Element, after: Element, sides: Sides): Alteration | undefined {
  const [old, now] = [before, after].map((one) => ruleOf(one)?.renewal?.(one, sides));
  const { rename, drop } = old ?? {};
  return rename === undefined || drop === undefined || now === undefined
    ? undefined
    : renewed(before as Element<QualifiedName>, after as Element<QualifiedName>, sides, { ...now, rename, drop });
}

interface Disturbed {
  readonly dependent: Element;
  /** What becomes another object, and the dependent may go over to. */
  readonly renewed?: ObjectId;
}

function disturbedBy(id: ObjectId, { actions, disturbs, renews }: Alteration, from: Side): Disturbed[] {
  if (disturbs === undefined) return [];
  const touched = new Set([id, ...actions.flatMap(({ alters = [] }) => alters)]);
  return [...touched].flatMap((one) =>
    from
      .dependents(one)
      .filter(disturbs)
      .map((dependent) => (renews === true ? { dependent, renewed: id } : { dependent })),
  );
}

/** Those that keep rows go over to what is made anew; the others are left, with what that disturbs. */
function carried(
  disturbed: readonly Disturbed[],
  sides: Sides,
  fates: Map<ObjectId, Fate>,
  alterations: Map<ObjectId, Alteration>,
): Element[] {
  const left: Element[] = [];
  const done = new Set<ObjectId>();
  const open = [...disturbed];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { dependent, renewed } = next;
    const { id } = dependent;
    if (done.has(id)) continue;
    const after = sides.to.elements.get(id);
    const own = alterations.get(id);
    if (renewed === undefined || after === undefined || isGone(fates.get(id))) {
      left.push(dependent);
      continue;
    }
    if (own !== undefined && !after.needs.includes(renewed)) continue;
    const alteration = own?.renews === true ? own : ruleOf(after)?.carry?.(dependent, after, sides);
    if (alteration === undefined) {
      left.push(dependent);
      continue;
    }
    done.add(id);
    fates.set(id, "altered");
    if (alteration !== own) {
      // What is made anew is made as it is meant to be.
      const first = alteration.renews === true ? [] : (own?.actions ?? []);
      alterations.set(id, { ...alteration, actions: [...first, ...alteration.actions] });
      open.push(...disturbedBy(id, alteration, sides.from));
    }
  }
  return left;
}

const isGone = (fate: Fate | undefined): boolean => fate === "dropped" || fate === "replaced";

/** What depends on something that goes, goes too, and comes back when it is wanted. */
function replaceDependents(sides: Sides, fates: Map<ObjectId, Fate>, disturbed: readonly Element[]): void {
  const replace = (element: Element): boolean => {
    if (isGone(fates.get(element.id))) return false;
    fates.set(element.id, "replaced");
    return true;
  };
  const gone = [...fates].filter(([, fate]) => isGone(fate)).map(([id]) => id);
  gone.push(...disturbed.filter(replace).map(({ id }) => id));
  for (let id = gone.pop(); id !== undefined; id = gone.pop()) {
    for (const dependent of sides.from.dependents(id)) {
      // What is about to be dropped anyway comes back under a name that others were altered to need.
      const isPart = dependent.parent === id;
      if (!canStay(dependent, id, sides, fates) && (replace(dependent) || isPart)) gone.push(dependent.id);
    }
  }
}

/** It is altered so that it needs the other no more, or was only a part of what its table has left. */
function canStay(dependent: Element, gone: ObjectId, sides: Sides, fates: ReadonlyMap<ObjectId, Fate>): boolean {
  const after = sides.to.elements.get(dependent.id);
  if (after !== undefined && isStillHandedDown(dependent, gone, sides, fates)) return true;
  if (dependent.parent !== gone && after !== undefined && isLeft(dependent, sides.from.elements.get(gone), sides)) {
    return true;
  }
  return (
    dependent.parent !== gone &&
    after !== undefined &&
    fates.get(dependent.id) === "altered" &&
    !after.needs.includes(gone) &&
    !isMadeAnew(gone, after, sides, fates)
  );
}

/** It needs what takes the place of the other: it cannot be altered in between. */
function isMadeAnew(gone: ObjectId, after: Element, { from, to }: Sides, fates: ReadonlyMap<ObjectId, Fate>): boolean {
  const old = from.elements.get(gone);
  const whole = old?.parent;
  const isWholeGone = whole !== undefined && fates.get(whole) === "replaced";
  return after.needs.some((need) => {
    const wanted = to.elements.get(need);
    return (
      (isWholeGone && (need === whole || wanted?.parent === whole)) ||
      wanted?.claims?.some((claim) => old?.claims?.includes(claim)) === true
    );
  });
}

/** Another table above hands it down as well, and goes on with that. */
function isStillHandedDown(
  dependent: Element,
  gone: ObjectId,
  sides: Sides,
  fates: ReadonlyMap<ObjectId, Fate>,
): boolean {
  const aboves = abovesOf(dependent, sides.from);
  return (
    aboves.some(({ id }) => id === gone) &&
    aboves.some(({ id, parent }) => !isGone(fates.get(id)) && linkStays(sides, dependent.parent, parent))
  );
}

/** What comes from a table above is a table's own from the moment it leaves that. */
const isLeft = (dependent: Element, gone: Element | undefined, sides: Sides): boolean =>
  gone !== undefined &&
  dependent.kind === gone.kind &&
  !leadsToOwnTree(dependent, sides.from) &&
  sides.from.elements.has(`inheritance:${dependent.parent} ${gone.parent}`) &&
  !linkStays(sides, dependent.parent, gone.parent);
