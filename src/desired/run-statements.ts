import { LockkeeperError } from "../errors/lockkeeper-error.ts";
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
      for (const one of pending) {
        const error = await this.#try(one);
        if (error !== undefined) failed.push({ one, error });
      }
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
    for (const one of all) {
      const error = await this.#try(one);
      if (error !== undefined) throw notLoadable([{ one, error }], NOT_LOADED);
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
      if (databaseError(error) === undefined || failureKind(error) === "connection") throw error;
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

const NOT_LOADED = "The schema was not loaded.";
