import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import type { Session } from "../../src/postgres/session.ts";

/** The catalog as it is within a transaction that runs the statements and is taken back. */
export async function readAfter(session: Session, ...statements: readonly string[]): Promise<Catalog> {
  await session.query("BEGIN");
  try {
    for (const statement of statements) {
      await session.query(statement);
    }
    return await readCatalog(session.query, { snapshot: "open transaction" });
  } finally {
    await session.query("ROLLBACK");
  }
}
