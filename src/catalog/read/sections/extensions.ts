import type { Extension } from "../../model/extension.ts";
import { type Keyed, section } from "./section.ts";

export const EXTENSIONS = section<Extension & Keyed>(
  "extensions",
  `SELECT e.oid::bigint AS oid, e.extname AS name, e.extversion AS version, n.nspname AS schema, pg_get_userbyid(e.extowner) AS owner
   FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace`,
);
