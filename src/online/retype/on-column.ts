import type { Column } from "../../catalog/model/column.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { grantsOf, sequenceAccess } from "../access.ts";
import { freeName } from "../free-name.ts";
import { optionsText } from "../index-definition.ts";
import { sequenceOptions } from "../sequence-options.ts";
import { alter, type Change, freshName } from "./change.ts";
import type { Conversion } from "./conversion.ts";
import type { Share, Step } from "./share.ts";

/** What makes the new column, without values; all of it goes with the column. */
export function addColumn({ after, fresh }: Conversion, change: Change): readonly string[] {
  const { table } = change;
  const name = quoteIdentifier(fresh);
  const head = `${alter(change)} ALTER COLUMN ${name}`;
  const collation = after.collation === undefined ? "" : ` COLLATE ${quoteQualified(after.collation)}`;
  const own = { ...table, grants: [], columns: [{ ...after, name: fresh }] };
  return [
    `${alter(change)} ADD COLUMN ${name} ${after.type.text}${collation}`,
    ...(after.statisticsTarget === undefined ? [] : [`${head} SET STATISTICS ${after.statisticsTarget}`]),
    ...(after.options === undefined ? [] : [`${head} SET (${optionsText(after.options)})`]),
    ...(after.storage === undefined ? [] : [`${head} SET STORAGE ${after.storage}`]),
    ...(after.compression === undefined ? [] : [`${head} SET COMPRESSION ${after.compression}`]),
    ...grantsOf(own, () => true),
    ...(after.comment === undefined
      ? []
      : [`COMMENT ON COLUMN ${quoteQualified(table)}.${name} IS ${quoteLiteral(after.comment)}`]),
  ];
}

/** Defaults and what gives numbers: only one of the two columns may have them at a time. */
export function valueShares(change: Change): readonly Share[] {
  return change.conversions.flatMap((conversion) => [
    ...defaultShare(conversion, change),
    ...sequenceShares(conversion, change),
    ...identityShare(conversion, change),
  ]);
}

const at = (change: Change, column: string): string => `${alter(change)} ALTER COLUMN ${quoteIdentifier(column)}`;

function defaultShare({ before, fresh, kept }: Conversion, change: Change): readonly Share[] {
  const changes = change.defaults.filter(({ command }) => command.name === before.name);
  const set = (text: string): Step => ["settle", `${at(change, before.name)} SET DEFAULT ${text}`];
  const drop = (column: string): Step => ["settle", `${at(change, column)} DROP DEFAULT`];
  const old = before.default === undefined ? [] : [set(before.default)];
  const next = changes.length === 0 ? old : changes.map(({ text }): Step => ["settle", `${alter(change)} ${text}`]);
  return [
    {
      up: [...(before.default === undefined ? [] : [drop(kept)]), ...next],
      down: [...(next.length === 0 ? [] : [drop(fresh)]), ...old],
    },
  ];
}

/** A sequence of a serial column belongs to whichever has its name. */
function sequenceShares({ before }: Conversion, { table, context }: Change): readonly Share[] {
  return [...context.state.store.maps.sequences.values()]
    .filter(({ ownedBy }) => {
      return ownedBy?.schema === table.schema && ownedBy.table === table.name && ownedBy.column === before.name;
    })
    .map((sequence): Share => {
      const owned: Step = [
        "settle",
        `ALTER SEQUENCE ${quoteQualified(sequence)} OWNED BY ${quoteQualified(table)}.${quoteIdentifier(before.name)}`,
      ];
      return { up: [owned], down: [owned], notes: limitNote(before, sequence, sequence.type) };
    });
}

const limitNote = (before: Column, { name, schema }: { name: string; schema: string }, type: string) =>
  type === "bigint"
    ? []
    : [
        `The sequence ${schema}.${name} of ${before.name} stays ${type} and ends where it did: ALTER SEQUENCE … AS bigint, in the same migration, lets it go on.`,
      ];

/** The sequence of an identity column cannot be handed over: another one of its name goes on where it stood. */
function identityShare({ before, after, fresh, kept }: Conversion, change: Change): readonly Share[] {
  const { context } = change;
  const { identity } = before;
  if (identity === undefined || after.identity === undefined) return [];
  const { schema, name } = identity.sequence;
  const isTaken = (one: string): boolean => context.state.relation({ schema, name: one }) !== undefined;
  const other = freeName(freshName(name), isTaken);
  const handOver = (from: string, to: string, column: Column): readonly Step[] => {
    const { sequence, generation } = column.identity ?? identity;
    const options = `SEQUENCE NAME ${quoteQualified({ schema, name: other })} ${sequenceOptions(sequence)}`;
    const [old, next] = [quoteQualified({ schema, name }), quoteQualified({ schema, name: other })];
    return [
      [
        "settle",
        `${at(change, to)} ADD GENERATED ${generation === "always" ? "ALWAYS" : "BY DEFAULT"} AS IDENTITY (${options})`,
      ],
      ["settle", `SELECT pg_catalog.setval(${quoteLiteral(next)}, last_value, is_called) FROM ${old}`],
      ["settle", `${at(change, from)} DROP IDENTITY`],
      ["settle", `ALTER SEQUENCE ${next} RENAME TO ${quoteIdentifier(name)}`],
      ...sequenceAccess(identity.sequence, change.table, context.state).map((sql): Step => ["settle", sql]),
    ];
  };
  return [
    {
      up: handOver(kept, before.name, after),
      down: handOver(fresh, before.name, before),
      notes: [
        `The sequence of ${before.name} is another one of the same name from the cutover on, with the same privileges.`,
      ],
    },
  ];
}
