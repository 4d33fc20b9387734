import type { DropStmt, ObjectType } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import { dotted, namesOf, routineOid } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { indexTrimmings } from "./index-definition.ts";
import { kindName } from "./object-address.ts";
import { restorePolicies } from "./policy-definition.ts";
import { eachInTree } from "./relation.ts";
import { restoreRoutine } from "./routine-definition.ts";
import { restoreRules } from "./rule-definition.ts";
import { constant, refuseWhen, type StatementsExpression, type TextExpression, text } from "./sql-text.ts";
import { restoreStatistics, statisticsNamed } from "./statistics-definition.ts";
import { restoreTriggers } from "./trigger-definition.ts";
import { restoreView } from "./view-definition.ts";

/** Definitions are read from the catalog before the object goes. Rows, and what hangs on a container, are not there. */
export function undoDrop(statement: DropStmt): readonly UndoItem[] {
  const objects = statement.objects ?? [];
  return objects.toReversed().flatMap((object) => undoDropOf(statement, object));
}

function undoDropOf(statement: DropStmt, object: PgNode): readonly UndoItem[] {
  const { removeType } = statement;
  switch (removeType) {
    case "OBJECT_INDEX":
      return [dropIndex(object, statement)];
    case "OBJECT_TRIGGER":
      return [onTable(object, (name) => restoreTriggers(`g.tgname = ${quoteLiteral(name)}`, false))];
    case "OBJECT_RULE":
      return [onTable(object, (name) => restoreRules(`r.rulename = ${quoteLiteral(name)}`, false))];
    case "OBJECT_POLICY":
      return [onTable(object, (name) => restorePolicies(`p.polname = ${quoteLiteral(name)}`, false))];
    case "OBJECT_STATISTIC_EXT":
      return [capture(statisticsNamed(object), ...restoreStatistics)];
    case "OBJECT_VIEW":
      return severalAtOnce(statement) ?? [dropView(object, statement)];
    case "OBJECT_FUNCTION":
    case "OBJECT_PROCEDURE":
    case "OBJECT_ROUTINE":
      return severalAtOnce(statement) ?? dropRoutine(object, statement);
    default:
      return refuseDrop(statement, object);
  }
}

/** Objects dropped together may need each other, in an order that the statement does not tell. */
const severalAtOnce = ({ objects, removeType }: DropStmt): readonly UndoItem[] | undefined =>
  (objects?.length ?? 0) > 1
    ? refused(
        `several of kind ${kindName(removeType)} are dropped at once, so their order is not known; drop each by its own statement`,
      )
    : undefined;

const relationTargetOf = (names: readonly string[]): string =>
  `SELECT c.* FROM pg_class c WHERE c.oid = to_regclass(${quoteLiteral(dotted(names))})`;

/** An object named as table and name. */
function onTable(object: PgNode, restore: (name: string) => readonly StatementsExpression[]): UndoItem {
  const names = namesOf(object);
  return capture(relationTargetOf(names.slice(0, -1)), ...restore(names.at(-1) ?? ""));
}

function dropIndex(object: PgNode, { concurrent }: DropStmt): UndoItem {
  const isIts = "(i.indexrelid = t.oid OR i.indexrelid IN (SELECT p.relid FROM pg_partition_tree(t.oid) p))";
  const definition = "pg_get_indexdef(i.indexrelid)";
  const online = `regexp_replace(${definition}, '^CREATE (UNIQUE )?INDEX ', 'CREATE \\1INDEX CONCURRENTLY ')`;
  return capture(
    relationTargetOf(namesOf(object)),
    // An index that is not valid answers no query: nothing is lost with it. A partitioned one waits for its parts.
    eachInTree(
      false,
      text`${concurrent === true ? online : definition}`,
      "JOIN pg_index i ON i.indexrelid = c.oid WHERE i.indisvalid OR c.relkind = 'I'",
      "parents first",
    ),
    eachInTree(
      false,
      text`ALTER INDEX ${"h.inhparent::regclass"} ATTACH PARTITION ${"c.oid::regclass"}`,
      "JOIN pg_inherits h ON h.inhrelid = c.oid WHERE c.oid <> t.oid",
    ),
    ...indexTrimmings(`(SELECT i.* FROM pg_index i WHERE i.indisvalid AND ${isIts}) i`),
  );
}

/** What a DROP … CASCADE of the object would take along. */
const refuseDependents = (
  cascade: boolean,
  catalog: string,
  others: string,
  reason: TextExpression,
): readonly StatementsExpression[] =>
  cascade
    ? [
        refuseWhen(
          `EXISTS (SELECT FROM pg_depend d WHERE d.refclassid = '${catalog}'::regclass AND d.refobjid = t.oid
            AND d.deptype = 'n' AND NOT (${others}))`,
          text`CASCADE takes along what depends on ${reason}`,
        ),
      ]
    : [];

const dropView = (object: PgNode, { behavior }: DropStmt): UndoItem =>
  capture(
    `${relationTargetOf(namesOf(object))} AND c.relkind = 'v'`,
    ...refuseDependents(
      behavior === "DROP_CASCADE",
      "pg_class",
      "d.classid = 'pg_rewrite'::regclass AND d.objid IN (SELECT r.oid FROM pg_rewrite r WHERE r.ev_class = t.oid)",
      "t.oid::regclass::text",
    ),
    ...restoreView,
  );

function dropRoutine(object: PgNode, { behavior }: DropStmt): readonly UndoItem[] {
  const routine = nodeAs(object, "ObjectWithArgs");
  if (routine === undefined) return refused("the routine cannot be named");
  return [
    capture(
      `SELECT p.oid, p.prokind FROM pg_proc p WHERE p.oid = ${routineOid(routine)}`,
      refuseWhen("t.prokind = 'a'", text`the definition of aggregate ${"t.oid::regprocedure"} is not kept`),
      ...refuseDependents(behavior === "DROP_CASCADE", "pg_proc", "false", "t.oid::regprocedure::text"),
      ...restoreRoutine("p.oid = t.oid AND p.prokind <> 'a'"),
    ),
  ];
}

/** What is lost with each kind that is never brought back. */
const LOST: Partial<Record<ObjectType, string>> = {
  OBJECT_TABLE: "its rows",
  OBJECT_FOREIGN_TABLE: "its options and privileges",
  OBJECT_MATVIEW: "its rows, indexes and privileges",
  OBJECT_SEQUENCE: "its position and privileges",
  OBJECT_SCHEMA: "everything in it",
  OBJECT_EXTENSION: "the data of its objects",
};

/** With IF EXISTS the object may not be there, and then nothing is lost. */
function refuseDrop({ removeType, missing_ok }: DropStmt, object: PgNode): readonly UndoItem[] {
  const names = namesOf(nodeAs(object, "ObjectWithArgs")?.objname ?? object);
  const lost = (removeType === undefined ? undefined : LOST[removeType]) ?? "its definition";
  const reason = `dropping ${kindName(removeType)} ${names.join(".")} loses ${lost}`;
  const exists = missing_ok === true ? existsQuery(removeType, names) : undefined;
  if (exists === undefined) return refused(reason);
  return [capture(`SELECT 1 WHERE ${exists}`, refuseWhen("true", constant(reason)))];
}

function existsQuery(type: ObjectType | undefined, names: readonly string[]): string | undefined {
  const name = quoteLiteral(dotted(names));
  switch (type) {
    case "OBJECT_TABLE":
    case "OBJECT_FOREIGN_TABLE":
    case "OBJECT_MATVIEW":
    case "OBJECT_SEQUENCE":
      return `to_regclass(${name}) IS NOT NULL`;
    case "OBJECT_TYPE":
    case "OBJECT_DOMAIN":
      return `to_regtype(${name}) IS NOT NULL`;
    case "OBJECT_SCHEMA":
      return `to_regnamespace(${name}) IS NOT NULL`;
    case "OBJECT_EXTENSION":
      return `EXISTS (SELECT FROM pg_extension e WHERE e.extname = ${quoteLiteral(names[0] ?? "")})`;
    default:
      return undefined;
  }
}
