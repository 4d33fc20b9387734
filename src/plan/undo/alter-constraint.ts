import type { Constraint } from "libpg-query";
import { joinNames } from "../../sql/generated-name.ts";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { namesOf, textArray } from "../../sql/object-name.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { type Alteration, type AlterationUndo, IF_EXISTS, inCatalog } from "./alteration.ts";
import { capture, refused } from "./capture.ts";
import { columnsIn } from "./column-references.ts";
import { restoreConstraints, unvalidateConstraints } from "./constraint-definition.ts";
import { constraintNameTaken, generatedName, relationNameTaken } from "./generated-name.ts";
import { indexTrimmings } from "./index-definition.ts";
import { indexNameParts } from "./index-name.ts";
import { undoSetNotNull } from "./not-null.ts";
import { captureOnRelation, onRelation, relationTarget, T_NAME } from "./relation.ts";
import { constant, each, one, refuseWhen, text } from "./sql-text.ts";

export const addConstraint: AlterationUndo = (alteration) => {
  const constraint = nodeAs(alteration.command.def, "Constraint") ?? {};
  if (constraint.contype === "CONSTR_NOTNULL") {
    const condition = `a.attname = ANY (${textArray(namesOf(constraint.keys))})`;
    return [captureOnRelation(alteration.relation, ...undoSetNotNull(alteration.only, condition))];
  }
  const nullable = constraint.contype === "CONSTR_PRIMARY" ? [undoKeyColumns(alteration, constraint)] : [];
  return [...dropAdded(alteration, constraint), ...nullable];
};

function dropAdded(alteration: Alteration, constraint: Constraint): readonly UndoItem[] {
  if (constraint.indexname !== undefined) return dropPromoted(alteration, constraint.indexname, constraint.conname);
  const only = alteration.only && constraint.contype === "CONSTR_CHECK" ? "ONLY " : "";
  const ifExists = IF_EXISTS(alteration);
  if (constraint.conname !== undefined) {
    const drop = `DROP CONSTRAINT ${ifExists}${quoteIdentifier(constraint.conname)}`;
    return [onRelation(alteration.relation, alteration.missingOk, (name) => `ALTER TABLE ${only}${name} ${drop}`)];
  }
  const name = generatedConstraintName(alteration, constraint);
  if (name === undefined) {
    return refused(
      `the constraint added to ${alteration.relation?.relname} has no name of its own, and the one PostgreSQL will choose is not certain; write ADD CONSTRAINT name`,
    );
  }
  const statement = text`ALTER TABLE ${constant(only)}${T_NAME} DROP CONSTRAINT ${constant(ifExists)}${`quote_ident(${name})`}`;
  return [captureOnRelation(alteration.relation, one(statement))];
}

/** The constraint takes its index along when it goes, so the index is built again. */
function dropPromoted(alteration: Alteration, index: string, constraint = index): readonly UndoItem[] {
  const promoted = "(SELECT i.* FROM pg_index i WHERE i.indexrelid = t.index_oid)";
  const target = relationTarget(alteration.relation, {
    index_oid: `(SELECT x.oid FROM pg_class x WHERE x.relname = ${quoteLiteral(index)} AND x.relnamespace = c.relnamespace)`,
  });
  return [
    capture(
      target,
      one(text`ALTER TABLE ${T_NAME} DROP CONSTRAINT ${constant(IF_EXISTS(alteration) + quoteIdentifier(constraint))}`),
      ...(alteration.ownIndex
        ? []
        : [each(text`${"pg_get_indexdef(i.indexrelid)"}`, `${promoted} i`), ...indexTrimmings(`${promoted} i`)]),
    ),
  ];
}

/** Columns that a primary key made NOT NULL. */
function undoKeyColumns(alteration: Alteration, { keys, indexname }: Constraint): UndoItem {
  const ofIndex = `SELECT b.attname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid
      JOIN pg_attribute b ON b.attrelid = i.indrelid AND b.attnum = ANY (i.indkey)
      WHERE i.indrelid = t.oid AND x.relname = ${quoteLiteral(indexname ?? "")}`;
  const columns = indexname === undefined ? `ANY (${textArray(namesOf(keys))})` : `ANY (${ofIndex})`;
  return captureOnRelation(alteration.relation, ...undoSetNotNull(false, `a.attname = ${columns}`));
}

/** An SQL expression for the name PostgreSQL will choose; undefined when it is not certain. */
function generatedConstraintName(alteration: Alteration, constraint: Constraint): string | undefined {
  const parts = namePartsOf(constraint, alteration.relation?.relname);
  if (parts === undefined) return undefined;
  const key = `${parts.column}/${parts.label}`;
  // A second one of the same kind in the same statement gets a number.
  if (alteration.generated.has(key)) return undefined;
  alteration.generated.add(key);
  const inConstraints = constraintNameTaken("t.relnamespace");
  const taken = parts.isIndex ? `${relationNameTaken("t.relnamespace")} OR ${inConstraints}` : inConstraints;
  return generatedName(alteration.relation?.relname ?? "", parts.column, parts.label, taken);
}

interface NameParts {
  readonly column: string | undefined;
  readonly label: string;
  readonly isIndex: boolean;
}

function namePartsOf(constraint: Constraint, relation: string | undefined): NameParts | undefined {
  switch (constraint.contype) {
    case "CONSTR_PRIMARY":
      return { column: undefined, label: "pkey", isIndex: true };
    case "CONSTR_UNIQUE": {
      const columns = [...namesOf(constraint.keys), ...namesOf(constraint.including)];
      return { column: joinNames(columns), label: "key", isIndex: true };
    }
    case "CONSTR_FOREIGN":
      return { column: joinNames(namesOf(constraint.fk_attrs)), label: "fkey", isIndex: false };
    case "CONSTR_CHECK": {
      const columns = columnsIn(constraint.raw_expr);
      // A reference to the relation's own name is its whole row.
      if (columns === undefined || columns.includes(relation ?? "")) return undefined;
      return { column: columns.length === 1 ? columns[0] : undefined, label: "check", isIndex: false };
    }
    case "CONSTR_EXCLUSION": {
      const elements = nodesAs(constraint.exclusions, "List").flatMap(({ items }) => nodesAs(items, "IndexElem"));
      const column = indexNameParts([...elements, ...nodesAs(constraint.including, "IndexElem")]);
      return column === undefined ? undefined : { column, label: "excl", isIndex: true };
    }
    default:
      return undefined;
  }
}

export const dropConstraint: AlterationUndo = inCatalog(({ command, only }) => [
  refuseWhen(
    `${only} AND EXISTS (SELECT FROM pg_inherits h WHERE h.inhparent = t.oid)`,
    text`children of ${T_NAME} keep the constraint ${constant(command.name ?? "")} that only the parent loses`,
  ),
  ...restoreConstraints(`k.conname = ${quoteLiteral(command.name ?? "")}`, command.behavior === "DROP_CASCADE"),
]);

export const validateConstraint: AlterationUndo = inCatalog(({ command }) =>
  unvalidateConstraints(`k.conname = ${quoteLiteral(command.name ?? "")} AND NOT k.convalidated`),
);

/** Columns of pg_constraint that came with a later major are read through JSON. */
const ENFORCED = "coalesce((to_jsonb(k) ->> 'conenforced')::boolean, true)";

export const alterConstraint: AlterationUndo = inCatalog(({ command }) => {
  const change = nodeAs(command.def, "ATAlterConstraint") ?? {};
  const named = `pg_constraint k WHERE k.conrelid = t.oid AND k.conname = ${quoteLiteral(change.conname ?? "")}`;
  const alter = text`ALTER TABLE ${T_NAME} ALTER CONSTRAINT ${constant(quoteIdentifier(change.conname ?? ""))} `;
  const deferrable = "CASE WHEN k.condeferrable THEN 'DEFERRABLE' ELSE 'NOT DEFERRABLE' END";
  const deferred = "CASE WHEN k.condeferred THEN 'DEFERRED' ELSE 'IMMEDIATE' END";
  return [
    ...(change.alterDeferrability === true
      ? [each(`${alter} || ${text`${deferrable} INITIALLY ${deferred}`}`, named)]
      : []),
    ...(change.alterEnforceability === true
      ? [
          refuseWhen(
            `EXISTS (SELECT FROM ${named} AND ${ENFORCED} AND NOT k.convalidated)`,
            text`constraint ${constant(change.conname ?? "")} of ${T_NAME} is not validated, which enforcing it again would change`,
          ),
          each(`${alter} || CASE WHEN ${ENFORCED} THEN 'ENFORCED' ELSE 'NOT ENFORCED' END`, named),
        ]
      : []),
    ...(change.alterInheritability === true
      ? [each(`${alter} || CASE WHEN k.connoinherit THEN 'NO INHERIT' ELSE 'INHERIT' END`, named)]
      : []),
  ];
});
