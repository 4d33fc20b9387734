import type { Column } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Domain } from "../../catalog/model/type.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { keyOf } from "../../catalog/state/key-of.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { NodeOf, PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { parseExpression } from "../alter-table/expression.ts";
import { expressionSql } from "../alter-table/expression-sql.ts";
import { domainsOf } from "../alter-table/written-type.ts";
import type { MayFail } from "../effect.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { Family } from "../family.ts";
import { nameOfParts } from "../written-name.ts";

/**
 * ALTER DOMAIN. What the values must be from now on is checked in every table that has a column of the domain; the other
 * forms touch no table.
 *
 * Source: `AlterDomainAddConstraint`, `AlterDomainValidateConstraint`, `AlterDomainNotNull`, `get_rels_with_domain` in
 * `src/backend/commands/typecmds.c`.
 */
export const alterDomain: Family<"AlterDomainStmt"> = (node, state, effects) => {
  const name = nameOfParts(namesOf(node.typeName));
  const domain = state.domain(name);
  if (domain === undefined) {
    if (checksValues(node) && !state.complete) {
      effects.leaveUnchecked(`which tables use the domain ${name.name} is not known`);
    }
    return;
  }
  const condition = conditionOf(node, domain);
  if (condition !== undefined) checkUsers(domain, condition, state, effects);
};

const checksValues = ({ subtype, def }: NodeOf<"AlterDomainStmt">): boolean =>
  subtype === "O" || subtype === "V" || (subtype === "C" && nodeAs(def, "Constraint")?.skip_validation !== true);

/** What every value must be: not null, or an expression over VALUE (undefined where its text is not known). */
type Condition = "not null" | { readonly check: PgNode | undefined };

function conditionOf(node: NodeOf<"AlterDomainStmt">, domain: Domain): Condition | undefined {
  if (!checksValues(node)) return undefined;
  if (node.subtype === "O") return domain.notNull ? undefined : "not null";
  if (node.subtype === "C") {
    const constraint = nodeAs(node.def, "Constraint");
    if (constraint?.contype !== "CONSTR_NOTNULL") return { check: constraint?.raw_expr };
    return domain.notNull ? undefined : "not null";
  }
  const definition = domain.constraints.find((one) => one.name === node.name)?.definition;
  const [, expression] = /^CHECK \(([\s\S]*)\)( NOT VALID)?$/.exec(definition ?? "") ?? [];
  return { check: expression === undefined ? undefined : parseExpression(expression) };
}

function checkUsers(domain: Domain, condition: Condition, state: CatalogState, effects: EffectSet): void {
  for (const { table, column } of state.usersOfType(domain)) {
    if (isOver(column, domain, state)) {
      // A partitioned table has no rows of its own, and its lock is given back.
      if (table.kind !== "ordinary") continue;
      checkRows(effects.lockTable(table, "user of the type", "SHARE"), column, condition);
    } else {
      effects.lockTable(table, "user of the type", "ACCESS SHARE").mayFail.push({
        sqlState: "0A000",
        reason: `${table.schema}.${table.name} has values of the domain within others, in ${column.name}`,
      });
    }
  }
  for (const view of state.store.maps.materializedViews.values()) {
    for (const column of view.columns.filter((one) => isOver(one, domain, state))) {
      checkRows(effects.lock(view, "materialized view", "user of the type", "SHARE"), column, condition);
    }
  }
}

/** False for a column that has values of the domain within an array or a composite: PostgreSQL does not look into those. */
const isOver = ({ type }: Column, domain: Domain, state: CatalogState): boolean =>
  domainsOf(type, state).some((one) => keyOf(one) === keyOf(domain));

function checkRows(touched: Touched, column: Column, condition: Condition): void {
  touched.works.add("scan");
  touched.mayFail.push(violation(touched.relation, column, condition));
}

function violation(relation: QualifiedName, column: Column, condition: Condition): MayFail {
  const from = `SELECT * FROM ONLY ${quoteQualified(relation)} WHERE`;
  const name = quoteIdentifier(column.name);
  const where = `${relation.schema}.${relation.name} (${column.name})`;
  if (condition === "not null") {
    return { sqlState: "23502", reason: `a value in ${where} is null`, query: `${from} ${name} IS NULL LIMIT 5` };
  }
  const sql = expressionSql(condition.check, (part) => (part.toLowerCase() === "value" ? name : quoteIdentifier(part)));
  const reason = `a value in ${where} does not fit the constraint`;
  return {
    sqlState: "23514",
    reason,
    ...(sql === undefined ? {} : { query: `${from} NOT (${sql}) LIMIT 5` }),
  };
}
