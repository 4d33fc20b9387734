import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn } from "../support/operations.ts";
import { picture } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";
import type { ContractCase } from "./contract-cases.ts";

/** Schema and rows without the journal, and without what is not in the database alone. */
export async function application(db: TestDatabase): Promise<Readonly<Record<string, readonly string[]>>> {
  const { schema = [], ...rows } = await picture(db);
  const own = Object.entries(rows).filter(([table]) => !table.startsWith("lockkeeper."));
  return { schema: schema.filter((line) => !/^database |lockkeeper[. ]/.test(line)), ...Object.fromEntries(own) };
}

/** Whether something stands in the database that only contract removes. */
const hasLeftovers = (found: Awaited<ReturnType<typeof application>>): boolean =>
  JSON.stringify(found).includes("lockkeeper_") || JSON.stringify(found).includes("Lockkeeper:");

/** @param serverUrl absent: the run's server */
export function describeContracts(cases: readonly ContractCase[], serverUrl?: () => string): void {
  describe.each(cases)("$name", ({ given, migration }) => {
    test("down gives everything back as it was, and contract ends where the migration as written does", async () => {
      await using db = await testDatabase(serverUrl?.());
      await applyAll(db, { "0000_nothing.sql": "SELECT 1" });
      await db.query(given);
      const before = await application(db);
      await db.query("BEGIN");
      await db.query(migration);
      const asWritten = await application(db);
      await db.query("ROLLBACK");
      const folder = writeProject({ "0000_nothing.sql": "SELECT 1", "0001_it.sql": migration });
      const options = { ...operationOn(db), migrations: readProject(folder) };
      await applyAll(db, folder);
      expect(hasLeftovers(await application(db))).toBe(true);
      await down(options);
      expect(await application(db)).toEqual(before);
      await applyAll(db, folder);
      expect(await contract(options)).toEqual({ contracted: ["0001_it"], waiting: [] });
      expect(await application(db)).toEqual(asWritten);
      expect(await contract(options)).toEqual({ contracted: [], waiting: [] });
    });
  });
}
