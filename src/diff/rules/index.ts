import { objectId } from "../../catalog/object-id.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Action } from "../action.ts";
import type { Element } from "../element.ts";
import type { IndexValue } from "../element-values.ts";
import type { Rule, Sides } from "../rule.ts";
import { sameValue } from "../same-value.ts";
import { indexSettings } from "./constraint-index.ts";
import { allBelow, comesFromAbove, goesFromAbove } from "./partitioned-part.ts";

export const INDEX: Rule<IndexValue> = {
  create(element, sides) {
    if (comesFromAbove(element, sides)) return [];
    const below = allBelow(element, sides);
    return [
      ...below.flatMap((one) => [plain(one, sides), ...settings(one)]),
      { sql: createIndex(element), creates: [element.id, ...below.map(({ id }) => id)] },
      ...settings(element),
    ];
  },
  drop: (element, sides) =>
    goesFromAbove(element, sides)
      ? []
      : [
          {
            sql: `DROP INDEX ${quoteQualified(nameOf(element.value))}`,
            drops: [element.id, ...goingAlong(element, sides)],
          },
        ],
  alter(before, after) {
    if (!isSameIndex(before, after)) return undefined;
    return {
      actions: [
        ...attaching(before.value, after.value).map((sql) => ({
          sql,
          alters: [after.id],
        })),
        ...changedSettings(before.value, after).map((sql) => ({ sql, alters: [after.id] })),
      ],
    };
  },
  noun({ value }) {
    const noun = `INDEX ${quoteQualified(nameOf(value))}`;
    return { comment: noun, extension: noun };
  },
};

const nameOf = ({ on, name }: IndexValue): { schema: string; name: string } => ({ schema: on.schema, name });

/** The server's text says all but the tablespace; the index of a partitioned table takes up those of its partitions. */
function createIndex({ text = "", value }: Element<IndexValue>): string {
  const head = `CREATE ${value.unique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(value.name)} ON `;
  const whole = value.partitioned && value.valid ? text.replace(`${head}ONLY `, () => head) : text;
  if (value.tablespace === undefined) return whole;
  const where = value.predicate === undefined ? "" : ` WHERE ${value.predicate}`;
  return `${whole.slice(0, whole.length - where.length)} TABLESPACE ${quoteIdentifier(value.tablespace)}${where}`;
}

/** What the partition's index needs beside the one it is then taken up by. */
const plain = (element: Element<IndexValue>, sides: Sides): Action => ({
  sql: createIndex(element),
  needs: element.needs.filter((id) => sides.to.elements.get(id)?.kind !== "index"),
});

const settings = (element: Element<IndexValue>): Action[] =>
  changedSettings(undefined, element).map((sql) => ({ sql, alters: [element.id] }));

/** CREATE INDEX says its options and its tablespace. */
function changedSettings(before: IndexValue | undefined, { value }: Element<IndexValue>): string[] {
  const { options, tablespace } = before ?? value;
  return indexSettings(
    nameOf(value),
    {
      ...(options === undefined ? {} : { options }),
      ...(tablespace === undefined ? {} : { tablespace }),
      targets: before === undefined ? {} : targetsOf(before),
    },
    { ...value, targets: targetsOf(value) },
  );
}

const targetsOf = ({ keys }: IndexValue): Record<string, number> =>
  Object.fromEntries(
    keys.flatMap(({ statisticsTarget }, place) =>
      statisticsTarget === undefined ? [] : [[String(place + 1), statisticsTarget] as const],
    ),
  );

/** Whether nothing differs but what ALTER INDEX can change, and what follows the types of its columns. */
function isSameIndex(before: Element<IndexValue>, after: Element<IndexValue>): boolean {
  const core = ({ keys, options: _, tablespace: __, parent: ___, valid: ____, ready: _____, ...rest }: IndexValue) => ({
    ...rest,
    keys: keys.map(({ statisticsTarget: ______, opclass: _______, ...key }) => key),
  });
  const isBuilt = before.value.valid && before.value.ready;
  return (
    sameValue(core(before.value), core(after.value)) &&
    (isBuilt || before.value.partitioned || !after.value.valid) &&
    (sameValue(opclasses(before.value), opclasses(after.value)) || before.text === after.text)
  );
}

const opclasses = ({ keys }: IndexValue): unknown => keys.map(({ opclass }) => opclass);

function attaching(before: IndexValue, after: IndexValue): string[] {
  return after.parent === undefined || sameValue(before.parent, after.parent)
    ? []
    : [`ALTER INDEX ${quoteQualified(after.parent)} ATTACH PARTITION ${quoteQualified(nameOf(after))}`];
}

function goingAlong(element: Element<IndexValue>, sides: Sides): string[] {
  const { on, name } = element.value;
  return sides.from
    .dependents(objectId("index", on.schema, name))
    .filter((one): one is Element<IndexValue> => one.kind === "index")
    .filter((one) => goesFromAbove(one, sides))
    .flatMap((one) => [one.id, ...goingAlong(one, sides)]);
}
