import pg from "pg";

export interface Cut {
  /** The number of the message, from 1, over all connections to the database. */
  readonly at: number;
  /** Before it is sent, or just after. */
  readonly when: "before" | "sent";
}

interface Watched {
  readonly cut: Cut | undefined;
  messages: number;
}

/** What is known of a driver's client beyond its types. */
interface Client {
  readonly database: string;
  readonly connection: { readonly stream: { destroy(): void } };
}

const watched = new Map<string, Watched>();
const prototype = pg.Client.prototype as unknown as { query: (this: Client, ...args: unknown[]) => unknown };
const { query } = prototype;
prototype.query = function (...args) {
  const state = watched.get(this.database);
  if (state === undefined) {
    return query.apply(this, args);
  }
  state.messages++;
  const isHere = state.messages === state.cut?.at;
  if (isHere && state.cut.when === "before") {
    this.connection.stream.destroy();
  }
  const answer = query.apply(this, args);
  if (isHere && state.cut.when === "sent") {
    // One turn of the event loop, so that the message is on its way.
    setImmediate(() => this.connection.stream.destroy());
  }
  return answer;
};

/**
 * Counts the messages that this process sends to a database while `work` lasts, and cuts the connection of one of them.
 *
 * @returns what `work` returned, and the number of messages
 */
export async function withCut<T>(
  database: string,
  cut: Cut | undefined,
  work: () => Promise<T>,
): Promise<{ result: T; messages: number }> {
  const state: Watched = { cut, messages: 0 };
  watched.set(database, state);
  try {
    return { result: await work(), messages: state.messages };
  } finally {
    watched.delete(database);
  }
}
