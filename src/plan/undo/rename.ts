import type { ObjectType, ObjectWithArgs, RenameStmt } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { dotted, namesOf, rangeNames } from "../../sql/object-name.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { addressOf, identified, KINDS, kindName } from "./object-address.ts";
import { around, onRelation, relationTarget } from "./relation.ts";
import { constant, one, text } from "./sql-text.ts";

/** Every rename is turned round: the object has its new name when the undo runs. */
export function undoRename(statement: RenameStmt, circumstances: Circumstances): readonly UndoItem[] {
  const { renameType, relationType, relation, subname = "", newname = "" } = statement;
  const missingOk = statement.missing_ok === true;
  const back = `${quoteIdentifier(newname)} TO ${quoteIdentifier(subname)}`;
  const cascade = statement.behavior === "DROP_CASCADE" ? " CASCADE" : "";
  const ofRelation = (keyword: string, part: string): readonly UndoItem[] => [
    onRelation(relation, missingOk, (name) => `ALTER ${keyword} ${name} RENAME ${part}${back}${cascade}`),
  ];
  switch (renameType) {
    case "OBJECT_COLUMN":
      return ofRelation(relationKeyword(relationType), "COLUMN ");
    case "OBJECT_ATTRIBUTE":
      return ofRelation("TYPE", "ATTRIBUTE ");
    case "OBJECT_TABCONSTRAINT":
      return ofRelation("TABLE", "CONSTRAINT ");
    case "OBJECT_TRIGGER":
    case "OBJECT_RULE":
    case "OBJECT_POLICY": {
      const kind = KINDS[renameType]?.keyword;
      const [from, to] = [quoteIdentifier(newname), quoteIdentifier(subname)];
      return [onRelation(relation, missingOk, (name) => `ALTER ${kind} ${from} ON ${name} RENAME TO ${to}`)];
    }
    case "OBJECT_DOMCONSTRAINT":
      return inSchema(statement, (name) => `ALTER DOMAIN ${name} RENAME CONSTRAINT ${back}`, "OBJECT_DOMAIN");
    case "OBJECT_ROLE":
      return refused(`renaming role ${subname} clears an MD5 password, which nobody can put back`);
    default:
      return relation === undefined ? ofObject(statement) : [ofWholeRelation(statement, circumstances)];
  }
}

/** ALTER TABLE renames columns of anything but a view in every supported version. */
const relationKeyword = (type: ObjectType | undefined): string =>
  (type === undefined ? undefined : KINDS[type]?.keyword) ?? "TABLE";

function ofWholeRelation(
  { renameType, relation, newname = "", missing_ok }: RenameStmt,
  circumstances: Circumstances,
): UndoItem {
  const names = rangeNames(relation);
  const to = ` RENAME TO ${dotted(names.slice(-1))}`;
  const alter = `ALTER ${relationKeyword(renameType)} ${circumstances.ifExists ? "IF EXISTS " : ""}`;
  const [schema] = names;
  if (schema !== undefined && names.length > 1 && missing_ok !== true) {
    return { sql: `${alter}${dotted([schema, newname])}${to}` };
  }
  const name = text`${"CASE t.relpersistence WHEN 't' THEN 'pg_temp' ELSE t.relnamespace::regnamespace::text END"}.${constant(quoteIdentifier(newname))}`;
  return capture(relationTarget(relation), one(around((renamed) => `${alter}${renamed}${to}`, name)));
}

/** Objects that live in no schema: their name is all there is to them. */
const GLOBAL: ReadonlySet<ObjectType | undefined> = new Set<ObjectType | undefined>([
  "OBJECT_SCHEMA",
  "OBJECT_DATABASE",
  "OBJECT_TABLESPACE",
  "OBJECT_FDW",
  "OBJECT_FOREIGN_SERVER",
  "OBJECT_LANGUAGE",
  "OBJECT_PUBLICATION",
  "OBJECT_SUBSCRIPTION",
  "OBJECT_EVENT_TRIGGER",
]);

function ofObject(statement: RenameStmt): readonly UndoItem[] {
  const { renameType, object, subname, newname = "" } = statement;
  const keyword = renameType === undefined ? undefined : KINDS[renameType]?.keyword;
  if (keyword === undefined) return refused(`the name of this ${kindName(renameType)} cannot be turned back`);
  const old = subname ?? namesOf(object).at(-1) ?? "";
  if (GLOBAL.has(renameType)) {
    return [{ sql: `ALTER ${keyword} ${quoteIdentifier(newname)} RENAME TO ${quoteIdentifier(old)}` }];
  }
  const routine = nodeAs(object, "ObjectWithArgs");
  if (routine !== undefined) return ofRoutine(statement, routine);
  const method = renameType === "OBJECT_OPCLASS" || renameType === "OBJECT_OPFAMILY" ? namesOf(object)[0] : undefined;
  const using = method === undefined ? "" : ` USING ${quoteIdentifier(method)}`;
  return inSchema(
    statement,
    (schema) => `ALTER ${keyword} ${schema}.${quoteIdentifier(newname)}${using} RENAME TO ${quoteIdentifier(old)}`,
    renameType,
    "t.schema",
  );
}

/** A statement around the object's full name, or around its schema. */
function inSchema(
  { object }: RenameStmt,
  statement: (name: string) => string,
  type: ObjectType | undefined,
  name = "t.identity",
): readonly UndoItem[] {
  const address = addressOf(type, object);
  if (address === undefined) return refused(`the name of this ${kindName(type)} cannot be turned back`);
  return [capture(identified(address), one(around(statement, name)))];
}

function ofRoutine({ renameType, newname = "" }: RenameStmt, routine: ObjectWithArgs): readonly UndoItem[] {
  const address = addressOf(renameType, { ObjectWithArgs: routine });
  if (address === undefined) return refused(`the name of this ${kindName(renameType)} cannot be turned back`);
  const old = quoteIdentifier(namesOf(routine.objname).at(-1) ?? "");
  return [
    capture(
      identified(address),
      one(
        text`ALTER ROUTINE ${"t.schema"}.${constant(quoteIdentifier(newname))}(${INPUT_TYPES}) RENAME TO ${constant(old)}`,
      ),
    ),
  ];
}

/** The argument types a routine `t.objid` is known by. */
export const INPUT_TYPES = `(SELECT coalesce(string_agg(format_type(a.type, NULL), ', ' ORDER BY a.place), '')
      FROM pg_proc p, unnest(p.proargtypes::oid[]) WITH ORDINALITY AS a(type, place) WHERE p.oid = t.objid)`;
