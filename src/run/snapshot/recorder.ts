import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { count } from "../../errors/count.ts";
import type { Session } from "../../postgres/session.ts";
import { driftBetween } from "../drift/drift-between.ts";
import type { EmitEvent } from "../events.ts";
import type { RunPolicy } from "../policy.ts";
import { mergeChanges } from "./merge-changes.ts";
import { catalogOfSnapshot, newestSnapshot, storeSnapshot } from "./snapshot.ts";

export interface RecorderOptions {
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  /** What was called, such as `up`. */
  readonly command: string;
  readonly session: () => Promise<Session>;
  /** A transaction under the lease. */
  readonly journal: (work: (session: Session) => Promise<void>) => Promise<void>;
}

/** A schema that was otherwise than it should have been when a run came to it. */
interface Found {
  readonly expected: Catalog;
  readonly before: Catalog;
}

/**
 * Records the schema as a run leaves it. What was changed outside of Lockkeeper before the run does not become part of what
 * the schema should be because a run came by.
 */
export class SnapshotRecorder {
  readonly #options: RecorderOptions;
  #found: Found | undefined;

  constructor(options: RecorderOptions) {
    this.#options = options;
  }

  /**
   * Before the first change.
   *
   * @param seen the catalog, where it has been read under this lease
   */
  async before(seen: Catalog | undefined): Promise<void> {
    await this.#orTell("compared with what was recorded", async () => {
      const session = await this.#options.session();
      const head = await newestSnapshot(session);
      if (head === undefined || head.isBehind || !head.isReadable) return;
      const before = seen ?? (await this.#read(session));
      if (catalogFingerprint(before) === head.fingerprint) return;
      const expected = await catalogOfSnapshot(session, head);
      this.#found = { expected, before };
      const { changes } = await driftBetween(session, expected, before, this.#options.policy.drift);
      if (changes.length > 0)
        this.#tell(
          changes.map(({ id }) => id),
          head.takenAt,
        );
    });
  }

  /** After the last change. */
  async after(run: number | undefined): Promise<void> {
    await this.#orTell("recorded", async () => {
      const session = await this.#options.session();
      const live = await this.#read(session);
      const found = this.#found;
      const catalog = found === undefined ? live : mergeChanges(found.expected, found.before, live);
      const drifted =
        found === undefined
          ? 0
          : (await driftBetween(session, catalog, live, this.#options.policy.drift)).changes.length;
      await this.#options.journal(async (transaction) => {
        await storeSnapshot(transaction, { run, command: this.#options.command, catalog, drifted });
      });
    });
  }

  async #read(session: Session): Promise<Catalog> {
    return await readCatalog(session.query, { lockTimeoutMs: this.#options.policy.lockTimeoutMs });
  }

  #tell(ids: readonly string[], since: string): void {
    const named = ids.slice(0, 3).join(", ");
    this.#options.emit({
      type: "notice",
      message: `${count(ids.length, "object")} of the schema changed outside of Lockkeeper since ${since}, such as ${named}. \`lockkeeper drift\` shows them.`,
    });
  }

  /** No run fails for it. */
  async #orTell(what: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      this.#options.emit({ type: "notice", message: `The schema could not be ${what}: ${reason}` });
    }
  }
}
