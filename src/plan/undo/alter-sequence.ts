import type { AlterSeqStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import type { UndoItem } from "../plan.ts";
import { refused } from "./capture.ts";
import { captureOnRelation, T_NAME } from "./relation.ts";
import { sequenceOptions } from "./sequence-definition.ts";
import { each, one, text } from "./sql-text.ts";

/** The column that owns the sequence `t`. */
const OWNED_BY = `coalesce((SELECT a.attrelid::regclass || '.' || quote_ident(a.attname) FROM pg_depend d
      JOIN pg_attribute a ON a.attrelid = d.refobjid AND a.attnum = d.refobjsubid
      WHERE d.classid = 'pg_class'::regclass AND d.objid = t.oid AND d.refclassid = 'pg_class'::regclass AND d.deptype = 'a'), 'NONE')`;

export function undoAlterSequence({ sequence, options }: AlterSeqStmt): readonly UndoItem[] {
  const changed = nodesAs(options, "DefElem").map(({ defname }) => defname);
  if (changed.includes("restart")) {
    return refused(`RESTART of sequence ${sequence?.relname}: values given out since would come again`);
  }
  const onlyOwner = changed.every((name) => name === "owned_by");
  return [
    captureOnRelation(
      sequence,
      ...(onlyOwner
        ? []
        : [
            each(
              text`ALTER SEQUENCE ${T_NAME} AS ${"s.seqtypid::regtype"} ${sequenceOptions("")}`,
              "pg_sequence s WHERE s.seqrelid = t.oid",
            ),
          ]),
      ...(changed.includes("owned_by") ? [one(text`ALTER SEQUENCE ${T_NAME} OWNED BY ${OWNED_BY}`)] : []),
    ),
  ];
}
