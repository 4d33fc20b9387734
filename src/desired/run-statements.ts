import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { BatchError, type BatchStatement } from "../postgres/batch.ts";
import { databaseError, failureKind } from "../postgres/server-error.ts";
import type { Session } from "../postgres/session.ts";
import { type FailedStatement, notLoadable } from "./not-loadable.ts";
import type { LeftOut } from "./schema-source.ts";
import type { SchemaStatement, Setting } from "./schema-statement.ts";
import { type TimeLimit, withinTime } from "./time-limit.ts";

/** RESET ALL leaves roles as they are. */
const AS_AT_FIRST = ["RESET SESSION AUTHORIZATION", "RESET ROLE", "RESET ALL"];

/** Bodies of functions mention what comes later. */
const BODIES_LATER = "SET check_function_bodies = off";

/** Runs statements in one session, each committed on its own and under the settings of its file. */
export class StatementRunner {
  /** Settings that the server has not. */
  readonly leftOut: LeftOut[] = [];
  readonly #session: Session;
  readonly #limit: TimeLimit;
  readonly #unknown = new Set<Setting>();
  #now: readonly Setting[] | undefined;

  constructor(session: Session, limit: TimeLimit) {
    this.#session = session;
    this.#limit = limit;
  }

  /**
   * Runs all statements. Those that fail are tried again after the others, for as long as that brings anything.
   *
   * @throws LockkeeperError `schema_invalid` for what cannot be loaded, at its place; `wait_timeout`, `interrupted`, and
   *   the driver's error when the connection is lost
   */
  async inAnyOrder(all: readonly SchemaStatement[]): Promise<void> {
    let pending = all;
    while (pending.length > 0) {
      const failed: FailedStatement[] = [];
      await this.#runAll(pending, (one) => failed.push(one));
      if (failed.length === pending.length) throw notLoadable(failed, NOT_LOADED);
      pending = failed.map(({ one }) => one);
    }
  }

  /**
   * Runs all statements in their order.
   *
   * @throws LockkeeperError as `inAnyOrder` does, for the first that fails
   */
  async inOrder(all: readonly SchemaStatement[]): Promise<void> {
    await this.#runAll(all, (failed) => {
      throw notLoadable([failed], NOT_LOADED);
    });
  }

  /** Where the server stops in the middle of a message, it is asked about that statement alone, and goes on behind it. */
  async #runAll(all: readonly SchemaStatement[], onFailure: (failed: FailedStatement) => void): Promise<void> {
    for (let at = 0; at < all.length; ) {
      const batch = batchAt(all, at);
      const done = await this.runTogether(batch, ({ source: { text, copyData } }) => [
        { sql: "BEGIN" },
        { sql: text, ...(copyData === undefined ? {} : { copyData }) },
        { sql: "COMMIT" },
      ]);
      at += done;
      const stopped = batch[done];
      if (stopped === undefined) continue;
      const error = await this.#try(stopped);
      if (error !== undefined) onFailure({ one: stopped, error });
      at += 1;
    }
  }

  /**
   * Sends statements of one file in one message, each with what stands around it. What the server says against one of
   * them is not told: alone, it may think otherwise.
   *
   * @returns how many it took: all, or those before the one that it stopped at
   * @throws LockkeeperError `interrupted`, and the driver's error when the connection is lost
   */
  async runTogether(
    batch: readonly SchemaStatement[],
    bracketed: (one: SchemaStatement) => readonly BatchStatement[],
  ): Promise<number> {
    const [first] = batch;
    if (first === undefined || batch.length === 1) return 0;
    try {
      await this.settle(first.settings);
    } catch (error) {
      if (isLost(error)) throw error;
      return 0;
    }
    const messages = batch.map(bracketed);
    const outcome = await withinTime(this.#limit, this.#session, () => this.#send(messages));
    return "tooLong" in outcome ? 0 : outcome.value;
  }

  /** @returns how many were answered without an error */
  async #send(messages: readonly (readonly BatchStatement[])[]): Promise<number> {
    try {
      await this.#session.batch(messages.flat());
      return messages.length;
    } catch (error) {
      if (isLost(error) || !(error instanceof BatchError)) throw error;
      await this.#session.rollback();
      let sent = 0;
      return messages.findIndex((message) => {
        sent += message.length;
        return error.statement < sent;
      });
    }
  }

  /** Makes the settings of a file those of the session. */
  async settle(settings: readonly Setting[]): Promise<void> {
    if (this.#now === settings) return;
    this.#now = undefined;
    for (const sql of [...AS_AT_FIRST, BODIES_LATER]) await this.#session.query(sql);
    for (const setting of settings) {
      if (!this.#unknown.has(setting)) await this.#set(setting);
    }
    this.#now = settings;
  }

  /** A dump sets what the server that it comes from knows. */
  async #set(setting: Setting): Promise<void> {
    try {
      await this.#session.query(setting.sql);
    } catch (error) {
      const refusal = databaseError(error);
      if (setting.name === undefined || refusal?.code !== "42704") throw error;
      this.#unknown.add(setting);
      this.leftOut.push({ file: setting.file, line: setting.line, reason: refusal.message });
    }
  }

  /** @returns what the server said against it */
  async #try(one: SchemaStatement): Promise<unknown> {
    try {
      await this.settle(one.settings);
      await this.#run(one);
      return undefined;
    } catch (error) {
      if (isLost(error)) throw error;
      return error;
    }
  }

  async #run({ file, source }: SchemaStatement): Promise<void> {
    const { text: sql, copyData } = source;
    const session = this.#session;
    const run = () => (copyData === undefined ? session.query(sql) : session.batch([{ sql, copyData }]));
    const outcome = await withinTime<unknown>(this.#limit, session, run);
    if ("tooLong" in outcome) {
      throw new LockkeeperError("wait_timeout", {
        message: `${file}:${source.line}: the statement did not end within ${this.#limit.timeoutMs / 1000} s.`,
        at: { file, line: source.line, column: source.column },
        notDone: NOT_LOADED,
        action: "Give it longer with --timeout, or take it out of the schema.",
      });
    }
  }
}

/** What a message holds at most: round trips do not count any more then, and what is cancelled is not much. */
const STATEMENTS = 100;
const CHARACTERS = 200_000;

/** The statements from there on that one message may hold: those under the same settings. */
export function batchAt(all: readonly SchemaStatement[], at: number): readonly SchemaStatement[] {
  const settings = all[at]?.settings;
  let characters = 0;
  let end = at;
  while (end < at + STATEMENTS && all[end]?.settings === settings && end < all.length) {
    characters += all[end]?.source.text.length ?? 0;
    if (characters > CHARACTERS && end > at) break;
    end += 1;
  }
  return all.slice(at, end);
}

const isLost = (error: unknown): boolean => databaseError(error) === undefined || failureKind(error) === "connection";

const NOT_LOADED = "The schema was not loaded.";
