import type { EventTrigger, Trigger } from "../../model/trigger.ts";
import { columnNames, FIRING_MODES, inSchemas, notOfExtension, routineName, wordFor } from "../sql-fragments.ts";
import { PG15 } from "../version.ts";
import { type Keyed, type RowOf, section } from "./section.ts";

export type TriggerRow = Omit<RowOf<Trigger>, "columns"> & {
  readonly relation: number;
  readonly columns?: readonly string[];
};

/** Until PostgreSQL 14 the copies on partitions count as internal; those of foreign keys have no parent there. */
const isOurs = (version: number): string =>
  version >= PG15 ? "NOT t.tgisinternal" : "(NOT t.tgisinternal OR t.tgparentid <> 0)";

export const TRIGGERS = section<TriggerRow>(
  "triggers",
  (version) => `
   SELECT t.oid::bigint AS oid, t.tgrelid::bigint AS relation, t.tgname AS name, pg_get_triggerdef(t.oid) AS definition, ${wordFor("t.tgenabled", FIRING_MODES)} AS enabled,
     CASE t.tgtype & 66 WHEN 2 THEN 'before' WHEN 64 THEN 'instead of' ELSE 'after' END AS timing,
     (SELECT json_agg(e.name) FROM (VALUES (4, 'insert'), (16, 'update'), (8, 'delete'), (32, 'truncate')) e (bit, name)
       WHERE t.tgtype & e.bit <> 0) AS events,
     CASE t.tgtype & 1 WHEN 1 THEN 'row' ELSE 'statement' END AS level,
     ${columnNames("t.tgrelid", "t.tgattr::int2[]")} AS columns, ${routineName("t.tgfoid")} AS function,
     CASE WHEN t.tgqual IS NOT NULL THEN substring(pg_get_triggerdef(t.oid) FROM ' FOR EACH (?:ROW|STATEMENT) WHEN \\((.*?)\\) EXECUTE FUNCTION ') END AS when,
     t.tgoldtable AS "oldTable", t.tgnewtable AS "newTable", t.tgconstraint <> 0 AS constraint,
     t.tgdeferrable AS deferrable, t.tginitdeferred AS "initiallyDeferred", t.tgparentid <> 0 AS inherited
   FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE ${isOurs(version)} AND ${inSchemas("c.relnamespace")}`,
  "SELECT FROM pg_trigger",
);

/** Constraints whose own triggers do not fire, after DISABLE TRIGGER ALL. */
export const UNCHECKED_CONSTRAINTS = section<Keyed>(
  "unchecked_constraints",
  "SELECT DISTINCT t.tgconstraint::bigint AS oid FROM pg_trigger t WHERE t.tgisinternal AND t.tgenabled = 'D' AND t.tgconstraint <> 0",
  "SELECT FROM pg_trigger WHERE tgenabled = 'D'",
);

export const EVENT_TRIGGERS = section<RowOf<EventTrigger>>(
  "event_triggers",
  `SELECT e.oid::bigint AS oid, e.evtname AS name, e.evtevent AS event, ${routineName("e.evtfoid")} AS function, ${wordFor("e.evtenabled", FIRING_MODES)} AS enabled,
     coalesce((SELECT json_agg(tag ORDER BY tag COLLATE "C") FROM unnest(e.evttags) tag), '[]') AS tags, pg_get_userbyid(e.evtowner) AS owner
   FROM pg_event_trigger e WHERE ${notOfExtension("event_trigger", "e.oid")}`,
  "SELECT FROM pg_event_trigger",
);
