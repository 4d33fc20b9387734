import { LockkeeperError } from "../../../errors/lockkeeper-error.ts";
import { databaseRelation } from "../../../postgres/database-relation.ts";
import { describeDatabase } from "../../../postgres/database-url.ts";
import type { Copy } from "./copy.ts";

/**
 * A database that the user prepared for it. What is done there stays.
 *
 * @param production the database that the plan is for
 * @param isDisposable whether somebody said that it may be thrown away
 * @throws LockkeeperError `rehearsal_refused` where nobody did, or where it is the production database itself
 */
export async function preparedCopy(url: string, production: string, isDisposable: boolean): Promise<Copy> {
  const relation = await databaseRelation(production, url, "lockkeeper rehearsal");
  if (relation === "same database") {
    throw new LockkeeperError("rehearsal_refused", {
      message: `${describeDatabase(url)} is the very database that the plan is for.`,
      notDone: "Nothing was rehearsed, and nothing was changed.",
      action: "Name a copy of it with --on.",
    });
  }
  if (!isDisposable) {
    throw new LockkeeperError("rehearsal_refused", {
      message: `Nobody said that ${describeDatabase(url)} may be thrown away: a rehearsal changes it for good.`,
      notDone: "Nothing was rehearsed, and nothing was changed.",
      action: "If it may, repeat the command with --disposable.",
    });
  }
  return {
    url,
    kind: "prepared",
    of: describeDatabase(url),
    ownServer: relation === "other server",
    notes: [`${describeDatabase(url)} is left as the rehearsal leaves it: prepare it anew before the next one.`],
    async [Symbol.asyncDispose]() {},
  };
}
