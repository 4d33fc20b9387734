import { indexTrimmings } from "./index-definition.ts";
import { constant, each, REFUSED_PREFIX, type StatementsExpression, type TextExpression, text } from "./sql-text.ts";

const ADD = text`ADD CONSTRAINT ${"quote_ident(k.conname)"} ${"pg_get_constraintdef(k.oid)"}`;

/** The constraint rows `k` of the relation `t` for which `condition` holds. */
const constraints = (condition: string): string => `pg_constraint k WHERE k.conrelid = t.oid AND (${condition})`;

const refuse = (condition: string, also: string, reason: TextExpression): StatementsExpression =>
  each(`${constant(REFUSED_PREFIX)} || ${reason}`, `${constraints(condition)} AND (${also})`);

/** Constraints of partitions that come from `k`, at any depth. Those of the same table are PostgreSQL's own. */
const OF_PARTITIONS = `(WITH RECURSIVE part AS (
      SELECT p.oid, p.conname FROM pg_constraint p WHERE p.conparentid = k.oid AND p.conrelid <> k.conrelid
      UNION ALL SELECT p.oid, p.conname FROM part JOIN pg_constraint p ON p.conparentid = part.oid
    ) SELECT count(*) FROM part WHERE k.contype IN ('p', 'u', 'x') OR part.conname <> k.conname) > 0`;

/** A child that has the constraint for its own keeps it when the parent's is dropped. */
const OF_CHILDREN = `EXISTS (SELECT FROM pg_inherits h JOIN pg_constraint p ON p.conrelid = h.inhrelid
      WHERE h.inhparent = k.conrelid AND p.contype = k.contype
        AND CASE k.contype WHEN 'c' THEN p.conname = k.conname AND p.conislocal
            WHEN 'n' THEN p.conkey = k.conkey AND p.conname <> k.conname AND NOT p.conislocal ELSE false END)`;

const HAS_DEPENDENTS = `EXISTS (SELECT FROM pg_depend d WHERE d.deptype = 'n'
      AND (d.refclassid = 'pg_constraint'::regclass AND d.refobjid = k.oid
        OR d.refclassid = 'pg_class'::regclass AND d.refobjid = k.conindid AND k.contype IN ('p', 'u', 'x')))`;

/** A foreign key's triggers that were switched off come back switched on. */
const IS_SWITCHED =
  "EXISTS (SELECT FROM pg_trigger g WHERE g.tgconstraint = k.oid AND g.tgisinternal AND g.tgenabled <> 'O')";

const comment = (condition: string): StatementsExpression =>
  each(
    text`COMMENT ON CONSTRAINT ${"quote_ident(k.conname)"} ON ${"k.conrelid::regclass"} IS ${"quote_literal(d.description)"}`,
    `pg_constraint k JOIN pg_description d ON d.classoid = 'pg_constraint'::regclass AND d.objoid = k.oid
     WHERE k.conrelid = t.oid AND (${condition})`,
  );

const ownIndex = (condition: string): string =>
  `pg_constraint k JOIN pg_index i ON i.indexrelid = k.conindid AND k.contype IN ('p', 'u', 'x')
      AND k.conrelid = t.oid AND (${condition})`;

/** Puts back the constraints `k` of the relation `t` for which `condition` holds, once they are gone. */
export const restoreConstraints = (condition: string, cascade: boolean): readonly StatementsExpression[] => [
  refuse(
    condition,
    OF_PARTITIONS,
    text`constraint ${"k.conname"} of ${"k.conrelid::regclass"} has counterparts in partitions, whose names would change`,
  ),
  refuse(
    condition,
    OF_CHILDREN,
    text`constraint ${"k.conname"} of ${"k.conrelid::regclass"} is merged with constraints of child tables`,
  ),
  refuse(
    condition,
    IS_SWITCHED,
    text`the triggers of constraint ${"k.conname"} of ${"k.conrelid::regclass"} are disabled, and would come back enabled`,
  ),
  ...(cascade
    ? [
        refuse(
          condition,
          HAS_DEPENDENTS,
          text`CASCADE takes along what depends on constraint ${"k.conname"} of ${"k.conrelid::regclass"}`,
        ),
      ]
    : []),
  each(text`ALTER TABLE ${"k.conrelid::regclass"} ${ADD}`, constraints(condition)),
  comment(condition),
  each(
    text`ALTER INDEX ${"k.conindid::regclass"} SET (${"(SELECT string_agg(format('%I = %L', o.option_name, o.option_value), ', ') FROM pg_options_to_table(x.reloptions) o)"})`,
    `${ownIndex(condition)} JOIN pg_class x ON x.oid = i.indexrelid`,
  ),
  ...indexTrimmings(ownIndex(condition)),
];

/** Makes the constraints `k` of `t` for which `condition` holds what they are now: not validated. */
export const unvalidateConstraints = (condition: string): readonly StatementsExpression[] => [
  refuse(
    condition,
    `${OF_PARTITIONS} OR ${OF_CHILDREN} OR ${IS_SWITCHED}`,
    text`constraint ${"k.conname"} of ${"k.conrelid::regclass"} cannot be built again just as it is, which is how it is made not validated`,
  ),
  each(
    text`ALTER TABLE ${"k.conrelid::regclass"} DROP CONSTRAINT ${"quote_ident(k.conname)"}, ${ADD}`,
    constraints(condition),
  ),
  comment(condition),
];
