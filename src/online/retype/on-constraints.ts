import type { CheckConstraint, ForeignKey } from "../../catalog/model/constraint.ts";
import type { Table } from "../../catalog/model/table.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { commentOnConstraint } from "../comments.ts";
import { freeConstraintName } from "../free-name.ts";
import { hiddenName } from "../hidden-name.ts";
import { alone, brief } from "../piece.ts";
import { differsAnywhere } from "../sync/differs.ts";
import { typeSql } from "../sync/type-sql.ts";
import {
  alter,
  besideConstraint,
  type Change,
  freshColumn,
  freshName,
  isChanged,
  keptColumn,
  renamedIn,
} from "./change.ts";
import { keyDefinition } from "./key-definition.ts";
import type { Obstacle, Share, Step } from "./share.ts";

/** CHECKs over the columns, and foreign keys from and to them: those on the new column are proved before the cutover. */
export function constraintShares(change: Change): readonly (Share | Obstacle)[] {
  const { table, context } = change;
  const own = table.constraints.filter((one) => one.columns.some((name) => isChanged(change, name)));
  const incoming = context.state.keysReferencing(table).flatMap(({ table: from, constraint }) => {
    const key = context.state.table(from)?.constraints.find(({ name }) => name === constraint);
    const isOwn = keyOf(from) === keyOf(table);
    return key?.type === "foreign key" && key.references.columns.some((name) => isChanged(change, name))
      ? [{ from: isOwn ? table : from, key, isOwn }]
      : [];
  });
  const seen = new Set(incoming.filter(({ isOwn }) => isOwn).map(({ key }) => key.name));
  return [
    ...own.flatMap((one) => (one.type === "check" ? [checkShare(one, change)] : [])),
    ...own.flatMap((one) =>
      one.type === "foreign key" && !seen.has(one.name) ? [keyShare(one, table, false, change)] : [],
    ),
    ...incoming.map(({ from, key, isOwn }) => keyShare(key, from, !isOwn, change)),
  ];
}

function checkShare(check: CheckConstraint, change: Change): Share | Obstacle {
  const { table } = change;
  const { fresh, kept } = besideConstraint(change, check.name);
  const inherit = check.noInherit ? " NO INHERIT" : "";
  const enforced = check.enforced ? "" : " NOT ENFORCED";
  const definition = (expression: string): string => `CHECK (${expression})${inherit}${enforced}`;
  const now = renamedIn(check.expression, change, (column) => freshColumn(change, column));
  const before = renamedIn(check.expression, change, (column) => keptColumn(change, column));
  if (now === undefined || before === undefined) {
    return { reason: `the check ${check.name} is not understood` };
  }
  const name = quoteIdentifier(check.name);
  const isProved = check.validated && check.enforced;
  const add = (own: string, text: string): string =>
    `${alter(change)} ADD CONSTRAINT ${quoteIdentifier(own)} ${text}${check.enforced ? " NOT VALID" : ""}`;
  const prove = (own: string): string => `${alter(change)} VALIDATE CONSTRAINT ${quoteIdentifier(own)}`;
  const drop: Step = ["off", `${alter(change)} DROP CONSTRAINT ${name}`];
  const comment = [commentOnConstraint(table, check)].flatMap((sql): Step[] =>
    sql === undefined ? [] : [["settle", sql]],
  );
  const take = (own: string): Step => ["on", `${alter(change)} RENAME CONSTRAINT ${quoteIdentifier(own)} TO ${name}`];
  return {
    build: [
      {
        ...brief(add(fresh, definition(now)), "migrate"),
        back: [{ sql: `${alter(change)} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(fresh)}` }],
      },
      ...(isProved ? [{ ...alone(prove(fresh), "migrate"), back: [] }] : []),
    ],
    up: [drop, take(fresh), ...comment],
    ...(isProved ? { wanted: [before] } : {}),
    proofs: [add(kept, definition(before)), ...(isProved ? [prove(kept)] : [])],
    down: [drop, take(kept), ...comment],
  };
}

/** Types that PostgreSQL compares with each other in one operator family, so that a key may go from one to another. */
const FAMILIES: readonly ReadonlySet<string>[] = [
  new Set(["int2", "int4", "int8"]),
  new Set(["text", "varchar", "bpchar", "name"]),
  new Set(["date", "timestamp", "timestamptz"]),
  new Set(["float4", "float8"]),
];

/**
 * A foreign key from or to the columns: a second one beside it, proved, takes its place. On the way back the old one
 * guards what is written from the moment it is there, and is proved behind it.
 */
function keyShare(key: ForeignKey, from: Table, isOther: boolean, change: Change): Share | Obstacle {
  const { table } = change;
  if (key.parent !== undefined || from.partitioning !== undefined || table.partitioning !== undefined) {
    return {
      reason: `the foreign key ${key.name} belongs to a partitioned table, where no second one is made beside it yet`,
      instead: "drop the foreign key in a migration before this one, and create it in one behind it",
    };
  }
  const unlike = unlikeTypes(key, from, isOther, change);
  if (unlike !== undefined) {
    return {
      reason: `${unlike}, which PostgreSQL does not compare in the foreign key ${key.name}`,
      instead: `drop the foreign key ${key.name} of ${from.name} first, change both columns, and create it again`,
    };
  }
  const head = `ALTER TABLE ${quoteQualified(from)}`;
  const fresh = freeConstraintName(from, freshName(key.name));
  const isSelf = keyOf(key.references) === keyOf(table) && !isOther;
  const definition = keyDefinition(
    key,
    (column) => (isOther ? column : freshColumn(change, column)),
    (column) => (isOther || isSelf ? freshColumn(change, column) : column),
  );
  const name = quoteIdentifier(key.name);
  const add = (own: string, text: string): string =>
    `${head} ADD CONSTRAINT ${quoteIdentifier(own)} ${text}${key.enforced ? " NOT VALID" : " NOT ENFORCED"}`;
  const prove = (own: string): string => `${head} VALIDATE CONSTRAINT ${quoteIdentifier(own)}`;
  const isProved = key.validated && key.enforced;
  const drop: Step = ["keys off", `${head} DROP CONSTRAINT ${name}`];
  const comment = [commentOnConstraint(from, key)].flatMap((sql): Step[] =>
    sql === undefined ? [] : [["settle", sql]],
  );
  const same = keyDefinition(
    key,
    (column) => column,
    (column) => column,
  );
  return {
    build: [
      {
        ...brief(add(fresh, definition), "migrate"),
        back: [{ sql: `${head} DROP CONSTRAINT IF EXISTS ${quoteIdentifier(fresh)}` }],
      },
      ...(isProved ? [{ ...alone(prove(fresh), "migrate"), back: [] }] : []),
    ],
    up: [drop, ["on", `${head} RENAME CONSTRAINT ${quoteIdentifier(fresh)} TO ${name}`], ...comment],
    down: [drop, ["settle", add(key.name, same)], ...comment],
    behind: isProved ? [prove(key.name)] : [],
    ...(isOther ? { notes: notesOn(key, from, change) } : {}),
  };
}

/** Columns that refer to the changed ones keep the type that they have. */
const notesOn = (key: ForeignKey, from: Table, { conversions }: Change): readonly string[] =>
  key.columns.flatMap((column, at) => {
    const to = conversions.find(({ before }) => before.name === key.references.columns[at]);
    const own = from.columns.find(({ name }) => name === column)?.type.text;
    return to === undefined || own === undefined || own === to.after.type.text
      ? []
      : [`${from.name}.${column}, which refers to ${to.before.name}, stays ${own}: a statement of its own changes it.`];
  });

function unlikeTypes(key: ForeignKey, from: Table, isOther: boolean, change: Change): string | undefined {
  const { context, conversions, table } = change;
  const to = context.state.table(key.references);
  const typeOf = (owner: Table | undefined, column: string) => {
    const converted =
      owner !== undefined && keyOf(owner) === keyOf(table) && !(isOther && owner === from)
        ? conversions.find(({ before }) => before.name === column)
        : undefined;
    return converted?.after.type ?? owner?.columns.find(({ name }) => name === column)?.type;
  };
  for (const [at, column] of key.columns.entries()) {
    const other = key.references.columns[at] ?? "";
    const [one, two] = [typeOf(from, column), typeOf(to, other)];
    if (one === undefined || two === undefined || one.text === two.text) continue;
    const isLike = FAMILIES.some((family) => family.has(one.name) && family.has(two.name)) || keyOf(one) === keyOf(two);
    if (!isLike) return `${from.name}.${column} is ${one.text} and ${key.references.name}.${other} is ${two.text}`;
  }
  return undefined;
}

/** The first server on which NOT NULL is a constraint with a name. */
const NAMED_NOT_NULL = 18;

/**
 * NOT NULL, proved for the new column. The old one may be null from the cutover on, where a new value does not lead back;
 * before a way back it is proved again, and a column that may be null is proved to have lost nothing.
 */
export function notNullShares(change: Change): readonly Share[] {
  const { table, conversions, context } = change;
  return conversions.map(({ before, after, fresh, kept, back }): Share => {
    const head = `${alter(change)} ALTER COLUMN`;
    const guard = quoteIdentifier(freeConstraintName(table, `lockkeeper_${before.name}_kept`));
    if (!before.notNull) {
      const [now, old] = [quoteIdentifier(before.name), quoteIdentifier(kept)];
      // An expression of the author's may make something of nothing.
      const leadsBack =
        back.otherValue === old
          ? `${now} IS NULL`
          : `NOT ${differsAnywhere(now, `(${back.otherValue})::${typeSql(after.type)}`)}`;
      // And so may one for the way back.
      const leads = back.written === undefined ? leadsBack : `${leadsBack} OR (${back.value}) IS NULL`;
      const held = `${old} IS NOT NULL OR ${leads}`;
      return {
        wanted: [held],
        proofs: [
          `${alter(change)} ADD CONSTRAINT ${guard} CHECK (${held}) NOT VALID`,
          `${alter(change)} VALIDATE CONSTRAINT ${guard}`,
        ],
        down: [["off", `${alter(change)} DROP CONSTRAINT ${guard}`]],
      };
    }
    const named = before.notNullConstraint;
    if (context.state.major >= NAMED_NOT_NULL && named !== undefined) {
      const name = quoteIdentifier(named.name);
      const freshly = quoteIdentifier(freeConstraintName(table, freshName(named.name)));
      const keptly = quoteIdentifier(freeConstraintName(table, hiddenName(named.name)));
      const add = (own: string, column: string): string =>
        `${alter(change)} ADD CONSTRAINT ${own} NOT NULL ${quoteIdentifier(column)} NOT VALID`;
      const prove = (own: string): string => `${alter(change)} VALIDATE CONSTRAINT ${own}`;
      const comment = [commentOnConstraint(table, named)].flatMap((sql): Step[] =>
        sql === undefined ? [] : [["settle", sql]],
      );
      return {
        build: [
          { ...brief(add(freshly, fresh), "migrate"), back: [] },
          ...(named.validated ? [{ ...alone(prove(freshly), "migrate"), back: [] }] : []),
        ],
        up: [
          ["off", `${alter(change)} RENAME CONSTRAINT ${name} TO ${keptly}`],
          ["on", `${alter(change)} RENAME CONSTRAINT ${freshly} TO ${name}`],
          ["settle", `${head} ${quoteIdentifier(kept)} DROP NOT NULL`],
          ...comment,
        ],
        ...(named.validated ? { wanted: [`${quoteIdentifier(kept)} IS NOT NULL`] } : {}),
        proofs: [add(keptly, kept), ...(named.validated ? [prove(keptly)] : [])],
        down: [
          ["off", `${alter(change)} RENAME CONSTRAINT ${name} TO ${freshly}`],
          ["on", `${alter(change)} RENAME CONSTRAINT ${keptly} TO ${name}`],
          ...comment,
        ],
      };
    }
    const proof = quoteIdentifier(freeConstraintName(table, `lockkeeper_${fresh}_not_null`));
    return {
      build: [
        {
          ...brief(
            `${alter(change)} ADD CONSTRAINT ${proof} CHECK (${quoteIdentifier(fresh)} IS NOT NULL) NOT VALID`,
            "migrate",
          ),
          back: [{ sql: `${alter(change)} DROP CONSTRAINT IF EXISTS ${proof}` }],
        },
        { ...alone(`${alter(change)} VALIDATE CONSTRAINT ${proof}`, "migrate"), back: [] },
        { ...brief(`${head} ${quoteIdentifier(fresh)} SET NOT NULL`, "migrate"), back: [] },
        { ...brief(`${alter(change)} DROP CONSTRAINT ${proof}`, "migrate"), back: [] },
      ],
      up: [["settle", `${head} ${quoteIdentifier(kept)} DROP NOT NULL`]],
      wanted: [`${quoteIdentifier(kept)} IS NOT NULL`],
      proofs: [
        `${alter(change)} ADD CONSTRAINT ${guard} CHECK (${quoteIdentifier(kept)} IS NOT NULL) NOT VALID`,
        `${alter(change)} VALIDATE CONSTRAINT ${guard}`,
      ],
      down: [
        ["off", `${head} ${quoteIdentifier(kept)} SET NOT NULL`],
        ["off", `${alter(change)} DROP CONSTRAINT ${guard}`],
      ],
    };
  });
}
