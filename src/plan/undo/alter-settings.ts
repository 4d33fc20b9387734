import type { AlterDatabaseSetStmt, AlterRoleSetStmt, VariableSetStmt } from "libpg-query";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";
import type { UndoItem } from "../plan.ts";
import { capture, refused } from "./capture.ts";
import { roleOid } from "./role.ts";
import { constant, one, text } from "./sql-text.ts";

/** Settings whose stored value is a list of names, already quoted where they must be. */
const LISTS = `('local_preload_libraries', 'search_path', 'session_preload_libraries', 'shared_preload_libraries',
      'temp_tablespaces', 'unix_socket_directories')`;

/** `SET name TO value`, or RESET, as it stands for the role and database (0: any). */
function restoreSetting(
  beginning: string,
  role: string,
  database: string,
  setting: VariableSetStmt | undefined,
): readonly UndoItem[] {
  const { name, kind } = setting ?? {};
  if (name === undefined || kind === "VAR_RESET_ALL") return refused("RESET ALL forgets settings that are not named");
  const written = name.split(".").map(quoteIdentifier).join(".");
  const value = `(SELECT CASE WHEN lower(o.option_name) IN ${LISTS} THEN o.option_value ELSE quote_literal(o.option_value) END
      FROM pg_db_role_setting s, pg_options_to_table(s.setconfig) o
      WHERE s.setrole = t.role AND s.setdatabase = t.database AND lower(o.option_name) = lower(${quoteLiteral(name)}))`;
  return [
    capture(
      `SELECT ${role} AS role, ${database} AS database`,
      one(
        text`${constant(beginning)}${`coalesce(${quoteLiteral(`SET ${written} TO `)} || ${value}, ${quoteLiteral(`RESET ${written}`)})`}`,
      ),
    ),
  ];
}

const databaseOid = (name: string): string =>
  `(SELECT d.oid FROM pg_database d WHERE d.datname = ${quoteLiteral(name)})`;

export function undoAlterRoleSet({ role, database, setstmt }: AlterRoleSetStmt): readonly UndoItem[] {
  const inDatabase = database === undefined ? "" : ` IN DATABASE ${quoteIdentifier(database)}`;
  const oid = database === undefined ? "0::oid" : databaseOid(database);
  if (role === undefined) return restoreSetting(`ALTER ROLE ALL${inDatabase} `, "0::oid", oid, setstmt);
  if (role.roletype !== "ROLESPEC_CSTRING") return refused("the setting is the current role's, whatever role that is");
  return restoreSetting(
    `ALTER ROLE ${quoteIdentifier(role.rolename ?? "")}${inDatabase} `,
    roleOid(role),
    oid,
    setstmt,
  );
}

export const undoAlterDatabaseSet = ({ dbname = "", setstmt }: AlterDatabaseSetStmt): readonly UndoItem[] =>
  restoreSetting(`ALTER DATABASE ${quoteIdentifier(dbname)} `, "0::oid", databaseOid(dbname), setstmt);
