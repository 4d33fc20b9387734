import type { Catalog } from "../catalog/catalog.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import { connect } from "../postgres/session.ts";
import { quoteIdentifier } from "../sql/quote.ts";

/**
 * Without what ALTER DATABASE … SET and ALTER ROLE … IN DATABASE say: neither a dump nor a clone has it, and a physical copy
 * cannot lose it.
 */
export const withoutDatabaseSettings = (catalog: Catalog): Catalog => ({
  ...catalog,
  unmodelled: catalog.unmodelled.filter(({ kind }) => kind !== "database setting"),
});

const SETTINGS = `SELECT split_part(setting, '=', 1) AS name, substr(setting, strpos(setting, '=') + 1) AS value
FROM pg_db_role_setting AS s JOIN pg_database AS d ON d.oid = s.setdatabase, unnest(s.setconfig) AS setting
WHERE d.datname = current_database() AND s.setrole = 0 ORDER BY 1`;

/**
 * Gives a copy the settings that a database has for everybody (ALTER DATABASE … SET), by which names are found and values
 * read there.
 *
 * @returns in whole sentences, what could not be given
 */
export async function giveDatabaseSettings(from: string, to: string): Promise<readonly string[]> {
  const settings = { applicationName: "lockkeeper rehearsal" };
  await using source = await connect(from, settings);
  const rows = await source.query<{ name: string; value: string }>(SETTINGS);
  if (rows.length === 0) return [];
  await using copy = await connect(to, settings);
  const [{ database } = { database: "" }] = await copy.query<{ database: string }>(
    "SELECT current_database() AS database",
  );
  const notes: string[] = [];
  for (const { name, value } of rows) {
    try {
      // FROM CURRENT: a list that is written as one text would be one name.
      await copy.query("BEGIN");
      await copy.query("SELECT set_config($1, $2, true)", [name, value]);
      await copy.query(`ALTER DATABASE ${quoteIdentifier(database)} SET ${settingName(name)} FROM CURRENT`);
      await copy.query("COMMIT");
    } catch (error) {
      const told = databaseError(error);
      if (told === undefined || failureKind(error) === "connection") throw error;
      await copy.rollback();
      notes.push(`The copy is without the database's setting ${name}: ${told.message}.`);
    }
  }
  return notes;
}

/** Those of extensions have two parts. */
const settingName = (name: string): string => name.split(".").map(quoteIdentifier).join(".");
