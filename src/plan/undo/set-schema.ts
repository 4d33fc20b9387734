import type { AlterObjectSchemaStmt } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { addressOf, identified, KINDS, kindName } from "./object-address.ts";
import { relationTarget } from "./relation.ts";
import { INPUT_TYPES } from "./rename.ts";
import { constant, one, text } from "./sql-text.ts";

/** The object is found in its new schema and goes back to the one it is in now. */
export function undoSetSchema(statement: AlterObjectSchemaStmt): readonly UndoItem[] {
  const { objectType, relation, object } = statement;
  const schema = constant(quoteIdentifier(statement.newschema ?? ""));
  if (relation !== undefined) {
    const moved = text`ALTER ${"t.kind"} ${schema}.${"quote_ident(t.relname)"} SET SCHEMA ${"t.relnamespace::regnamespace"}`;
    return [capture(relationTarget(relation), one(moved))];
  }
  const address = addressOf(objectType, object);
  const keyword = objectType === undefined ? undefined : KINDS[objectType]?.keyword;
  if (address === undefined || keyword === undefined) {
    return refused(`the schema of this ${kindName(objectType)} cannot be found`);
  }
  if (objectType === "OBJECT_EXTENSION") {
    const old = "(SELECT e.extnamespace::regnamespace FROM pg_extension e WHERE e.oid = t.objid)";
    return [capture(identified(address), one(text`ALTER EXTENSION ${"t.identity"} SET SCHEMA ${old}`))];
  }
  if (objectType === "OBJECT_OPERATOR") return refused("the schema of an operator is not turned back");
  const name = constant(quoteIdentifier(nameOf(statement)));
  const method = objectType === "OBJECT_OPCLASS" || objectType === "OBJECT_OPFAMILY" ? namesOf(object)[0] : undefined;
  const suffix = method === undefined ? "" : ` USING ${quoteIdentifier(method)}`;
  const routine = nodeAs(object, "ObjectWithArgs") === undefined ? constant(suffix) : text`(${INPUT_TYPES})`;
  const moved = text`ALTER ${constant(keyword)} ${schema}.${name}${routine} SET SCHEMA ${"t.schema"}`;
  return [capture(identified(address), one(moved))];
}

const nameOf = ({ object }: AlterObjectSchemaStmt): string =>
  namesOf(nodeAs(object, "ObjectWithArgs")?.objname ?? object).at(-1) ?? "";
