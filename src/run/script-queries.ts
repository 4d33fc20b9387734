import type { ErrorCode } from "../errors/catalogue.ts";
import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import { placeInStack } from "../migrations/place-in-stack.ts";
import { settingChange } from "../plan/settings.ts";
import { isSavepoint } from "../plan/transactionality.ts";
import type { Session } from "../postgres/session.ts";
import { type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";

/** Statements that may steer the transaction or the session; all others go to the server unparsed. */
const MAY_STEER = /^(begin|start|commit|end|abort|rollback|prepare|set|reset)\b|\bset_config\b/i;

/**
 * What a script sends, for as long as its function runs: inside the transaction of its step, which it can neither end
 * nor outlive. `loadParser()` must have resolved.
 */
export class ScriptQueries {
  readonly #session: Session;
  readonly #script: string;
  readonly #file: string;
  #unanswered = 0;
  #isOver = false;
  /** The query that failed first, and with it the transaction. */
  #failure: { readonly error: unknown; readonly place: Place } | undefined;

  constructor(session: Session, script: string, file: string) {
    this.#session = session;
    this.#script = script;
    this.#file = file;
  }

  /** @throws LockkeeperError `sql_transaction_control`, `script_failed` when the function has returned; server errors */
  query(sql: string, params?: readonly unknown[]): Promise<object[]> {
    const place = placeInStack(new Error().stack, this.#file);
    const answer = this.#send(sql, params, place);
    // A script that does not wait for its queries is told so by `end`, not by an unhandled rejection.
    answer.catch(() => {});
    return answer;
  }

  /** Where the query that failed with `error` was sent. */
  placeOf(error: unknown): Place {
    const failure = this.#failure;
    if (failure !== undefined && failure.error === error) {
      return failure.place;
    }
    return placeInStack(error instanceof Error ? error.stack : undefined, this.#file);
  }

  /** The failure that aborted the transaction although the script went on; undefined when there was none. */
  get failure(): unknown {
    return this.#failure?.error;
  }

  /** From here on no query of the script reaches the server. */
  close(): void {
    this.#isOver = true;
  }

  /** @throws LockkeeperError `script_failed` when the function returned before its queries were answered */
  requireAnswered(): void {
    if (this.#unanswered > 0) {
      throw this.#fault("script_failed", { file: this.#file }, "returned before its queries were answered", {
        action: "Await every query in the script (a forEach with an async function does not), then run it again.",
      });
    }
  }

  async #send(sql: string, params: readonly unknown[] | undefined, place: Place): Promise<object[]> {
    if (this.#isOver) {
      throw this.#fault("script_failed", place, "sent a query when its step was over, outside the transaction", {
        action: "Await everything the script does before its function returns.",
        notDone: "The query was not run.",
      });
    }
    const text = this.#withinTransaction(sql, place);
    this.#unanswered++;
    try {
      return await this.#session.query(text, params);
    } catch (error) {
      this.#failure ??= { error, place };
      throw error;
    } finally {
      this.#unanswered--;
    }
  }

  /** The text with each `SET` confined to the transaction. */
  #withinTransaction(sql: string, place: Place): string {
    let text = sql;
    for (const statement of steering(sql).reverse()) {
      const parsed = parsedOrUndefined(statement);
      const change = parsed === undefined ? undefined : settingChange(parsed, statement.text);
      if (change?.kind === "transaction" || (parsed?.tag === "TransactionStmt" && !isSavepoint(parsed))) {
        throw this.#fault("sql_transaction_control", place, `may not run ${statement.text}`, {
          action:
            "Take the statement out of the script: its step is one transaction, which Lockkeeper commits with its journal " +
            "row. Use savepoints to go back a part of the way, and several script steps to commit in between.",
        });
      }
      if (change?.kind === "set") {
        text = text.slice(0, statement.start) + change.local + text.slice(statement.end);
      }
    }
    return text;
  }

  #fault(
    code: ErrorCode,
    at: Place,
    fault: string,
    details: { readonly action: string; readonly notDone?: string },
  ): LockkeeperError {
    return new LockkeeperError(code, {
      message: `${this.#file}: the script ${this.#script} ${fault}.`,
      at,
      notDone: "The step was rolled back; steps before it stand.",
      ...details,
    });
  }
}

/** What cannot be read is left to the server to judge; `lockkeeper.assert_step` sees whether it ended the transaction. */
function steering(sql: string): SqlStatement[] {
  try {
    return splitSql(sql).statements.filter(({ text }) => MAY_STEER.test(text));
  } catch {
    return [];
  }
}

function parsedOrUndefined(statement: SqlStatement): ParsedStatement | undefined {
  try {
    return parseStatement(statement, "<script>");
  } catch {
    return undefined;
  }
}
