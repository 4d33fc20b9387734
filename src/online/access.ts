import type { Column } from "../catalog/model/column.ts";
import type { Governed, Grant } from "../catalog/model/grant.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";

/** A table or a view, with who may do what to it. */
interface Granted extends QualifiedName, Governed {
  readonly columns: readonly Column[];
}

/** The grants on a relation and on its columns, for which `isMeant` holds. */
export function grantsOf(relation: Granted, isMeant: (grant: Grant) => boolean): readonly string[] {
  const to = quoteQualified(relation);
  const ofColumn = ({ name, grants = [] }: Column) =>
    grants.map((grant) => ({ grant, on: ` (${quoteIdentifier(name)})` }));
  return [...(relation.grants ?? []).map((grant) => ({ grant, on: "" })), ...relation.columns.flatMap(ofColumn)]
    .filter(({ grant }) => isMeant(grant))
    .map(({ grant, on }) => grantSql(grant, on, to));
}

const grantSql = ({ grantee, privilege, grantable }: Grant, columns: string, relation: string): string =>
  `GRANT ${privilege}${columns} ON ${relation} TO ${roleText(grantee)}${grantable ? " WITH GRANT OPTION" : ""}`;

export const roleText = (grantee: string): string => (grantee === "public" ? "PUBLIC" : quoteIdentifier(grantee));
