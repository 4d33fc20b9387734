import type { ObjectId } from "../catalog/object-id.ts";
import { quoteIdentifier, quoteLiteral } from "../sql/quote.ts";
import type { Action } from "./action.ts";
import type { Element } from "./element.ts";
import type { SequenceOwnerValue } from "./element-values.ts";
import { granting, losesGrants } from "./granting.ts";
import type { Side, Sides } from "./rule.ts";
import { ownerMark } from "./rules/owner-mark.ts";
import { goneMark } from "./rules/partitioned-part.ts";
import { ruleOf } from "./rules.ts";
import { sameValue } from "./same-value.ts";
import type { DiffOptions } from "./schema-diff.ts";

/** What leads from one owner, comment, access list and set of extensions to another; `before` is undefined for what is new. */
export function governing(
  sides: Sides,
  { owners = true, grants = true, comments = true, role }: DiffOptions,
): (before: Element | undefined, after: Element) => readonly Action[] {
  const creator = role ?? onlyOwner(sides);
  const grantsOf = grants ? granting(sides) : undefined;
  return (before, after) => {
    if (before !== undefined && isGovernedAlike(before, after) && !(grants && losesGrants(after, sides))) return [];
    const noun = ruleOf(after)?.noun?.(after);
    if (noun === undefined) return [];
    const said: Action[] = [];
    const owner = before === undefined ? creator : before.owner;
    const changesOwner = owners && after.owner !== undefined && owner !== after.owner && !followsTable(after, sides);
    if (comments && noun.comment !== undefined && before?.comment !== after.comment) {
      const text = after.comment === undefined ? "NULL" : quoteLiteral(after.comment);
      said.push({ sql: `COMMENT ON ${noun.comment} IS ${text}`, needs: placeOf(after) });
    }
    // What is taken from a table is taken from its columns too, so they come later.
    const needs = [...placeOf(after), ...(after.parent === undefined ? [] : [accessMark(after.parent)])];
    const marks = [accessMark(after.id)];
    said.push(...(grantsOf?.(before, after, noun) ?? []).map((sql) => ({ sql, needs, marks, grants: true as const })));
    return [
      ...(changesOwner && noun.owner !== undefined ? [owning(noun.owner, before, after, sides)] : []),
      ...said,
      ...(noun.extension === undefined ? [] : depending(noun.extension, before, after)),
    ];
  };
}

/** The statements of a column, and of its table for the owner, are those of its sequence. */
const placeOf = ({ id, kind, needs }: Element): string[] =>
  kind === "identity sequence" ? [id, ...needs, ...needs.map(ownerMark)] : [id];

const accessMark = (id: string): string => `access to ${id}`;

/** What a table owns no longer is set free before; what is read through a new view is read by whoever makes both. */
const owning = (
  noun: string,
  before: Element | undefined,
  { id, kind, owner = "" }: Element,
  { from, to }: Sides,
): Action => ({
  sql: `ALTER ${noun} OWNER TO ${quoteIdentifier(owner)}`,
  needs: [
    id,
    ...(kind === "sequence" ? [sequenceOwner(id)] : ownedBy(id, from)).map(goneMark),
    ...(kind === "view" && before === undefined ? filledThrough(id, to) : []),
  ],
  marks: [ownerMark(id)],
});

/** The materialized views that select from a view, be it by others. */
const filledThrough = (view: ObjectId, side: Side): ObjectId[] =>
  side
    .dependents(view)
    .flatMap(({ id, kind, parent }) =>
      kind === "materialized view" ? [id] : kind === "view" || parent === view ? filledThrough(id, side) : [],
    );

/** OWNED BY of the sequences of a table. */
const ownedBy = (table: ObjectId, { dependents }: Side): ObjectId[] =>
  dependents(table)
    .filter(({ kind, parent }) => kind === "column" && parent === table)
    .flatMap(({ id }) => dependents(id).filter(({ kind }) => kind === "sequence owner"))
    .map(({ id }) => id);

/** A sequence that stays with its table goes along with the table's owner. */
const followsTable = ({ id, kind }: Element, { from, to }: Sides): boolean => {
  const [before, after] = [from, to].map(
    ({ elements }) => elements.get(sequenceOwner(id)) as Element<SequenceOwnerValue> | undefined,
  );
  return kind === "sequence" && before !== undefined && sameValue(before.value.table, after?.value.table);
};

const sequenceOwner = (sequence: ObjectId): ObjectId => `sequence owner:${sequence}`;

function isGovernedAlike(before: Element, after: Element): boolean {
  return (
    before.owner === after.owner &&
    before.comment === after.comment &&
    sayAlike(before.grants, after.grants) &&
    sayAlike(before.extensions, after.extensions)
  );
}

/** Most have neither. */
const sayAlike = (before: unknown, after: unknown): boolean =>
  before === after || JSON.stringify(before) === JSON.stringify(after);

function depending(noun: string, before: Element | undefined, after: Element): Action[] {
  const was = before?.extensions ?? [];
  const is = after.extensions ?? [];
  const name = (id: string): string => id.slice("extension:".length);
  return [
    ...was.filter((id) => !is.includes(id)).map((id) => ({ sql: `ALTER ${noun} NO DEPENDS ON EXTENSION ${name(id)}` })),
    ...is
      .filter((id) => !was.includes(id))
      .map((id) => ({ sql: `ALTER ${noun} DEPENDS ON EXTENSION ${name(id)}`, needs: [after.id, id] })),
  ];
}

/** Schemas that the server made are everybody's. */
function onlyOwner({ from, to }: Sides): string | undefined {
  const owners = new Set<string>();
  for (const side of [from, to]) {
    for (const { owner, kind } of side.elements.values()) {
      if (owner !== undefined && kind !== "schema") owners.add(owner);
    }
  }
  return owners.size === 1 ? [...owners][0] : undefined;
}
