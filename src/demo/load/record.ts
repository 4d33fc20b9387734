/** One transaction of a client, from its first message to the answer to its last. */
export interface Sample {
  /** What the client did, such as `place an order`. */
  readonly kind: string;
  readonly client: number;
  /** ms since 1970, see {@link wallClock}. */
  readonly startedAt: number;
  readonly durationMs: number;
}

/** What a client was told instead of an answer. */
export interface ClientError {
  readonly kind: string;
  readonly client: number;
  readonly at: number;
  readonly message: string;
  readonly sqlstate: string | null;
}

export interface LoadRecord {
  readonly samples: readonly Sample[];
  readonly errors: readonly ClientError[];
  /** Rows that the clients' committed transactions have added. */
  readonly added: { readonly orders: number; readonly payments: number; readonly shipments: number };
}

/** A clock of fine grain that threads share. */
export const wallClock = (): number => performance.timeOrigin + performance.now();
