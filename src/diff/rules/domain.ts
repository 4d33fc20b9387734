import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Fold } from "../action.ts";
import type { Element } from "../element.ts";
import type { ColumnValue, ElementValues } from "../element-values.ts";
import type { Renewal, Rule, Side, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { renewed } from "./renewal.ts";
import { typeNoun } from "./type-noun.ts";

type Value = ElementValues["domain"];

export const DOMAIN: Rule<Value> = {
  create(element, { to }) {
    const sql = creation(element, to);
    return [
      { sql, creates: [element.id], compose: (parts: readonly Fold[]) => [sql, ...parts.map(partText)].join(" ") },
    ];
  },
  drop: ({ id, value }) => [{ sql: `DROP DOMAIN ${quoteQualified(value)}`, drops: [id] }],
  alter(before, after, sides) {
    const { value } = after;
    if (
      !sameValue([before.value.base, before.value.collation], [value.base, value.collation]) ||
      isCheckedWithin(before, after, sides)
    ) {
      return renewedDomain(before, after, sides);
    }
    const saysNotNull = hasNotNull(before, sides.from) || hasNotNull(after, sides.to);
    const changes = [
      ...(before.value.default === value.default
        ? []
        : [value.default === undefined ? "DROP DEFAULT" : `SET DEFAULT ${value.default}`]),
      ...(before.value.notNull === value.notNull || saysNotNull
        ? []
        : [value.notNull ? "SET NOT NULL" : "DROP NOT NULL"]),
    ];
    return {
      actions: changes.map((one) => ({ sql: `ALTER DOMAIN ${quoteQualified(value)} ${one}`, alters: [after.id] })),
    };
  },
  differs: isCheckedWithin,
  carry: (before, after, sides) => renewedDomain(before, after, sides),
  renewal,
  noun: ({ value }) => typeNoun(value, "DOMAIN"),
};

/**
 * Whether values within arrays, composite types or ranges would have to fulfil something new: PostgreSQL does not look into
 * those (`find_composite_type_dependencies`), so they go over to a domain that has it from its beginning.
 */
function isCheckedWithin(before: Element<Value>, after: Element<Value>, { from, to }: Sides): boolean {
  const isChecked =
    (after.value.notNull && !before.value.notNull) ||
    to
      .dependents(after.id)
      .some(
        ({ id, kind, parent, value }) =>
          kind === "domain constraint" &&
          parent === after.id &&
          (value as ElementValues["domain constraint"]).validated &&
          !sameValue(value, from.elements.get(id)?.value),
      );
  return isChecked && isWithin(before.id, from);
}

/** Whether a table has values of the type within others. */
const isWithin = (type: string, side: Side): boolean =>
  side.dependents(type).some(({ id, kind, value }) => {
    if (kind === "column") return (value as ColumnValue).type?.array === true;
    if (kind === "domain") return (value as Value).base.array ? isStored(id, side) : isWithin(id, side);
    return (kind === "composite" || kind === "range") && isStored(id, side);
  });

const isStored = (type: string, side: Side): boolean =>
  side
    .dependents(type)
    .some(
      ({ id, kind }) => kind === "column" || (["composite", "range", "domain"].includes(kind) && isStored(id, side)),
    );

const partText = ({ text }: Fold): string => (typeof text === "string" ? text : text([]));

const renewedDomain: NonNullable<Rule<Value>["alter"]> = (before, after, sides) =>
  renewed(before, after, sides, renewal(after, sides));

function renewal(domain: Element<Value>, { to }: Sides): Renewal {
  const { value } = domain;
  return {
    rename: (old) => [`ALTER DOMAIN ${quoteQualified(value)} RENAME TO ${quoteIdentifier(old)}`],
    create: creation(domain, to),
    drop: (name) => `DROP DOMAIN ${quoteQualified({ schema: value.schema, name })}`,
  };
}

const creation = (domain: Element<Value>, side: Side): string => {
  const { base, collation, default: preset, notNull } = domain.value;
  return [
    `CREATE DOMAIN ${quoteQualified(domain.value)} AS ${base.text}`,
    collation === undefined ? "" : ` COLLATE ${quoteQualified(collation)}`,
    preset === undefined ? "" : ` DEFAULT ${preset}`,
    notNull && !hasNotNull(domain, side) ? " NOT NULL" : "",
  ].join("");
};

/** From PostgreSQL 17 on NOT NULL is one of the domain's constraints. */
const hasNotNull = ({ id }: Element<Value>, side: Side): boolean =>
  side
    .dependents(id)
    .some(({ kind, parent, value }) => kind === "domain constraint" && parent === id && isNotNull(value));

const isNotNull = (value: unknown): boolean => (value as ElementValues["domain constraint"]).type === "not null";
