import { pause } from "../../postgres/pause.ts";
import { databaseError } from "../../postgres/server-error.ts";
import { connect } from "../../postgres/session.ts";
import type { ShopSize } from "../shop/rows.ts";
import { type ClientError, type LoadRecord, type Sample, wallClock } from "./record.ts";
import { seededRandom } from "./seeded-random.ts";
import { type Shopper, TRANSACTIONS, type Transaction } from "./transactions.ts";

/** Mean pause of a client between two transactions, ms. */
const THINK_MS = 20;

/** One client: a connection that does one transaction after the other and writes down how long each took. */
export class ShopClient {
  readonly samples: Sample[] = [];
  readonly errors: ClientError[] = [];
  readonly added = { orders: 0, payments: 0, shipments: 0 } satisfies LoadRecord["added"];
  readonly #number: number;
  readonly #shopper: Shopper;
  readonly #end = new AbortController();
  readonly #ended: Promise<void>;
  #atWork: Promise<void> = Promise.resolve();

  static async open(number: number, url: string, size: ShopSize): Promise<ShopClient> {
    const name = `shop-client-${number}`;
    const session = await connect(url, { applicationName: name });
    const random = seededRandom(number);
    return new ShopClient(number, { name, session, size, random, unpaid: [], unshipped: [] });
  }

  private constructor(number: number, shopper: Shopper) {
    this.#number = number;
    this.#shopper = shopper;
    this.#ended = this.#live();
  }

  /** Returns when the transaction at work now has ended. */
  async settle(): Promise<void> {
    await this.#atWork;
  }

  async end(): Promise<void> {
    this.#end.abort();
    await this.#ended;
    await this.#shopper.session.end();
  }

  async #live(): Promise<void> {
    while (!this.#end.signal.aborted && !this.#shopper.session.lost) {
      this.#atWork = this.#transact(this.#choose());
      await this.#atWork;
      // Exponential, like people who know nothing of each other.
      await pause(-Math.log(1 - this.#shopper.random()) * THINK_MS, this.#end.signal);
    }
  }

  #choose(): Transaction {
    const possible = TRANSACTIONS.filter((transaction) => transaction.isPossible(this.#shopper));
    let left = this.#shopper.random() * possible.reduce((sum, { share }) => sum + share, 0);
    for (const transaction of possible) {
      left -= transaction.share;
      if (left < 0) {
        return transaction;
      }
    }
    throw new Error("There is always an order to look up.");
  }

  async #transact({ kind, adds, run }: Transaction): Promise<void> {
    const startedAt = wallClock();
    try {
      await run(this.#shopper);
      this.samples.push({ kind, client: this.#number, startedAt, durationMs: wallClock() - startedAt });
      if (adds !== undefined) {
        this.added[adds]++;
      }
    } catch (error) {
      this.errors.push({
        kind,
        client: this.#number,
        at: wallClock(),
        message: error instanceof Error ? error.message : String(error),
        sqlstate: databaseError(error)?.code ?? null,
      });
    }
  }
}
