import { harm, type OnlineContext, type Written } from "./online-context.ts";
import { type OnlineForm, refused } from "./piece.ts";
import { harmInWords } from "./too-long.ts";

/**
 * What a domain demands is checked in all tables that use it under locks that keep writers waiting, by VALIDATE CONSTRAINT
 * too. Only ADD … NOT VALID touches no table, and it already holds for every new value.
 */
export function alterDomainOnline(statement: Written, context: OnlineContext): OnlineForm {
  const tables = [...new Set(harm(statement, context).map(({ relation }) => relation.name))].join(", ");
  return refused(
    `changes a domain, and PostgreSQL checks that in every table that uses it under one lock: ${harmInWords(statement, context)}`,
    `add a constraint to the domain as NOT VALID, which holds for all new values, and one to the tables (${tables}), where it can be proved while others work`,
  );
}
