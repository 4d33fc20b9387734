import type { QualifiedName } from "../../catalog/model/names.ts";
import type { CompositeAttribute } from "../../catalog/model/type.ts";
import { type ObjectId, objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ElementValues } from "../element-values.ts";
import type { Rule, Side, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { renewed } from "./renewal.ts";
import { typeNoun } from "./type-noun.ts";

type Value = ElementValues["composite"];
type Changes = NonNullable<Rule<Value>["alter"]>;

export const COMPOSITE: Rule<Value> = {
  create: ({ id, value }) => [
    { sql: creation(value), creates: [id] },
    ...comments(undefined, value).map((sql) => ({ sql, alters: [id] })),
  ],
  drop: ({ id, value }) => [{ sql: `DROP TYPE ${quoteQualified(value)}`, drops: [id] }],
  alter(before, after, sides) {
    const changes = attributeChanges(before.value, after.value, {
      stored: isStored(before.id, sides),
      cascade: cascadeOf(before.id, sides),
    });
    if (changes === undefined) {
      return renewedType(before, after, sides);
    }
    const sql = `ALTER TYPE ${quoteQualified(after.value)} ${changes.join(", ")}`;
    const statements = [...(changes.length === 0 ? [] : [sql]), ...comments(before.value, after.value)];
    const along = typedColumns(before, after, sides);
    const losing = losses(before, after, sides);
    return {
      actions: statements.map((one) => ({
        sql: one,
        alters: [after.id],
        ...(one === sql && { ...along, ...losing, alters: [after.id, ...along.alters] }),
      })),
    };
  },
  carry(before, after, sides) {
    if (isStored(before.id, sides)) {
      return renewedType(before, after, sides);
    }
    const changes = after.value.attributes.map((one) => retyping(one) + cascadeOf(before.id, sides)).join(", ");
    return { actions: [{ sql: `ALTER TYPE ${quoteQualified(after.value)} ${changes}`, alters: [after.id] }] };
  },
  noun: ({ value }) => typeNoun(value),
};

const renewedType: Changes = (before, after, sides) => {
  const alteration = renewed(before, after, sides, {
    rename: (old) => [`ALTER TYPE ${quoteQualified(after.value)} RENAME TO ${quoteIdentifier(old)}`],
    create: creation(after.value),
    drop: (name) => `DROP TYPE ${quoteQualified({ schema: after.value.schema, name })}`,
  });
  const said = comments(undefined, after.value).map((sql) => ({ sql, alters: [after.id] }));
  // The last of them drops the old one, which waits for the columns to go over.
  return alteration && { ...alteration, actions: alteration.actions.toSpliced(-1, 0, ...said) };
};

function losses({ id, value }: Element<Value>, after: Element<Value>, { from }: Sides): Pick<Action, "losesRows"> {
  const gone = value.attributes.filter(({ name }) => after.value.attributes.every((one) => one.name !== name));
  const isHeld = from.dependents(id).some(({ kind }) => kind === "column" || kind === "domain" || kind === "table");
  return gone.length === 0 || !isHeld
    ? {}
    : {
        losesRows: `the values of ${gone.map(({ name }) => `${quoteQualified(value)}.${quoteIdentifier(name)}`).join(", ")}`,
      };
}

/** Values of it are in rows: the type of an attribute cannot change. */
const isStored = (id: string, { from }: Sides): boolean =>
  from.dependents(id).some(({ kind }) => kind === "column" || kind === "domain");

const creation = (type: Value): string =>
  `CREATE TYPE ${quoteQualified(type)} AS (${type.attributes.map((one) => `\n  ${attributeText(one)}`).join(",")}${type.attributes.length === 0 ? "" : "\n"})`;

const attributeText = ({ name, type, collation }: CompositeAttribute): string =>
  `${quoteIdentifier(name)} ${typeText(type.text, collation)}`;

const typeText = (type: string, collation: CompositeAttribute["collation"]): string =>
  `${type}${collation === undefined ? "" : ` COLLATE ${quoteQualified(collation)}`}`;

const retyping = ({ name, type, collation }: CompositeAttribute): string =>
  `ALTER ATTRIBUTE ${quoteIdentifier(name)} TYPE ${typeText(type.text, collation)}`;

/** What comes, goes and changes with the attributes in the tables that were made of the type. */
function typedColumns(
  before: Element<Value>,
  after: Element<Value>,
  { from, to }: Sides,
): Required<Pick<Action, "creates" | "drops" | "alters">> {
  const columns = (side: Side, { id, value }: Element<Value>): readonly ObjectId[] =>
    side.dependents(id).flatMap((element) => {
      const table = element.value as QualifiedName;
      return element.kind === "table"
        ? value.attributes.map(({ name }) => objectId("column", table.schema, table.name, name))
        : [];
    });
  const typeOf = (side: Side, id: ObjectId): string | undefined =>
    (side.elements.get(id)?.value as ColumnValue | undefined)?.type?.text;
  const [old, now] = [columns(from, before), columns(to, after)];
  return {
    creates: now.filter((id) => !from.elements.has(id)),
    drops: old.filter((id) => !to.elements.has(id)),
    alters: now.filter((id) => from.elements.has(id) && typeOf(from, id) !== typeOf(to, id)),
  };
}

/** The tables that were made of the type change along. */
const cascadeOf = (id: string, { from }: Sides): string =>
  from.dependents(id).some(({ kind }) => kind === "table") ? " CASCADE" : "";

/** Undefined where attributes change their order, or their types while values are stored. */
function attributeChanges(
  before: Value,
  after: Value,
  { stored, cascade }: { readonly stored: boolean; readonly cascade: string },
): readonly string[] | undefined {
  const names = new Set(after.attributes.map(({ name }) => name));
  const kept = before.attributes.filter(({ name }) => names.has(name));
  const isSameOrder = kept.every(({ name }, place) => after.attributes[place]?.name === name);
  const retyped = kept.flatMap((old, place) => {
    const now = after.attributes[place];
    return now === undefined || sameValue([old.type, old.collation], [now.type, now.collation]) ? [] : [now];
  });
  if (!isSameOrder || (stored && retyped.length > 0)) {
    return;
  }
  return [
    ...before.attributes
      .filter(({ name }) => !names.has(name))
      .map(({ name }) => `DROP ATTRIBUTE ${quoteIdentifier(name)}${cascade}`),
    ...retyped.map((one) => retyping(one) + cascade),
    ...after.attributes.slice(kept.length).map((one) => `ADD ATTRIBUTE ${attributeText(one)}${cascade}`),
  ];
}

const comments = (before: Value | undefined, after: Value): readonly string[] =>
  after.attributes.flatMap(({ name, comment }) => {
    const old = before?.attributes.find((one) => one.name === name)?.comment;
    const text = comment === undefined ? "NULL" : quoteLiteral(comment);
    return old === comment ? [] : [`COMMENT ON COLUMN ${quoteQualified(after)}.${quoteIdentifier(name)} IS ${text}`];
  });
