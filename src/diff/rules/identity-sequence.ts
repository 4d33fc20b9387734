import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Rule } from "../rule.ts";

/** It comes, changes and goes with its column. */
export const IDENTITY_SEQUENCE: Rule<QualifiedName> = {
  create: () => [],
  drop: () => [],
  alter: () => ({ actions: [] }),
  noun({ value }) {
    const noun = `SEQUENCE ${quoteQualified(value)}`;
    return { comment: noun, grant: noun };
  },
};
