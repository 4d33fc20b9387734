import type { Publication, Subscription } from "../../model/replication.ts";
import { columnNames, wordFor } from "../sql-fragments.ts";
import { PG15, PG16, PG17, PG18 } from "../version.ts";
import { type RowOf, section } from "./section.ts";

export const PUBLICATIONS = section<RowOf<Publication>>(
  "publications",
  (version) => `
   SELECT p.oid::bigint AS oid, p.pubname AS name, pg_get_userbyid(p.pubowner) AS owner, p.puballtables AS "allTables", p.pubviaroot AS "viaPartitionRoot",
     ${version >= PG18 ? wordFor("p.pubgencols", { n: "none", s: "stored" }) : "'none'"} AS "generatedColumns",
     (SELECT coalesce(json_agg(a.name), '[]') FROM (VALUES (p.pubinsert, 'insert'), (p.pubupdate, 'update'), (p.pubdelete, 'delete'),
       (p.pubtruncate, 'truncate')) a (is_published, name) WHERE a.is_published) AS publishes,
     (SELECT coalesce(json_agg(json_build_object('schema', n.nspname, 'name', c.relname${version >= PG15 ? FILTERS : ""})
                ORDER BY n.nspname, c.relname), '[]')
      FROM pg_publication_rel r JOIN pg_class c ON c.oid = r.prrelid JOIN pg_namespace n ON n.oid = c.relnamespace WHERE r.prpubid = p.oid) AS tables,
     ${version >= PG15 ? SCHEMAS : "'[]'::json"} AS schemas
   FROM pg_publication p`,
  "SELECT FROM pg_publication",
);

const FILTERS = `, 'columns', CASE WHEN r.prattrs IS NOT NULL THEN ${columnNames("r.prrelid", "r.prattrs::int2[]")} END,
  'where', pg_get_expr(r.prqual, r.prrelid)`;

const SCHEMAS = `(SELECT coalesce(json_agg(n.nspname ORDER BY n.nspname), '[]') FROM pg_publication_namespace s
  JOIN pg_namespace n ON n.oid = s.pnnspid WHERE s.pnpubid = p.oid)`;

/** Every role may read these columns; the connection string is for superusers, and not read. */
const optionsSince = (version: number): string =>
  [
    { since: 0, name: "binary", value: "s.subbinary" },
    { since: 0, name: "synchronous_commit", value: "s.subsynccommit" },
    // A boolean until `parallel` came.
    {
      since: 0,
      name: "streaming",
      value:
        version >= PG16
          ? wordFor("s.substream", { f: "off", t: "on", p: "parallel" })
          : wordFor("s.substream", { false: "off", true: "on" }),
    },
    { since: PG15, name: "two_phase", value: "s.subtwophasestate <> 'd'" },
    { since: PG15, name: "disable_on_error", value: "s.subdisableonerr" },
    { since: PG16, name: "password_required", value: "s.subpasswordrequired" },
    { since: PG16, name: "run_as_owner", value: "s.subrunasowner" },
    { since: PG16, name: "origin", value: "s.suborigin" },
    { since: PG17, name: "failover", value: "s.subfailover" },
  ]
    .filter(({ since }) => version >= since)
    .map(({ name, value }) => `'${name}', (${value})::text`)
    .join(", ");

export const SUBSCRIPTIONS = section<RowOf<Subscription>>(
  "subscriptions",
  (version) => `
   SELECT s.oid::bigint AS oid, s.subname AS name, pg_get_userbyid(s.subowner) AS owner, s.subenabled AS enabled, s.subslotname AS slot,
     (SELECT json_agg(p ORDER BY p COLLATE "C") FROM unnest(s.subpublications) p) AS publications,
     json_build_object(${optionsSince(version)}) AS options
   FROM pg_subscription s JOIN pg_database d ON d.oid = s.subdbid WHERE d.datname = current_database()`,
  "SELECT FROM pg_subscription",
);
