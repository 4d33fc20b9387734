import type { Column, ColumnIdentity } from "../catalog/model/column.ts";
import type { DefaultPrivileges, Governed, Grant } from "../catalog/model/grant.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";

/** A table or a view, with who may do what to it. */
interface Granted extends QualifiedName, Governed {
  readonly columns: readonly Column[];
}

/** What gives a new table or view the privileges that one like it has, and no others. */
export const privilegesOf = (relation: Granted, state: CatalogState): readonly string[] => [
  ...revoked(relation, "tables", isLimited(relation, state), state).map(
    (grantee) => `REVOKE ALL ON ${quoteQualified(relation)} FROM ${roleText(grantee)}`,
  ),
  ...grantsOf(relation, ({ grantee }) => grantee !== relation.owner || isLimited(relation, state)),
];

/** What gives an identity's new sequence the privileges of the one that it takes the place of, and its comment. */
export function sequenceAccess(
  sequence: ColumnIdentity["sequence"],
  { owner }: Pick<Governed, "owner">,
  state: CatalogState,
): readonly string[] {
  const { grants = [], comment } = sequence;
  const on = `SEQUENCE ${quoteQualified(sequence)}`;
  const isLess = hasLess({ ...sequence, owner }, 3);
  return [
    ...revoked({ ...sequence, owner }, "sequences", isLess, state).map(
      (grantee) => `REVOKE ALL ON ${on} FROM ${roleText(grantee)}`,
    ),
    ...grants.filter(({ grantee }) => grantee !== owner || isLess).map((grant) => grantSql(grant, "", on)),
    ...(comment === undefined ? [] : [`COMMENT ON ${on} IS ${quoteLiteral(comment)}`]),
  ];
}

/** Who has privileges on everything new of its kind, and the owner where some were taken. */
function revoked(
  { schema, owner }: QualifiedName & Pick<Governed, "owner">,
  kind: DefaultPrivileges["objects"],
  isLess: boolean,
  state: CatalogState,
): readonly string[] {
  const given = state.store.unchanged.defaultPrivileges
    .filter(({ role, schema: within = schema, objects }) => {
      return objects === kind && role === state.user && within === schema;
    })
    .flatMap(({ grants }) => grants.map(({ grantee }) => grantee))
    .filter((grantee) => grantee !== owner && grantee !== state.user);
  return [...new Set([...given, ...(isLess ? [owner] : [])])];
}

/** Whether the owner has less than everything: MAINTAIN came with 17. */
const isLimited = (relation: Granted, state: CatalogState): boolean => hasLess(relation, state.major < 17 ? 7 : 8);

const hasLess = ({ grants, owner }: Pick<Governed, "grants" | "owner">, everything: number): boolean =>
  grants !== undefined && grants.filter(({ grantee }) => grantee === owner).length < everything;

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
