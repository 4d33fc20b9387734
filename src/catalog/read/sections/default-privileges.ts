import type { DefaultPrivileges } from "../../model/grant.ts";
import { grantsOf, inSchemas, wordFor } from "../sql-fragments.ts";
import { section } from "./section.ts";

const OBJECTS = { r: "tables", S: "sequences", f: "functions", T: "types", n: "schemas", L: "large objects" } as const;

export const DEFAULT_PRIVILEGES = section<DefaultPrivileges>(
  "default_privileges",
  `SELECT pg_get_userbyid(d.defaclrole) AS role, n.nspname AS schema, ${wordFor("d.defaclobjtype", OBJECTS)} AS objects, ${grantsOf("d.defaclacl")} AS grants
   FROM pg_default_acl d LEFT JOIN pg_namespace n ON n.oid = d.defaclnamespace WHERE d.defaclnamespace = 0 OR ${inSchemas("d.defaclnamespace")}`,
  "SELECT FROM pg_default_acl",
);
