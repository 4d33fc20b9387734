import { hostname } from "node:os";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { pause } from "../postgres/pause.ts";
import type { Session } from "../postgres/session.ts";
import { BEGIN } from "../postgres/transaction.ts";
import { quoteLiteral } from "../sql/quote.ts";
import type { SweepPolicy } from "../sweep/sweep-policy.ts";
import type { EmitEvent } from "./events.ts";
import type { RunPolicy } from "./policy.ts";
import type { SideChannel } from "./side-channel.ts";
import type { Stop } from "./stop.ts";

/**
 * Names of the sessions that work under a lease, by which they are found, cancelled and ended. Behind a pooler only a
 * transaction has the name; a statement outside of one has it as a comment.
 */
export const workName = (token: number): string => `lockkeeper/${token}`;
export const sideName = (token: number): string => `lockkeeper-side/${token}`;

interface Held {
  readonly held: true;
  readonly holder: string;
  readonly details: unknown;
  readonly acquiredAt: string;
  readonly expiresAt: string;
  /** Its run stands still until `lockkeeper resume`. */
  readonly paused: boolean;
}
interface Acquired {
  readonly held: false;
  readonly token: number;
  readonly replaced: number | null;
}

/** `host:pid`: whom to look for when the lease stands in somebody's way. */
const holderName = (): string => `${hostname()}:${process.pid}`;

/** Tries once. */
async function tryAcquireLease(
  session: Session,
  policy: RunPolicy,
  details: Readonly<Record<string, unknown>>,
): Promise<Held | Acquired> {
  const values = [
    quoteLiteral(holderName()),
    quoteLiteral(JSON.stringify(details)),
    `interval '${policy.leaseTtlMs} ms'`,
    String(session.backend ?? "NULL"),
  ];
  const { rows } = await session.batch([
    { sql: BEGIN },
    { sql: `SELECT lockkeeper.acquire_lease(${values.join(", ")})`, wantRows: true },
    { sql: "COMMIT" },
  ]);
  const answer = rows[1]?.[0]?.[0];
  if (answer === undefined || answer === null) {
    throw new LockkeeperError("internal", { message: "acquire_lease returned nothing." });
  }
  return JSON.parse(answer) as Held | Acquired;
}

/** First and longest pause between two looks at a lease that another runner holds, ms. */
const POLL_MIN_MS = 50;
const POLL_MAX_MS = 1_000;

/**
 * Waits for the lease.
 *
 * @param satisfied asked between two tries: true when there is nothing left to do, because the other runner did it
 * @returns the token, or undefined when `satisfied` said so
 * @throws LockkeeperError `lease_held`, `interrupted`
 */
export async function acquireLease(
  session: Session,
  policy: RunPolicy,
  details: Readonly<Record<string, unknown>>,
  emit: EmitEvent,
  stop: Stop,
  satisfied: () => Promise<boolean>,
): Promise<Acquired | undefined> {
  const begun = performance.now();
  let pauseMs = POLL_MIN_MS;
  for (;;) {
    const answer = await tryAcquireLease(session, policy, details);
    if (!answer.held) {
      emit({ type: "lease.acquired", token: answer.token, replaced: answer.replaced });
      return answer;
    }
    const waitedMs = Math.round(performance.now() - begun);
    if (await satisfied()) {
      return undefined;
    }
    if (stop.requested) {
      throw new LockkeeperError("interrupted", { message: "Interrupted while waiting for another runner." });
    }
    if (waitedMs >= policy.leaseWaitMs) {
      throw new LockkeeperError("lease_held", {
        message:
          `${answer.holder} has held the lease since ${answer.acquiredAt}${answer.paused ? " and is paused" : ""}; ` +
          `waited ${waitedMs} ms.`,
        ...(answer.paused ? { action: "`lockkeeper resume` lets it go on; then run the command again." } : {}),
        notDone: "Nothing was changed by this command.",
        data: { holder: answer.holder, details: answer.details, acquiredAt: answer.acquiredAt },
      });
    }
    emit({ type: "lease.waiting", holder: answer.holder, waitedMs, ...(answer.paused ? { isPaused: true } : {}) });
    await pause(pauseMs * (0.5 + Math.random() / 2), stop.soon);
    pauseMs = Math.min(POLL_MAX_MS, pauseMs * 2);
  }
}

/** What people asked of the runner, as seen at the last heartbeat. */
export interface Requests {
  readonly request: "pause" | "abort" | null;
  readonly requestedBy: string | null;
  readonly reason: string | null;
  /** How the sweeps of the run at work are to behave, over what its policy says. */
  readonly throttle: Partial<SweepPolicy> | null;
}

/**
 * Renews the lease every quarter of its time. Tells the step at work to stop as soon as the lease is lost, be it that
 * the database says so or that it could not be asked for as long as the lease lasts.
 */
export class Heartbeat {
  readonly #token: number;
  readonly #policy: RunPolicy;
  readonly #side: SideChannel;
  readonly #stop: Stop;
  readonly #onRequest: (requests: Requests) => void;
  #renewedAt = performance.now();
  #timer: NodeJS.Timeout | undefined;
  #ended = false;

  constructor(
    token: number,
    policy: RunPolicy,
    side: SideChannel,
    stop: Stop,
    onRequest: (requests: Requests) => void,
  ) {
    this.#token = token;
    this.#policy = policy;
    this.#side = side;
    this.#stop = stop;
    this.#onRequest = onRequest;
    this.#schedule();
  }

  end(): void {
    this.#ended = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (!this.#ended) {
      const intervalMs = Math.min(1_000, this.#policy.leaseTtlMs / 4);
      this.#timer = setTimeout(() => void this.#beat(), intervalMs);
    }
  }

  async #beat(): Promise<void> {
    const askedAt = performance.now();
    try {
      const [row] = await this.#side.ask((session) =>
        session.query<{ lease: Requests | null }>("SELECT lockkeeper.renew_lease($1, $2 * interval '1 ms') AS lease", [
          this.#token,
          this.#policy.leaseTtlMs,
        ]),
      );
      if (row?.lease === null || row === undefined) {
        this.#lost();
        return;
      }
      this.#renewedAt = askedAt;
      this.#onRequest(row.lease);
    } catch {
      // The server may be restarting: the lease is ours until its time is over.
      if (performance.now() - this.#renewedAt > this.#policy.leaseTtlMs) {
        this.#lost();
        return;
      }
    }
    this.#schedule();
  }

  #lost(): void {
    if (!this.#ended) {
      this.#stop.immediately("lease-lost");
    }
  }
}
