import type { ObjectType, RangeVar } from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { dotted, namesOf, routineOid, textArray, typeTexts } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import { relationOid } from "./relation.ts";

/**
 * A query for an object's classid, objid and objsubid: the key of pg_description and pg_depend, and what
 * pg_identify_object turns into a name that holds under any search path.
 */
export type AddressQuery = string;

interface Kind {
  /** The word behind ALTER, DROP and COMMENT ON. */
  readonly keyword: string;
  readonly address: (object: PgNode | undefined, relation: RangeVar | undefined) => AddressQuery | undefined;
}

const atOid = (catalog: string, oid: string): AddressQuery =>
  `SELECT '${catalog}'::regclass::oid AS classid, ${oid} AS objid, 0 AS objsubid`;

const named = (type: string, names: readonly string[], args: readonly string[] = []): AddressQuery =>
  `SELECT classid, objid, objsubid FROM pg_get_object_address(${quoteLiteral(type)}, ${textArray(names)}, ${textArray(args)})`;

/** Kinds that pg_get_object_address finds by the names in the statement. */
const byName = (keyword: string, type = keyword.toLowerCase()): Kind => ({
  keyword,
  address: (object) => named(type, namesOf(object)),
});

const relation = (keyword: string): Kind => ({
  keyword,
  address: (object, range) => {
    const oid = range === undefined ? `to_regclass(${quoteLiteral(dotted(namesOf(object)))})::oid` : relationOid(range);
    return atOid("pg_class", oid);
  },
});

/** FUNCTION, PROCEDURE and AGGREGATE are all ROUTINEs to COMMENT ON and ALTER. */
const routine: Kind = {
  keyword: "ROUTINE",
  address: (object) => {
    const named = nodeAs(object, "ObjectWithArgs");
    return named === undefined ? undefined : atOid("pg_proc", routineOid(named));
  },
};

const type = (keyword: string): Kind => ({
  keyword,
  address: (object) => atOid("pg_type", `to_regtype(${quoteLiteral(dotted(namesOf(object)))})::oid`),
});

/** Two types, a type and a name: what stands in a list with a type at its head. */
const withType = (keyword: string, kind: string): Kind => ({
  keyword,
  address: (object) => {
    const items = nodeAs(object, "List")?.items;
    const [first, second] = typeTexts(items) ?? [];
    const [name] = namesOf(items);
    const argument = second ?? name;
    return first === undefined || argument === undefined ? undefined : named(kind, [first], [argument]);
  },
});

const operator: Kind = {
  keyword: "OPERATOR",
  address: (object) => {
    const { objname, objargs } = nodeAs(object, "ObjectWithArgs") ?? {};
    const types = nodesAs(objargs, "TypeName").length === 2 ? typeTexts(objargs) : undefined;
    return types === undefined ? undefined : named("operator", namesOf(objname), types);
  },
};

const largeObject: Kind = {
  keyword: "LARGE OBJECT",
  address: (object) => {
    const oid = nodeAs(object, "Integer")?.ival ?? nodeAs(object, "Float")?.fval;
    return oid === undefined ? undefined : named("large object", [String(oid)]);
  },
};

export const KINDS: Partial<Record<ObjectType, Kind>> = {
  OBJECT_TABLE: relation("TABLE"),
  OBJECT_VIEW: relation("VIEW"),
  OBJECT_MATVIEW: relation("MATERIALIZED VIEW"),
  OBJECT_INDEX: relation("INDEX"),
  OBJECT_SEQUENCE: relation("SEQUENCE"),
  OBJECT_FOREIGN_TABLE: relation("FOREIGN TABLE"),
  OBJECT_COLUMN: byName("COLUMN", "table column"),
  OBJECT_TABCONSTRAINT: byName("CONSTRAINT", "table constraint"),
  OBJECT_TRIGGER: byName("TRIGGER"),
  OBJECT_RULE: byName("RULE"),
  OBJECT_POLICY: byName("POLICY"),
  OBJECT_DOMCONSTRAINT: withType("CONSTRAINT", "domain constraint"),
  OBJECT_FUNCTION: routine,
  OBJECT_PROCEDURE: routine,
  OBJECT_ROUTINE: routine,
  OBJECT_AGGREGATE: routine,
  OBJECT_TYPE: type("TYPE"),
  OBJECT_DOMAIN: type("DOMAIN"),
  OBJECT_OPERATOR: operator,
  OBJECT_CAST: withType("CAST", "cast"),
  OBJECT_TRANSFORM: withType("TRANSFORM", "transform"),
  OBJECT_LARGEOBJECT: largeObject,
  OBJECT_SCHEMA: byName("SCHEMA"),
  OBJECT_DATABASE: byName("DATABASE"),
  OBJECT_ROLE: byName("ROLE"),
  OBJECT_TABLESPACE: byName("TABLESPACE"),
  OBJECT_EXTENSION: byName("EXTENSION"),
  OBJECT_LANGUAGE: byName("LANGUAGE"),
  OBJECT_FDW: byName("FOREIGN DATA WRAPPER", "foreign-data wrapper"),
  OBJECT_FOREIGN_SERVER: byName("SERVER"),
  OBJECT_EVENT_TRIGGER: byName("EVENT TRIGGER"),
  OBJECT_PUBLICATION: byName("PUBLICATION"),
  OBJECT_SUBSCRIPTION: byName("SUBSCRIPTION"),
  OBJECT_ACCESS_METHOD: byName("ACCESS METHOD"),
  OBJECT_STATISTIC_EXT: byName("STATISTICS", "statistics object"),
  OBJECT_COLLATION: byName("COLLATION"),
  OBJECT_CONVERSION: byName("CONVERSION"),
  OBJECT_OPCLASS: byName("OPERATOR CLASS"),
  OBJECT_OPFAMILY: byName("OPERATOR FAMILY"),
  OBJECT_TSPARSER: byName("TEXT SEARCH PARSER"),
  OBJECT_TSDICTIONARY: byName("TEXT SEARCH DICTIONARY"),
  OBJECT_TSTEMPLATE: byName("TEXT SEARCH TEMPLATE"),
  OBJECT_TSCONFIGURATION: byName("TEXT SEARCH CONFIGURATION"),
};

/** Words for a kind in messages. */
export const kindName = (type: ObjectType | undefined): string =>
  (type ?? "object")
    .replace(/^OBJECT_/, "")
    .replaceAll("_", " ")
    .toLowerCase();

/** The query for an object's address; undefined for kinds and spellings that are not covered. */
export const addressOf = (
  type: ObjectType | undefined,
  object: PgNode | undefined,
  range?: RangeVar,
): AddressQuery | undefined => (type === undefined ? undefined : KINDS[type]?.address(object, range));

/** Target of a capture: the address with the object's identity, schema and bare name. */
export const identified = (address: AddressQuery): string =>
  `SELECT a.classid, a.objid, a.objsubid, i.identity, i.schema, i.name FROM (${address}) a,
      pg_identify_object(a.classid, a.objid, a.objsubid) i WHERE a.objid IS NOT NULL`;
