import { CATALOGUE, type ErrorCode, type ErrorEntry } from "./catalogue.ts";

/** A place in a source file. Lines and columns count from 1, columns in characters. */
export interface Place {
  readonly file: string;
  readonly line?: number;
  readonly column?: number;
  /** The source line the place points into, without its line end. */
  readonly excerpt?: string;
  /** The relation the failure is about, as `schema.name` where known. */
  readonly relation?: string;
}

export interface ErrorDetails {
  /** What happened, with names and numbers. Defaults to the catalogue's summary. */
  readonly message?: string;
  readonly at?: Place;
  /** What therefore did not happen. */
  readonly notDone?: string;
  /** Overrides the catalogue's advice where a better one is known. */
  readonly action?: string;
  /** Machine-readable facts; must be JSON-serialisable and free of secrets. */
  readonly data?: Readonly<Record<string, unknown>>;
  readonly cause?: unknown;
}

/** JSON form of a failure: what `--json`, the journal and the HTTP API carry. */
export interface ErrorReport {
  readonly code: ErrorCode;
  readonly message: string;
  readonly at?: Place;
  readonly notDone?: string;
  readonly action: string;
  readonly retryable: boolean;
  readonly data?: Readonly<Record<string, unknown>>;
}

/** The only error class that leaves Lockkeeper. Its `code` is a key of {@link CATALOGUE}. */
export class LockkeeperError extends Error {
  override readonly name = "LockkeeperError";
  readonly code: ErrorCode;
  readonly at: Place | undefined;
  readonly notDone: string | undefined;
  readonly action: string;
  readonly data: Readonly<Record<string, unknown>> | undefined;

  constructor(code: ErrorCode, details: ErrorDetails = {}) {
    const entry: ErrorEntry = CATALOGUE[code];
    super(details.message ?? entry.summary, details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.at = details.at;
    this.notDone = details.notDone;
    this.action = details.action ?? entry.action;
    this.data = details.data;
  }

  get exitCode(): number {
    return CATALOGUE[this.code].exit;
  }

  get httpStatus(): number {
    return CATALOGUE[this.code].http;
  }

  get retryable(): boolean {
    return CATALOGUE[this.code].retryable;
  }

  toJSON(): ErrorReport {
    return {
      code: this.code,
      message: this.message,
      ...(this.at === undefined ? {} : { at: this.at }),
      ...(this.notDone === undefined ? {} : { notDone: this.notDone }),
      action: this.action,
      retryable: this.retryable,
      ...(this.data === undefined ? {} : { data: this.data }),
    };
  }
}
