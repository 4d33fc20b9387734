import type { Catalog } from "../../catalog/catalog.ts";
import { type ErrorReport, LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Migration } from "../../migrations/migration.ts";
import { changesBetween } from "../drift/drift-between.ts";
import { type ChangedObject, toldChanges } from "../drift/told-changes.ts";
import { namingFailures } from "../name-failure.ts";
import { Replay, type ReplayOptions } from "../replay/replay.ts";
import type { Irreversible } from "../undo-plan.ts";
import { loadCatalog } from "./load-catalog.ts";
import { type Picture, pictureOf } from "./picture.ts";
import { type WayOut, waysOut } from "./ways-out.ts";

export interface StairwayOptions extends ReplayOptions {
  /** What is there before the first migration; nothing when undefined. */
  readonly from?: StartingSchema;
  /** Gets each stair as it is done. */
  readonly onStair?: (stair: Stair) => void;
}

export interface StartingSchema {
  readonly catalog: Catalog;
  /** The migrations that it holds already, in their order. */
  readonly inForce: readonly string[];
}

/** How one migration came up, down and up again. */
export interface Stair {
  readonly id: string;
  /**
   * `same`: the schema was the same after each; `irreversible`: no way back is known; `differs`: the way back, or the
   * second way up, led to another schema; `fails`: a statement failed.
   */
  readonly outcome: "same" | "irreversible" | "differs" | "fails";
  /** Where it was not the same. */
  readonly where: "up" | "down" | "up again" | null;
  /** Statements without a way back, why, and what can be done about it. */
  readonly irreversible: readonly WayOut[];
  /** What is otherwise than it was, object by object. */
  readonly differences: readonly ChangedObject[];
  readonly error: ErrorReport | null;
  /** Of the schema behind it; null where it did not come up. */
  readonly fingerprint: string | null;
}

export interface StairwayReport {
  readonly from: "empty" | "schema";
  readonly stairs: readonly Stair[];
  /** The first migration that does not come back. */
  readonly first: string | null;
  /** Migrations behind one that did not come up, or behind which the way could not be gone on. */
  readonly notReached: readonly string[];
}

/**
 * Takes every migration up, down and up again in a scratch database, and compares the schemas at each stair; columns in
 * another order are the same.
 *
 * @throws LockkeeperError `scratch_unavailable`, `interrupted`, and those of reading the migrations
 */
export async function stairway(options: StairwayOptions): Promise<StairwayReport> {
  return await namingFailures(async () => {
    const walk = new Walk(options);
    try {
      return await walk.all();
    } finally {
      await walk.end();
    }
  });
}

interface Climbed {
  readonly stair: Stair;
  /** The schema behind it; undefined where nobody can go on. */
  readonly behind?: Picture;
}

class Walk {
  readonly #options: StairwayOptions;
  readonly #left: readonly Migration[];
  #replay: Replay | undefined;

  constructor(options: StairwayOptions) {
    this.#options = options;
    const { from, migrations } = options;
    this.#left = migrations.filter(({ id }) => from?.inForce.includes(id) !== true);
  }

  async all(): Promise<StairwayReport> {
    const stairs: Stair[] = [];
    let below = await pictureOf(await this.#start());
    for (const { id } of this.#left) {
      const { stair, behind } = await this.#stair(id, below);
      stairs.push(stair);
      this.#options.onStair?.(stair);
      if (behind === undefined) break;
      below = behind;
    }
    return {
      from: this.#options.from === undefined ? "empty" : "schema",
      stairs,
      first: stairs.find(({ outcome }) => outcome !== "same")?.id ?? null,
      notReached: this.#left.slice(stairs.length).map(({ id }) => id),
    };
  }

  async end(): Promise<void> {
    await this.#replay?.[Symbol.asyncDispose]();
    this.#replay = undefined;
  }

  async #start(to?: string): Promise<Replay> {
    await this.end();
    const { from } = this.#options;
    const replay = await Replay.start(this.#options);
    this.#replay = replay;
    if (from !== undefined) {
      await loadCatalog(replay.session, from.catalog, replay.ownServer);
      const last = from.inForce.at(-1);
      if (last !== undefined) await replay.recordInForce(from.inForce);
    }
    if (to !== undefined) await replay.up(to);
    return replay;
  }

  async #stair(id: string, below: Picture): Promise<Climbed> {
    const replay = this.#replay ?? (await this.#start());
    const stair: Stair = {
      id,
      outcome: "same",
      where: null,
      irreversible: [],
      differences: [],
      error: null,
      fingerprint: null,
    };
    try {
      await replay.up(id, below.catalog);
    } catch (error) {
      return { stair: { ...stair, outcome: "fails", where: "up", error: reportOf(error) } };
    }
    const behind = await pictureOf(replay);
    const stands: Stair = { ...stair, fingerprint: behind.fingerprint };
    try {
      await replay.down(behind.catalog);
    } catch (error) {
      const statements = statementsOf(error);
      if (statements !== undefined) {
        const irreversible = waysOut(
          this.#left.find((one) => one.id === id),
          statements,
        );
        return { stair: { ...stands, outcome: "irreversible", where: "down", irreversible }, behind };
      }
      return await this.#goOn({ ...stands, outcome: "fails", where: "down", error: reportOf(error) }, behind);
    }
    const back = await pictureOf(replay);
    const down = compared(below, back);
    try {
      await replay.up(id, back.catalog);
    } catch (error) {
      // What failed is a consequence where the way back led elsewhere.
      const where = down.length > 0 ? "down" : "up again";
      return await this.#goOn(
        { ...stands, outcome: "fails", where, differences: down, error: reportOf(error) },
        behind,
      );
    }
    if (down.length > 0) {
      return await this.#goOn({ ...stands, outcome: "differs", where: "down", differences: down }, behind);
    }
    const again = compared(behind, await pictureOf(replay));
    if (again.length > 0) {
      return await this.#goOn({ ...stands, outcome: "differs", where: "up again", differences: again }, behind);
    }
    return { stair: stands, behind };
  }

  /** In a database of which nothing was taken back; what is done to a server cannot be done to it twice. */
  async #goOn(stair: Stair, behind: Picture): Promise<Climbed> {
    try {
      await this.#start(stair.id);
      return { stair, behind };
    } catch (error) {
      return { stair: { ...stair, error: stair.error ?? reportOf(error) } };
    }
  }
}

function compared(before: Picture, after: Picture): readonly ChangedObject[] {
  if (before.isSame(after)) return [];
  return toldChanges(changesBetween(before.catalog, after.catalog), before.catalog, after.catalog);
}

/** Undefined for other failures than that there is no way back. */
function statementsOf(error: unknown): readonly Irreversible[] | undefined {
  if (!(error instanceof LockkeeperError) || error.code !== "undo_unavailable") return undefined;
  const statements = error.data?.["statements"];
  return Array.isArray(statements) ? (statements as readonly Irreversible[]) : [];
}

function reportOf(error: unknown): ErrorReport {
  if (!(error instanceof LockkeeperError)) throw error;
  if (error.code === "interrupted") {
    throw new LockkeeperError("interrupted", {
      message: "The stairway was interrupted.",
      notDone: "Nothing but a scratch database was touched.",
      action: "Run the command again.",
    });
  }
  return error.toJSON();
}
