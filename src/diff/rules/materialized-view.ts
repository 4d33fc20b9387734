import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { optionStatements } from "./naming.ts";
import { optionsClause, queryText } from "./view.ts";

type Value = ElementValues["materialized view"];

export const MATERIALIZED_VIEW: Rule<Value> = {
  create: ({ id, value }) => [{ sql: creation(value), creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP MATERIALIZED VIEW ${quoteQualified(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }) {
    if (before.definition !== after.definition) {
      return;
    }
    const alter = `ALTER MATERIALIZED VIEW ${quoteQualified(after)} `;
    const changes = [
      ...(after.accessMethod === undefined || before.accessMethod === after.accessMethod
        ? []
        : [`SET ACCESS METHOD ${quoteIdentifier(after.accessMethod)}`]),
      ...(before.tablespace === after.tablespace
        ? []
        : [`SET TABLESPACE ${quoteIdentifier(after.tablespace ?? "pg_default")}`]),
    ].map((one) => alter + one);
    const refreshed =
      before.populated === after.populated
        ? []
        : [`REFRESH MATERIALIZED VIEW ${quoteQualified(after)}${after.populated ? "" : " WITH NO DATA"}`];
    return {
      actions: [...changes, ...optionStatements(alter, before.options, after.options), ...refreshed].map((sql) => ({
        sql,
        alters: [id],
      })),
    };
  },
  noun(element) {
    const name = quoteQualified(element.value);
    return {
      comment: `MATERIALIZED VIEW ${name}`,
      owner: `MATERIALIZED VIEW ${name}`,
      grant: `TABLE ${name}`,
      extension: `MATERIALIZED VIEW ${name}`,
    };
  },
};

const creation = (view: Value): string =>
  [
    `CREATE MATERIALIZED VIEW ${quoteQualified(view)}`,
    // Where the default differs, the method must be named; what is every server's default reads better without.
    view.accessMethod === undefined || view.accessMethod === "heap"
      ? ""
      : ` USING ${quoteIdentifier(view.accessMethod)}`,
    optionsClause(view.options),
    view.tablespace === undefined ? "" : ` TABLESPACE ${quoteIdentifier(view.tablespace)}`,
    ` AS\n${queryText(view.definition)}`,
    view.populated ? "" : "\nWITH NO DATA",
  ].join("");
