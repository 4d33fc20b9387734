import type { AlterPublicationStmt, PublicationObjSpec } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { relationOid } from "./relation.ts";
import { constant, each, one, refuseWhen, text } from "./sql-text.ts";

export function undoAlterPublication(statement: AlterPublicationStmt): readonly UndoItem[] {
  const { pubname = "", action, options } = statement;
  const publication = `SELECT p.* FROM pg_publication p WHERE p.pubname = ${quoteLiteral(pubname)}`;
  if (options !== undefined) return [capture(publication, one(text`ALTER PUBLICATION ${NAME} SET (${OPTIONS})`))];
  const objects = nodesAs(statement.pubobjects, "PublicationObjSpec");
  if (action !== "AP_AddObjects" && action !== "AP_DropObjects") {
    return refused(`the list of what publication ${pubname} publishes is replaced, and the old one is not kept`);
  }
  return objects.toReversed().map((object) => undoMember(pubname, object, action === "AP_AddObjects"));
}

const NAME = "quote_ident(t.pubname)";

/** Options that came with a later major are read through JSON. */
const OPTIONS = `(SELECT string_agg(o.name || ' = ' || o.value, ', ' ORDER BY o.place) FROM (VALUES
      (1, 'publish', quote_literal(concat_ws(', ', CASE WHEN t.pubinsert THEN 'insert' END, CASE WHEN t.pubupdate THEN 'update' END,
        CASE WHEN t.pubdelete THEN 'delete' END, CASE WHEN t.pubtruncate THEN 'truncate' END))),
      (2, 'publish_via_partition_root', t.pubviaroot::text),
      (3, 'publish_generated_columns', CASE to_jsonb(t) ->> 'pubgencols' WHEN 'n' THEN 'none' WHEN 's' THEN 'stored' END)
    ) AS o(place, name, value) WHERE o.value IS NOT NULL)`;

/** A table's columns and condition in the publication. Both came with 15, where a view shows the condition as text. */
const COLUMNS = `coalesce((SELECT ' (' || string_agg(quote_ident(a.attname), ', ' ORDER BY a.attnum) || ')' FROM pg_attribute a
      WHERE a.attrelid = r.prrelid AND a.attnum::text = ANY (regexp_split_to_array(btrim(to_jsonb(r) ->> 'prattrs', '[]'), '[ ,]+'))), '')`;
const SHOWN = `(SELECT to_jsonb(v) ->> 'rowfilter' FROM pg_publication_tables v, pg_class x
      WHERE v.pubname = p.pubname AND x.oid = r.prrelid AND v.tablename = x.relname AND v.schemaname = x.relnamespace::regnamespace::text)`;
const CONDITION = `coalesce(' WHERE (' || ${SHOWN} || ')', '')`;

function undoMember(pubname: string, object: PublicationObjSpec, isAdded: boolean): UndoItem {
  const { pubtable, pubobjtype, name } = object;
  const alter = `ALTER PUBLICATION ${quoteIdentifier(pubname)} ${isAdded ? "DROP" : "ADD"} `;
  if (pubtable === undefined) {
    if (pubobjtype === "PUBLICATIONOBJ_TABLES_IN_SCHEMA") {
      return { sql: `${alter}TABLES IN SCHEMA ${quoteIdentifier(name ?? "")}` };
    }
    return {
      capture: `SELECT ${quoteLiteral(`${alter}TABLES IN SCHEMA `)} || quote_ident(current_schema()) AS sql`,
    };
  }
  const only = pubtable.relation?.inh === true ? "" : "ONLY ";
  const target = `SELECT c.oid FROM pg_class c WHERE c.oid = ${relationOid(pubtable.relation)}`;
  if (isAdded) return capture(target, one(text`${constant(`${alter}TABLE ${only}`)}${"t.oid::regclass"}`));
  const member = `pg_publication_rel r JOIN pg_publication p ON p.oid = r.prpubid
        WHERE p.pubname = ${quoteLiteral(pubname)} AND r.prrelid = t.oid`;
  return capture(
    target,
    refuseWhen(
      `EXISTS (SELECT FROM ${member} AND to_jsonb(r) ->> 'prqual' IS NOT NULL AND ${SHOWN} IS NULL)`,
      text`the condition on ${"t.oid::regclass"} is shown by no view`,
    ),
    each(text`${constant(`${alter}TABLE ONLY `)}${"t.oid::regclass"}${COLUMNS}${CONDITION}`, member),
  );
}
