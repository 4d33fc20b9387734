import type { ForeignDataWrapper, ForeignServer, UserMapping } from "../../model/foreign-data.ts";
import { grantsOf, notOfExtension, optionsOf, routineName } from "../sql-fragments.ts";
import { type RowOf, section } from "./section.ts";

export const FOREIGN_DATA_WRAPPERS = section<RowOf<ForeignDataWrapper>>(
  "foreign_data_wrappers",
  `SELECT w.oid::bigint AS oid, w.fdwname AS name, pg_get_userbyid(w.fdwowner) AS owner, ${grantsOf("w.fdwacl")} AS grants,
     ${routineName("w.fdwhandler")} AS handler, ${routineName("w.fdwvalidator")} AS validator,
     coalesce(${optionsOf("w.fdwoptions")}, '{}') AS options
   FROM pg_foreign_data_wrapper w WHERE ${notOfExtension("foreign_data_wrapper", "w.oid")}`,
  "SELECT FROM pg_foreign_data_wrapper",
);

export const FOREIGN_SERVERS = section<RowOf<ForeignServer>>(
  "foreign_servers",
  `SELECT s.oid::bigint AS oid, s.srvname AS name, w.fdwname AS wrapper, s.srvtype AS type, s.srvversion AS version, pg_get_userbyid(s.srvowner) AS owner,
     ${grantsOf("s.srvacl")} AS grants, coalesce(${optionsOf("s.srvoptions")}, '{}') AS options
   FROM pg_foreign_server s JOIN pg_foreign_data_wrapper w ON w.oid = s.srvfdw WHERE ${notOfExtension("foreign_server", "s.oid")}`,
  "SELECT FROM pg_foreign_server",
);

/** The view shows the options to those who may see them. */
export const USER_MAPPINGS = section<RowOf<UserMapping>>(
  "user_mappings",
  `SELECT m.umid::bigint AS oid, m.srvname AS server, m.usename AS user,
     coalesce((SELECT json_agg(o.option_name ORDER BY o.option_name COLLATE "C") FROM pg_options_to_table(m.umoptions) o), '[]') AS "optionNames"
   FROM pg_user_mappings m`,
  "SELECT FROM pg_foreign_server",
);
