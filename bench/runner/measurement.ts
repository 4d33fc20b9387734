import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { EmbeddedServer } from "../../src/postgres/embedded-server.ts";
import type { Contender, Phase } from "./contender.ts";
import { settle, verifyApplied, withFreshDatabase } from "./fresh-database.ts";
import { startRoundTripCounter, type Traffic } from "./round-trip-counter.ts";
import type { SmallMigration } from "./small-migrations.ts";
import { timedProcess } from "./timed-process.ts";

export type PerPhase<T> = Readonly<Record<Phase, T>>;

/** A contender with its project on disk, ready to be measured. */
export interface Entrant {
  readonly contender: Contender;
  readonly folder: string;
  readonly migrations: readonly SmallMigration[];
}

export function enter(contender: Contender, workspace: string, migrations: readonly SmallMigration[]): Entrant {
  const folder = join(workspace, databaseName(contender));
  mkdirSync(folder);
  contender.writeProject(folder, migrations);
  return { contender, folder, migrations };
}

/**
 * Seconds of one round on a database of its own: apply, check the work, start again with nothing to do, check again.
 *
 * @throws Error when the contender failed or did not do the work; its time is then worth nothing
 */
export async function timeRound(server: EmbeddedServer, entrant: Entrant): Promise<PerPhase<number>> {
  return await withFreshDatabase(server, databaseName(entrant.contender), async (database) => {
    const url = `${server.url(database)}?sslmode=disable`;
    const phase = async (name: Phase): Promise<number> => {
      await settle(server);
      const seconds = await timedProcess(entrant.contender.command(name, url), entrant.folder, url);
      await verifyApplied(url, entrant.contender, entrant.migrations);
      return seconds;
    };
    const apply = await phase("apply");
    return { apply, noop: await phase("noop") };
  });
}

/**
 * The same two starts through the counting proxy, apart from the timed rounds because the proxy costs time.
 *
 * @throws Error when the contender failed or did not do the work
 */
export async function countTraffic(server: EmbeddedServer, entrant: Entrant): Promise<PerPhase<Traffic>> {
  await using counter = await startRoundTripCounter(server.port);
  return await withFreshDatabase(server, databaseName(entrant.contender), async (database) => {
    const url = new URL(`${server.url(database)}?sslmode=disable`);
    url.port = String(counter.port);
    const phase = async (name: Phase): Promise<Traffic> => {
      counter.reset();
      await timedProcess(entrant.contender.command(name, url.href), entrant.folder, url.href);
      const traffic = counter.traffic();
      await verifyApplied(server.url(database), entrant.contender, entrant.migrations);
      return traffic;
    };
    const apply = await phase("apply");
    return { apply, noop: await phase("noop") };
  });
}

function databaseName(contender: Contender): string {
  return contender.name.toLowerCase().replaceAll("-", "_");
}
