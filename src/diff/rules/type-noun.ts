import type { QualifiedName } from "../../catalog/model/names.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { Noun } from "../rule.ts";

/** GRANT has no word for domains that it does not have for types. */
export function typeNoun(type: QualifiedName, word: "TYPE" | "DOMAIN" = "TYPE"): Noun {
  const name = quoteQualified(type);
  return { comment: `${word} ${name}`, owner: `${word} ${name}`, grant: `TYPE ${name}` };
}
