import type {
  CompositeTypeStmt,
  CreateCastStmt,
  CreateConversionStmt,
  CreateDomainStmt,
  CreateEnumStmt,
  CreateOpClassStmt,
  CreateOpFamilyStmt,
  CreateRangeStmt,
  CreateStatsStmt,
  CreateTransformStmt,
  CreateUserMappingStmt,
  DefineStmt,
} from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { inputTypes, namesOf, rangeNames, typeText } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { NEW_ROUTINE, newRoutineTarget } from "./create-routine.ts";
import { KINDS, kindName } from "./object-address.ts";
import { onCreated, onCreatedIfMissing } from "./relation.ts";
import { roleOid } from "./role.ts";
import { constant, one, refuseWhen, text, when } from "./sql-text.ts";

const dropping =
  (keyword: string, { ifExists }: Circumstances, suffix = "") =>
  (name: string): string =>
    `DROP ${keyword} ${ifExists ? "IF EXISTS " : ""}${name}${suffix}`;

/** Objects that live in no schema. */
export const dropGlobal = (
  keyword: string,
  name: string | undefined,
  circumstances: Circumstances,
): readonly UndoItem[] => [{ sql: dropping(keyword, circumstances)(quoteIdentifier(name ?? "")) }];

/** The same for `IF NOT EXISTS`. */
export const dropGlobalIfMissing = (
  keyword: string,
  name: string | undefined,
  catalog: string,
  column: string,
): readonly UndoItem[] => [
  capture(
    `SELECT 1 WHERE NOT EXISTS (SELECT FROM ${catalog} o WHERE o.${column} = ${quoteLiteral(name ?? "")})`,
    one(constant(`DROP ${keyword} ${quoteIdentifier(name ?? "")}`)),
  ),
];

const dropNamed = (
  keyword: string,
  names: readonly PgNode[] | undefined,
  circumstances: Circumstances,
  suffix = "",
) => [onCreated(namesOf(names), dropping(keyword, circumstances, suffix))];

export const undoCreateEnum = ({ typeName }: CreateEnumStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropNamed("TYPE", typeName, circumstances);

export const undoCreateRange = ({ typeName }: CreateRangeStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropNamed("TYPE", typeName, circumstances);

export const undoCreateComposite = (
  { typevar }: CompositeTypeStmt,
  circumstances: Circumstances,
): readonly UndoItem[] => [onCreated(rangeNames(typevar), dropping("TYPE", circumstances))];

export const undoCreateDomain = ({ domainname }: CreateDomainStmt, circumstances: Circumstances): readonly UndoItem[] =>
  dropNamed("DOMAIN", domainname, circumstances);

export const undoCreateConversion = (
  { conversion_name }: CreateConversionStmt,
  circumstances: Circumstances,
): readonly UndoItem[] => dropNamed("CONVERSION", conversion_name, circumstances);

/** The operator family that an operator class makes for itself has its name, and goes with it when it is still empty. */
export const undoCreateOperatorClass = (
  { opclassname, opfamilyname, amname = "" }: CreateOpClassStmt,
  circumstances: Circumstances,
): readonly UndoItem[] => {
  const using = ` USING ${quoteIdentifier(amname)}`;
  if (opfamilyname !== undefined) return dropNamed("OPERATOR CLASS", opclassname, circumstances, using);
  const names = namesOf(opclassname);
  const [name = ""] = names.slice(-1);
  const schema = names.length > 1 ? quoteLiteral(names[0] ?? "") : "current_schema()::text";
  const full = text`${"quote_ident(t.nspname)"}.${constant(quoteIdentifier(name) + using)}`;
  return [
    capture(
      `SELECT n.nspname, EXISTS (SELECT FROM pg_opfamily f JOIN pg_am m ON m.oid = f.opfmethod
        WHERE f.opfname = ${quoteLiteral(name)} AND f.opfnamespace = to_regnamespace(quote_ident(n.nspname))
          AND m.amname = ${quoteLiteral(amname)}) AS has_family
      FROM (SELECT ${schema} AS nspname) n WHERE n.nspname IS NOT NULL`,
      one(text`DROP OPERATOR CLASS ${full}`),
      when("NOT t.has_family", text`DROP OPERATOR FAMILY ${full}`),
    ),
  ];
};

export const undoCreateOperatorFamily = (
  { opfamilyname, amname = "" }: CreateOpFamilyStmt,
  circumstances: Circumstances,
): readonly UndoItem[] =>
  dropNamed("OPERATOR FAMILY", opfamilyname, circumstances, ` USING ${quoteIdentifier(amname)}`);

export function undoCreateStatistics(statement: CreateStatsStmt, circumstances: Circumstances): readonly UndoItem[] {
  const names = namesOf(statement.defnames);
  if (names.length === 0)
    return refused("the statistics object has no name, and the one PostgreSQL will choose is not certain; name it");
  if (statement.if_not_exists !== true) return dropNamed("STATISTICS", statement.defnames, circumstances);
  const exists = `EXISTS (SELECT FROM pg_statistic_ext s WHERE s.stxnamespace::regnamespace || '.' || quote_ident(s.stxname) = o.name)`;
  return [onCreatedIfMissing(names, exists, dropping("STATISTICS", circumstances))];
}

export function undoCreateCast({ sourcetype, targettype }: CreateCastStmt): readonly UndoItem[] {
  const [source, target] = [typeText(sourcetype), typeText(targettype)];
  if (source === undefined || target === undefined) return refused("the types of the cast cannot be named");
  return [
    capture(
      `SELECT to_regtype(${quoteLiteral(source)}) AS source, to_regtype(${quoteLiteral(target)}) AS target`,
      one(text`DROP CAST (${"t.source"} AS ${"t.target"})`),
    ),
  ];
}

export function undoCreateTransform({ type_name, lang = "", replace }: CreateTransformStmt): readonly UndoItem[] {
  const type = typeText(type_name);
  if (type === undefined || replace === true) return refused("the transform that stands now is not kept");
  return [
    capture(
      `SELECT to_regtype(${quoteLiteral(type)}) AS type`,
      one(text`DROP TRANSFORM FOR ${"t.type"} LANGUAGE ${constant(quoteIdentifier(lang))}`),
    ),
  ];
}

export function undoCreateUserMapping(statement: CreateUserMappingStmt): readonly UndoItem[] {
  const { user, servername = "", if_not_exists } = statement;
  const role = roleOid(user);
  const name = user?.roletype === "ROLESPEC_PUBLIC" ? "'PUBLIC'" : `quote_ident(pg_get_userbyid(${role}))`;
  const absent = `NOT EXISTS (SELECT FROM pg_user_mappings m WHERE m.umuser = ${role} AND m.srvname = ${quoteLiteral(servername)})`;
  return [
    capture(
      `SELECT ${name} AS name WHERE ${if_not_exists === true ? absent : "true"}`,
      one(text`DROP USER MAPPING FOR ${"t.name"} SERVER ${constant(quoteIdentifier(servername))}`),
    ),
  ];
}

/** CREATE AGGREGATE, OPERATOR, COLLATION, TEXT SEARCH …, TYPE. */
export function undoDefine(statement: DefineStmt, circumstances: Circumstances): readonly UndoItem[] {
  const { kind, defnames, definition } = statement;
  const names = namesOf(defnames);
  const keyword = kind === undefined ? undefined : KINDS[kind]?.keyword;
  if (kind === "OBJECT_AGGREGATE") return undoCreateAggregate(statement, names);
  if (kind === "OBJECT_OPERATOR") return undoCreateOperator(statement, names);
  const isBaseType = kind === "OBJECT_TYPE" && definition !== undefined;
  if (keyword === undefined || isBaseType) return refused(`a new ${kindName(kind)} is not taken back`);
  // A table or type of that name takes a shell type's place, and goes before it.
  if (kind === "OBJECT_TYPE") return dropNamed(keyword, defnames, { ...circumstances, ifExists: true });
  if (statement.if_not_exists !== true) return dropNamed(keyword, defnames, circumstances);
  const exists = `EXISTS (SELECT FROM pg_collation c WHERE c.collnamespace::regnamespace || '.' || quote_ident(c.collname) = o.name)`;
  return [onCreatedIfMissing(names, exists, dropping(keyword, circumstances))];
}

function undoCreateAggregate(statement: DefineStmt, names: readonly string[]): readonly UndoItem[] {
  const [args, direct] = statement.args ?? [];
  const types = inputTypes(nodesAs(nodeAs(args, "List")?.items, "FunctionParameter"));
  const isOrderedSet = nodeAs(direct, "Integer")?.ival !== -1;
  if (types === undefined || isOrderedSet) return refused(`the arguments of aggregate ${names.at(-1)} cannot be named`);
  return [
    capture(
      newRoutineTarget(names, types),
      refuseWhen(
        "t.routine_oid IS NOT NULL",
        text`aggregate ${NEW_ROUTINE} is replaced, and its old definition is not kept`,
      ),
      when("t.routine_oid IS NULL", text`DROP ROUTINE ${NEW_ROUTINE}`),
    ),
  ];
}

function undoCreateOperator({ definition }: DefineStmt, names: readonly string[]): readonly UndoItem[] {
  const schema = names.length > 1 ? quoteLiteral(quoteIdentifier(names[0] ?? "")) : "quote_ident(current_schema())";
  const operand = (side: string): string => {
    const definedAs = nodesAs(definition, "DefElem").find(({ defname }) => defname === side)?.arg;
    const type = typeText(nodeAs(definedAs, "TypeName"));
    return type === undefined ? "NULL" : `to_regtype(${quoteLiteral(type)})`;
  };
  return [
    capture(
      `SELECT ${schema} AS nspname, ${operand("leftarg")}::regtype AS l, ${operand("rightarg")}::regtype AS r`,
      one(
        text`DROP OPERATOR ${"t.nspname"}.${constant(names.at(-1) ?? "")} (${"coalesce(t.l::text, 'NONE')"}, ${"coalesce(t.r::text, 'NONE')"})`,
      ),
    ),
  ];
}
