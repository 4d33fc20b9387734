import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import type { Migration } from "../migrations/migration.ts";
import { connect } from "../postgres/session.ts";
import { compareHistory } from "../run/compare-history.ts";
import { namingFailures } from "../run/name-failure.ts";
import { readState } from "../run/read-state.ts";
import { urlToRead } from "../run/target.ts";
import type { CommandContext } from "./command.ts";

/** The database's catalog with its sizes, and which of the migrations it has applied. */
export async function lookAt(
  context: CommandContext,
  migrations: readonly Migration[],
): Promise<{ readonly catalog: Catalog; readonly applied: ReadonlySet<string> }> {
  const url = urlToRead(await context.config());
  return await namingFailures(async () => {
    await using session = await connect(url, { applicationName: "lockkeeper lint" });
    const catalog = await readCatalog(session.query, { facts: true });
    if (migrations.length === 0) {
      return { catalog, applied: new Set<string>() };
    }
    const { pending } = compareHistory(migrations, await readState(session), { allowOutOfOrder: true });
    const open = new Set(pending.map(({ id }) => id));
    return { catalog, applied: new Set(migrations.map(({ id }) => id).filter((id) => !open.has(id))) };
  });
}
