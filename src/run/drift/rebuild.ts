import type { Catalog } from "../../catalog/catalog.ts";
import type { ScratchChoice } from "../../desired/open-scratch.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Session } from "../../postgres/session.ts";
import type { RunPolicy } from "../policy.ts";
import { readState } from "../read-state.ts";
import { Replay } from "../replay/replay.ts";
import type { Stop } from "../stop.ts";

export interface RebuildOptions {
  /** Of the database. */
  readonly session: Session;
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** What the user names for scratch databases; an embedded one of the database's major when that is nothing. */
  readonly scratch?: Pick<ScratchChoice, "named" | "database" | "except">;
}

/** What the migrations make that are in force in a database. */
export interface Rebuilt {
  readonly catalog: Catalog;
  /** Whether what they make belongs to the role that it belongs to in the database. */
  readonly hasOwners: boolean;
}

/**
 * Runs the migrations that are in force in a scratch database.
 *
 * @throws LockkeeperError `migration_missing` for one without a file, `scratch_unavailable`, and those of a run
 */
export async function rebuild({ session, migrations, policy, stop, scratch }: RebuildOptions): Promise<Rebuilt> {
  const { applied, serverVersion } = await readState(session);
  const inForce = new Set(applied.map(({ id }) => id));
  const chosen = migrations.filter(({ id }) => inForce.has(id));
  const [gone] = applied.filter(({ id, fileGone }) => !fileGone && !chosen.some((one) => one.id === id));
  if (gone !== undefined) {
    throw new LockkeeperError("migration_missing", {
      message: `${gone.id} is in force, and its file is not there: nobody knows what it made.`,
      notDone: "Nothing was compared.",
      data: { id: gone.id },
    });
  }
  const [me] = await session.query<{ user: string }>("SELECT session_user AS user");
  await using replay = await Replay.start({
    places: { ...scratch, major: Math.floor(serverVersion / 10_000) },
    migrations: chosen,
    policy,
    stop,
    ...(me === undefined ? {} : { user: me.user }),
  });
  await replay.up();
  return { catalog: await replay.catalog(), hasOwners: replay.user === me?.user };
}
