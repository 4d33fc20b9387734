import type { Column } from "../catalog/model/column.ts";
import type { Governed, Grant } from "../catalog/model/grant.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";

/** A table or a view, with who may do what to it. */
interface Granted extends QualifiedName, Governed {
  readonly columns: readonly Column[];
}

/** What gives a new table or view the privileges that one like it has, and no others. */
export const privilegesOf = (relation: Granted, state: CatalogState): readonly string[] => [
  ...revoked(relation, state).map((grantee) => `REVOKE ALL ON ${quoteQualified(relation)} FROM ${roleText(grantee)}`),
  ...grantsOf(relation, ({ grantee }) => grantee !== relation.owner || isLimited(relation, state)),
];

/** Who has privileges on everything new, and the owner where some were taken. */
function revoked(relation: Granted, state: CatalogState): readonly string[] {
  const given = state.store.unchanged.defaultPrivileges
    .filter(({ role, schema = relation.schema, objects }) => {
      return objects === "tables" && role === state.user && schema === relation.schema;
    })
    .flatMap(({ grants }) => grants.map(({ grantee }) => grantee))
    .filter((grantee) => grantee !== relation.owner && grantee !== state.user);
  return [...new Set([...given, ...(isLimited(relation, state) ? [relation.owner] : [])])];
}

/** Whether the owner has less than everything: MAINTAIN came with 17. */
const isLimited = ({ grants, owner }: Granted, state: CatalogState): boolean =>
  grants !== undefined && grants.filter(({ grantee }) => grantee === owner).length < (state.major < 17 ? 7 : 8);

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
