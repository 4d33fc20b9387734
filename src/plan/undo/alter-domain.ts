import type { AlterDomainStmt } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { dotted, namesOf } from "../../sql/object-name.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { constraintNameTaken, generatedName } from "./generated-name.ts";
import { constant, each, one, type StatementsExpression, text } from "./sql-text.ts";

const DOMAIN = "t.oid::regtype";
const ALTER = text`ALTER DOMAIN ${DOMAIN} `;

/** The subtype is a letter: default, not null, constraint. */
export function undoAlterDomain(statement: AlterDomainStmt): readonly UndoItem[] {
  const statements = restore(statement);
  const name = dotted(namesOf(statement.typeName));
  if (statements === undefined) return refused(`this change of domain ${name} has no certain inverse`);
  return [capture(`SELECT y.* FROM pg_type y WHERE y.oid = to_regtype(${quoteLiteral(name)})`, ...statements)];
}

function restore(statement: AlterDomainStmt): readonly StatementsExpression[] | undefined {
  switch (statement.subtype) {
    case "T":
      return [one(text`${ALTER}${"coalesce('SET DEFAULT ' || pg_get_expr(t.typdefaultbin, 0), 'DROP DEFAULT')"}`)];
    case "N":
    case "O":
      return restoreNotNull;
    case "C":
      return dropConstraint(statement);
    case "X":
      return restoreConstraint(statement.name ?? "", "true");
    case "V":
      return restoreConstraint(
        statement.name ?? "",
        "NOT k.convalidated",
        text`${ALTER}DROP CONSTRAINT ${constant(quoteIdentifier(statement.name ?? ""))}`,
      );
    default:
      return undefined;
  }
}

const NOT_NULL = `(SELECT 'ADD CONSTRAINT ' || quote_ident(k.conname) || ' ' || pg_get_constraintdef(k.oid)
      FROM pg_constraint k WHERE k.contypid = t.oid AND k.contype = 'n')`;

/** From 18 on the constraint has a name. */
const restoreNotNull: readonly StatementsExpression[] = [
  one(text`${ALTER}${`CASE WHEN t.typnotnull THEN coalesce(${NOT_NULL}, 'SET NOT NULL') ELSE 'DROP NOT NULL' END`}`),
];

function dropConstraint({ def, typeName }: AlterDomainStmt): readonly StatementsExpression[] | undefined {
  const { conname, contype } = nodeAs(def, "Constraint") ?? {};
  if (contype === "CONSTR_NOTNULL") return restoreNotNull;
  if (contype !== "CONSTR_CHECK") return undefined;
  const name =
    conname === undefined
      ? generatedName(namesOf(typeName).at(-1) ?? "", undefined, "check", constraintNameTaken("t.typnamespace"))
      : quoteLiteral(conname);
  return [one(text`${ALTER}DROP CONSTRAINT ${`quote_ident(${name})`}`)];
}

/** Adds the named constraint as it stands, with its comment, once `before` has made room. */
function restoreConstraint(
  name: string,
  condition: string,
  ...before: readonly string[]
): readonly StatementsExpression[] {
  const from = `pg_constraint k WHERE k.contypid = t.oid AND k.conname = ${quoteLiteral(name)} AND ${condition}`;
  const comment = "obj_description(k.oid, 'pg_constraint')";
  return [
    ...before.map((statement) => each(statement, from)),
    each(text`${ALTER}ADD CONSTRAINT ${"quote_ident(k.conname)"} ${"pg_get_constraintdef(k.oid)"}`, from),
    each(
      text`COMMENT ON CONSTRAINT ${"quote_ident(k.conname)"} ON DOMAIN ${DOMAIN} IS ${`quote_literal(${comment})`}`,
      `${from} AND ${comment} IS NOT NULL`,
    ),
  ];
}
