import { quoteIdentifier } from "../../sql/quote.ts";
import type { ElementValues } from "../element-values.ts";
import type { Rule } from "../rule.ts";

export const SCHEMA: Rule<ElementValues["schema"]> = {
  create: ({ id, value }) => [{ sql: `CREATE SCHEMA ${quoteIdentifier(value.name)}`, creates: [id] }],
  drop: ({ id, value }) => [{ sql: `DROP SCHEMA ${quoteIdentifier(value.name)}`, drops: [id] }],
  noun({ value }) {
    const noun = `SCHEMA ${quoteIdentifier(value.name)}`;
    return { comment: noun, owner: noun, grant: noun };
  },
};
