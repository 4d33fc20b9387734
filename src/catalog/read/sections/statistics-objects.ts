import type { StatisticsObject } from "../../model/statistics-object.ts";
import { inSchemas, notOfExtension, relationName } from "../sql-fragments.ts";
import { type RowOf, section } from "./section.ts";

export const STATISTICS_OBJECTS = section<RowOf<StatisticsObject>>(
  "statistics",
  `SELECT s.oid::bigint AS oid, s.stxnamespace::bigint AS schema, s.stxname AS name, ${relationName("s.stxrelid")} AS table, pg_get_userbyid(s.stxowner) AS owner,
     (SELECT json_agg(k.name) FROM (VALUES ('d', 'ndistinct'), ('f', 'dependencies'), ('m', 'mcv'), ('e', 'expressions')) k (letter, name)
       WHERE k.letter::"char" = ANY (s.stxkind)) AS kinds,
     (SELECT coalesce(json_agg(a.attname ORDER BY a.attname), '[]') FROM pg_attribute a
       WHERE a.attrelid = s.stxrelid AND a.attnum = ANY (s.stxkeys)) AS columns,
     coalesce(to_json(pg_get_statisticsobjdef_expressions(s.oid)), '[]') AS expressions,
     nullif(s.stxstattarget, -1) AS target, pg_get_statisticsobjdef(s.oid) AS definition
   FROM pg_statistic_ext s WHERE ${inSchemas("s.stxnamespace")} AND ${notOfExtension("statistic_ext", "s.oid")}`,
  "SELECT FROM pg_statistic_ext",
);
