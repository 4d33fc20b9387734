import type { QualifiedName } from "../catalog/model/names.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";

interface Commented {
  readonly name: string;
  readonly comment?: string;
}

/** What gives a constraint that was made again its comment; undefined where it had none. */
export const commentOnConstraint = (table: QualifiedName, { name, comment }: Commented): string | undefined =>
  comment === undefined
    ? undefined
    : `COMMENT ON CONSTRAINT ${quoteIdentifier(name)} ON ${quoteQualified(table)} IS ${quoteLiteral(comment)}`;

/** What gives an index that was made again its comment; undefined where it had none. */
export const commentOnIndex = ({ schema }: QualifiedName, { name, comment }: Commented): string | undefined =>
  comment === undefined
    ? undefined
    : `COMMENT ON INDEX ${quoteQualified({ schema, name })} IS ${quoteLiteral(comment)}`;
