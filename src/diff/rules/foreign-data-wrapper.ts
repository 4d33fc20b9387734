import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";
import { asksForSecret, optionsFrom, optionsOf } from "./foreign-options.ts";

type Value = ElementValues["foreign data wrapper"];

export const FOREIGN_DATA_WRAPPER: Rule<Value> = {
  create: ({ id, value }) => [
    {
      sql: `CREATE ${nameOf(value)}${routine("HANDLER", value.handler)}${routine("VALIDATOR", value.validator)}${optionsOf(value.options)}`,
      creates: [id],
    },
  ],
  drop: ({ id, value }) => [{ sql: `DROP ${nameOf(value)}`, drops: [id] }],
  alter({ id, value: before }, { value: after }) {
    const changes = [
      changed("HANDLER", before.handler, after.handler),
      changed("VALIDATOR", before.validator, after.validator),
      optionsFrom(before.options, after.options),
    ].join("");
    return { actions: changes === "" ? [] : [{ sql: `ALTER ${nameOf(after)}${changes}`, alters: [id] }] };
  },
  isBeyond: (before, after) => asksForSecret(before?.value.options, after?.value.options),
  noun: ({ value }) => ({ comment: nameOf(value), owner: nameOf(value), grant: nameOf(value) }),
};

const nameOf = ({ name }: Value): string => `FOREIGN DATA WRAPPER ${quoteIdentifier(name)}`;

const routine = (word: string, name: QualifiedName | undefined): string =>
  name === undefined ? "" : ` ${word} ${quoteQualified(name)}`;

const changed = (word: string, before: QualifiedName | undefined, after: QualifiedName | undefined): string =>
  routine(word, before) === routine(word, after) ? "" : routine(word, after) || ` NO ${word}`;
