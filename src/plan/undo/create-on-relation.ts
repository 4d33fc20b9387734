import type { AlterPolicyStmt, CreatePolicyStmt, CreateTrigStmt, RangeVar, RuleStmt } from "libpg-query";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import type { Circumstances } from "./circumstances.ts";
import { restorePolicies } from "./policy-definition.ts";
import { captureOnRelation, onRelation, T_NAME } from "./relation.ts";
import { restoreRules } from "./rule-definition.ts";
import { constant, text, when } from "./sql-text.ts";
import { restoreTriggers } from "./trigger-definition.ts";

const drop = (kind: string, name = "", { ifExists }: Circumstances): string =>
  `DROP ${kind} ${ifExists ? "IF EXISTS " : ""}${quoteIdentifier(name)} ON `;

const dropOn = (
  kind: string,
  name: string | undefined,
  relation: RangeVar | undefined,
  circumstances: Circumstances,
) => [onRelation(relation, false, (table) => `${drop(kind, name, circumstances)}${table}`)];

export function undoCreateTrigger(statement: CreateTrigStmt, circumstances: Circumstances): readonly UndoItem[] {
  const { replace, trigname = "", relation } = statement;
  if (replace !== true) return dropOn("TRIGGER", trigname, relation, circumstances);
  const named = `g.tgname = ${quoteLiteral(trigname)}`;
  return [
    captureOnRelation(
      relation,
      when(
        `NOT EXISTS (SELECT FROM pg_trigger g WHERE g.tgrelid = t.oid AND ${named})`,
        text`${constant(drop("TRIGGER", trigname, circumstances))}${T_NAME}`,
      ),
      ...restoreTriggers(named, true),
    ),
  ];
}

export function undoCreateRule(statement: RuleStmt, circumstances: Circumstances): readonly UndoItem[] {
  const { replace, rulename = "", relation } = statement;
  if (replace !== true) return dropOn("RULE", rulename, relation, circumstances);
  const named = `r.rulename = ${quoteLiteral(rulename)}`;
  return [
    captureOnRelation(
      relation,
      when(
        `NOT EXISTS (SELECT FROM pg_rewrite r WHERE r.ev_class = t.oid AND ${named})`,
        text`${constant(drop("RULE", rulename, circumstances))}${T_NAME}`,
      ),
      ...restoreRules(named, true),
    ),
  ];
}

export const undoCreatePolicy = (
  { policy_name, table }: CreatePolicyStmt,
  circumstances: Circumstances,
): readonly UndoItem[] => dropOn("POLICY", policy_name, table, circumstances);

export const undoAlterPolicy = ({ policy_name, table }: AlterPolicyStmt): readonly UndoItem[] => [
  captureOnRelation(table, ...restorePolicies(`p.polname = ${quoteLiteral(policy_name ?? "")}`, true)),
];
