import { randomBytes } from "node:crypto";
import type { TestDatabase } from "./database.ts";

/** A login role that has been granted nothing, dropped with all it was given meanwhile. */
export interface TestRole extends AsyncDisposable {
  readonly name: string;
  /** The database under this role. */
  readonly url: string;
}

export async function testRole(db: TestDatabase, attributes = ""): Promise<TestRole> {
  const name = `r_${randomBytes(6).toString("hex")}`;
  await db.query(`CREATE ROLE ${name} LOGIN PASSWORD 'secret' ${attributes}`);
  const url = new URL(db.url);
  url.username = name;
  url.password = "secret";
  return {
    name,
    url: url.href,
    async [Symbol.asyncDispose]() {
      await db.query(`DROP OWNED BY ${name} CASCADE`);
      await db.query(`DROP ROLE ${name}`);
    },
  };
}
