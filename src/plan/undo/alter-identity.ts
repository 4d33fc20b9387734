import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { restoreAccess } from "./access-list.ts";
import { type AlterationUndo, inCatalog } from "./alteration.ts";
import { refused } from "./capture.ts";
import { captureOnRelation, isColumn, onRelation, T_NAME } from "./relation.ts";
import { restoreSequencePosition, sequenceOptions } from "./sequence-definition.ts";
import { constant, each, text } from "./sql-text.ts";

export const addIdentity: AlterationUndo = ({ relation, command, missingOk }) => {
  const column = quoteIdentifier(command.name ?? "");
  return [onRelation(relation, missingOk, (name) => `ALTER TABLE ${name} ALTER COLUMN ${column} DROP IDENTITY`)];
};

const GENERATED = "CASE a.attidentity WHEN 'a' THEN 'ALWAYS' ELSE 'BY DEFAULT' END";

/** The identity column `a` of `t` with its sequence: `s` (pg_sequence), `x` (pg_class). */
const identity = (column: string): string =>
  `pg_attribute a
      JOIN pg_depend d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = a.attrelid AND d.refobjsubid = a.attnum
        AND d.classid = 'pg_class'::regclass AND d.deptype = 'i'
      JOIN pg_sequence s ON s.seqrelid = d.objid JOIN pg_class x ON x.oid = s.seqrelid
      WHERE a.attrelid = t.oid AND a.attidentity <> '' AND ${isColumn("a", column)}`;

export const setIdentity: AlterationUndo = ({ relation, command }) => {
  const options = nodesAs(nodeAs(command.def, "List")?.items, "DefElem");
  if (options.some(({ defname }) => defname === "restart")) {
    return refused(`RESTART of ${command.name} of ${relation?.relname}: values given out since would come again`);
  }
  const statement = text`ALTER TABLE ${T_NAME} ALTER COLUMN ${"quote_ident(a.attname)"} SET GENERATED ${GENERATED} ${sequenceOptions("SET ")}`;
  return [captureOnRelation(relation, each(statement, identity(command.name ?? "")))];
};

/** The sequence comes back under its name and goes on where it stood. */
export const dropIdentity: AlterationUndo = inCatalog(({ command }) => {
  const from = identity(command.name ?? "");
  const sequence = "s.seqrelid::regclass";
  return [
    each(
      text`ALTER TABLE ${T_NAME} ALTER COLUMN ${"quote_ident(a.attname)"} ADD GENERATED ${GENERATED} AS IDENTITY (SEQUENCE NAME ${sequence} ${sequenceOptions("")})`,
      from,
    ),
    restoreSequencePosition(from),
    each(
      text`COMMENT ON SEQUENCE ${sequence} IS ${"quote_literal(obj_description(s.seqrelid, 'pg_class'))"}`,
      `${from} AND obj_description(s.seqrelid, 'pg_class') IS NOT NULL`,
    ),
    ...restoreAccess(
      `(SELECT x.oid, x.relacl AS acl, x.relowner AS owner, x.relnamespace AS namespace, 's'::"char" AS kind, ${text`SEQUENCE ${sequence}`} AS object FROM ${from}) o`,
      constant("S"),
    ),
  ];
});
