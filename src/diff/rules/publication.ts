import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { Fold } from "../action.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

type Value = ElementValues["publication"];

/** Its tables are elements of their own: they come and go with the tables. */
export const PUBLICATION: Rule<Value> = {
  create({ id, value }, { version }) {
    const compose = (tables: readonly Fold[]): string => creation(value, tables, version);
    return [{ sql: compose([]), creates: [id], compose }];
  },
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }, { version }) {
    if (before.allTables !== after.allTables) {
      return;
    }
    const gone = before.schemas.filter((schema) => !after.schemas.includes(schema));
    const come = after.schemas.filter((schema) => !before.schemas.includes(schema));
    const options = optionsOf(after, version).filter((one) => !optionsOf(before, version).includes(one));
    return {
      actions: [
        ...(gone.length === 0 ? [] : [`DROP ${schemasText(gone)}`]),
        ...(come.length === 0 ? [] : [`ADD ${schemasText(come)}`]),
        ...(options.length === 0 ? [] : [`SET (${options.join(", ")})`]),
      ].map((change) => ({ sql: `ALTER ${nameOf(after)} ${change}`, alters: [id] })),
    };
  },
  noun: ({ value }) => ({ comment: nameOf(value), owner: nameOf(value) }),
};

const nameOf = ({ name }: Value): string => `PUBLICATION ${quoteIdentifier(name)}`;

const schemasText = (schemas: readonly string[]): string =>
  `TABLES IN SCHEMA ${schemas.map(quoteIdentifier).join(", ")}`;

function creation(publication: Value, tables: readonly Fold[], version: number): string {
  const list = tables.map(({ text }) => (typeof text === "string" ? text : text([])));
  const objects = [
    ...(publication.allTables ? ["ALL TABLES"] : []),
    ...(list.length === 0 ? [] : [`TABLE ${list.join(", ")}`]),
    ...(publication.schemas.length === 0 ? [] : [schemasText(publication.schemas)]),
  ];
  const options = optionsOf(publication, version).filter((one) => !DEFAULTS.has(one));
  return [
    `CREATE ${nameOf(publication)}`,
    objects.length === 0 ? "" : ` FOR ${objects.join(", ")}`,
    options.length === 0 ? "" : ` WITH (${options.join(", ")})`,
  ].join("");
}

const optionsOf = ({ publishes, viaPartitionRoot, generatedColumns }: Value, version: number): readonly string[] => [
  `publish = ${quoteLiteral(publishes.join(", "))}`,
  `publish_via_partition_root = ${viaPartitionRoot}`,
  ...(version >= 180_000 ? [`publish_generated_columns = ${generatedColumns}`] : []),
];

const DEFAULTS: ReadonlySet<string> = new Set([
  "publish = 'insert, update, delete, truncate'",
  "publish_via_partition_root = false",
  "publish_generated_columns = none",
]);
