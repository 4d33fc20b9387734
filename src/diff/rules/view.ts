import type { Column } from "../../catalog/model/column.ts";
import type { Options } from "../../catalog/model/names.ts";
import type { View } from "../../catalog/model/view.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule, Side } from "../rule.ts";
import { optionStatements, withOptions } from "./naming.ts";

type Value = ElementValues["view"];

export const VIEW: Rule<Value> = {
  create: ({ id, value }) => [{ sql: `CREATE VIEW ${viewText(value)}`, creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP VIEW ${quoteQualified(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }, { from, to }) {
    if (before.definition === after.definition) {
      const changes = optionStatements(`ALTER VIEW ${quoteQualified(after)} `, before.options, after.options);
      return { actions: changes.map((sql) => ({ sql, alters: [id] })) };
    }
    return startsWith(columnsOf(to, after), columnsOf(from, before))
      ? { actions: [{ sql: `CREATE OR REPLACE VIEW ${viewText(after)}`, alters: [id] }] }
      : undefined;
  },
  noun(element) {
    const name = quoteQualified(element.value);
    return { comment: `VIEW ${name}`, owner: `VIEW ${name}`, grant: `TABLE ${name}` };
  },
};

/** Options stand in it even where they stay: CREATE OR REPLACE takes away what it does not name. */
const viewText = (view: Value): string =>
  `${quoteQualified(view)}${optionsClause(view.options)} AS\n${queryText(view.definition)}`;

export const optionsClause = (options: Options | undefined): string =>
  options === undefined ? "" : ` WITH (${withOptions(options)})`;

/** A query as the server prints it: with blanks in front and a semicolon behind. */
export const queryText = (definition: string): string => definition.replace(/;\s*$/, "");

const columnsOf = ({ catalog }: Side, { schema, name }: Value): readonly Column[] =>
  catalog.views.find((view: View) => view.schema === schema && view.name === name)?.columns ?? [];

/** CREATE OR REPLACE adds columns behind the others and changes none. */
const startsWith = (columns: readonly Column[], start: readonly Column[]): boolean =>
  start.every((column, place) => {
    const other = columns[place];
    return (
      other?.name === column.name &&
      other.type.text === column.type.text &&
      other.collation?.schema === column.collation?.schema &&
      other.collation?.name === column.collation?.name
    );
  });
