/** One statement of a batch. */
export interface BatchStatement {
  readonly sql: string;
  /** Keep the rows (as text) for the caller; otherwise they are read and dropped. */
  readonly wantRows?: boolean;
  /** Sent when the statement is `COPY … FROM stdin`. */
  readonly copyData?: string;
}

export interface BatchResult {
  /** Per statement: rows as text values, empty unless wanted. */
  readonly rows: readonly (readonly (readonly (string | null)[])[])[];
  /** Per statement: when its completion arrived, ms since the batch was sent. */
  readonly completedAtMs: readonly number[];
  /** Per statement: the command tag, such as `UPDATE 12`. */
  readonly tags: readonly string[];
}

/** The server's error with the index of the statement that failed and the text that was sent. */
export class BatchError extends Error {
  override readonly name = "BatchError";
  readonly statement: number;
  readonly text: string;

  constructor(cause: Error, statement: number, text: string) {
    super(cause.message, { cause });
    this.statement = statement;
    this.text = text;
  }
}

/** Begins with a newline, so that a statement that ends in a line comment does not swallow the semicolon. */
export const BATCH_SEPARATOR = "\n;\n";

// How the driver calls a submitted query. @types/pg knows only `submit`, and would be needed by everybody who reads the
// types of this package.
interface Messages {
  submit(connection: QueryConnection): void;
  handleRowDescription(): void;
  handleDataRow(message: { fields: (string | null)[] }): void;
  handleCommandComplete(message: { text: string }): void;
  handleEmptyQuery(): void;
  handleCopyInResponse(connection: CopyConnection): void;
  handleError(error: Error): void;
  handleReadyForQuery(): void;
}

interface QueryConnection {
  query(text: string): void;
}

interface CopyConnection {
  sendCopyFromChunk(chunk: Buffer): void;
  endCopyFrom(): void;
}

const COPY_CHUNK_BYTES = 65_536;

/**
 * Many statements in one message and one round trip, by PostgreSQL's simple query protocol. The server runs them in
 * order and stops at the first error; counting the completions tells which statement failed, and their arrival how
 * long each took.
 *
 * A psql-like `COPY … FROM stdin` in the middle is served from `copyData`.
 *
 * Source: PostgreSQL documentation, "Frontend/Backend Protocol", Message Flow, Simple Query.
 */
export class Batch implements Messages {
  readonly text: string;
  readonly done: Promise<BatchResult>;
  readonly #statements: readonly BatchStatement[];
  readonly #rows: (string | null)[][][];
  readonly #completedAtMs: number[] = [];
  readonly #tags: string[] = [];
  #sentAt = 0;
  #resolve: (result: BatchResult) => void = () => {};
  #reject: (error: Error) => void = () => {};

  constructor(statements: readonly BatchStatement[]) {
    this.#statements = statements;
    let text = "";
    for (const statement of statements) {
      text += statement.sql + BATCH_SEPARATOR;
    }
    this.text = text;
    this.#rows = statements.map(() => []);
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
  }

  submit(connection: QueryConnection): void {
    this.#sentAt = performance.now();
    connection.query(this.text);
  }

  // The driver replaces it when a read timeout is configured, and calls nothing else through it.
  callback(): void {}

  handleRowDescription(): void {}

  handleDataRow(message: { fields: (string | null)[] }): void {
    const index = this.#tags.length;
    if (this.#statements[index]?.wantRows === true) {
      this.#rows[index]?.push(message.fields);
    }
  }

  handleCommandComplete(message: { text: string }): void {
    this.#tags.push(message.text);
    this.#completedAtMs.push(performance.now() - this.#sentAt);
  }

  handleEmptyQuery(): void {
    this.handleCommandComplete({ text: "" });
  }

  handlePortalSuspended(): void {}

  handleCopyInResponse(connection: CopyConnection): void {
    const data = Buffer.from(this.#statements[this.#tags.length]?.copyData ?? "", "utf8");
    for (let at = 0; at < data.length; at += COPY_CHUNK_BYTES) {
      connection.sendCopyFromChunk(data.subarray(at, at + COPY_CHUNK_BYTES));
    }
    connection.endCopyFrom();
  }

  handleCopyData(): void {}

  handleError(error: Error): void {
    const index = Math.min(this.#tags.length, this.#statements.length - 1);
    this.#reject(new BatchError(error, index, this.text));
  }

  handleReadyForQuery(): void {
    this.#resolve({ rows: this.#rows, completedAtMs: this.#completedAtMs, tags: this.#tags });
  }
}
