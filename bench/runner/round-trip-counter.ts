import { connect, createServer, type Socket } from "node:net";

/** What a client exchanged with the server, summed over its connections. The start-up of a connection is left out. */
export interface Traffic {
  readonly connections: number;
  /** Statements the server completed (CommandComplete), wherever they came from: one message may carry several. */
  readonly statements: number;
  /** Query and Parse messages from the client. */
  readonly messages: number;
  /** ReadyForQuery answers: as often the client had to wait for the server before it could go on. */
  readonly roundTrips: number;
}

export interface RoundTripCounter extends AsyncDisposable {
  readonly port: number;
  traffic(): Traffic;
  /** Starts the counts again from nothing. */
  reset(): void;
}

const SSL_REQUEST = 80877103;
const GSS_ENCRYPTION_REQUEST = 80877104;
const PROTOCOL_3 = 3;

/** A proxy before a PostgreSQL server on this machine that reads the headers of the messages passing through it. */
export async function startRoundTripCounter(serverPort: number): Promise<RoundTripCounter> {
  let counts = { connections: 0, statements: 0, messages: 0, roundTrips: 0 };
  const sockets = new Set<Socket>();

  const proxy = createServer({ allowHalfOpen: true, noDelay: true }, (client) => {
    const server = connect({ port: serverPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    let ready = false;
    const answers = new MessageScanner("typed", (type) => {
      if (type === "C") {
        counts.statements += 1;
      } else if (type === "Z") {
        counts.roundTrips += ready ? 1 : 0;
        ready = true;
      }
    });
    const requests = new MessageScanner("start-up", (type, code) => {
      if (type === "Q" || type === "P") {
        counts.messages += 1;
      } else if (code === SSL_REQUEST || code === GSS_ENCRYPTION_REQUEST) {
        answers.expectSingleByte();
      } else if (type === "" && code >>> 16 === PROTOCOL_3) {
        counts.connections += 1;
        requests.startTyped();
      }
    });
    // Scanned before it is passed on, so that the server's answer never comes before we know what was asked.
    client.on("data", (chunk) => requests.feed(chunk)).pipe(server);
    server.on("data", (chunk) => answers.feed(chunk)).pipe(client);
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      sockets.add(socket);
      socket.on("error", () => other.destroy());
      socket.on("close", () => sockets.delete(socket));
    }
  });

  await new Promise<void>((resolve, reject) => {
    proxy.once("error", reject).listen(0, "127.0.0.1", resolve);
  });
  const address = proxy.address();
  if (typeof address !== "object" || address === null) {
    throw new Error("the counting proxy has no port");
  }
  return {
    port: address.port,
    traffic: () => ({ ...counts }),
    reset() {
      counts = { connections: 0, statements: 0, messages: 0, roundTrips: 0 };
    },
    async [Symbol.asyncDispose]() {
      const closed = new Promise<void>((resolve) => proxy.close(() => resolve()));
      for (const socket of sockets) {
        socket.destroy();
      }
      await closed;
    },
  };
}

/**
 * Finds the messages in a stream that arrives in arbitrary pieces, keeping no more than one header.
 *
 * A typed message is a type byte and a length that counts itself; a start-up packet has no type byte, but a code after
 * its length.
 */
class MessageScanner {
  #format: "start-up" | "typed";
  readonly #onMessage: (type: string, code: number) => void;
  readonly #header = Buffer.alloc(8);
  #filled = 0;
  #toSkip = 0;

  constructor(format: "start-up" | "typed", onMessage: (type: string, code: number) => void) {
    this.#format = format;
    this.#onMessage = onMessage;
  }

  startTyped(): void {
    this.#format = "typed";
  }

  /** The answer to a request for encryption is one byte without a header. */
  expectSingleByte(): void {
    this.#toSkip += 1;
  }

  feed(chunk: Buffer): void {
    let position = 0;
    while (position < chunk.length) {
      const skipped = Math.min(this.#toSkip, chunk.length - position);
      this.#toSkip -= skipped;
      position += skipped;
      const wanted = (this.#format === "typed" ? 5 : 8) - this.#filled;
      const taken = chunk.copy(this.#header, this.#filled, position, position + wanted);
      this.#filled += taken;
      position += taken;
      if (taken === wanted) {
        this.#filled = 0;
        this.#message();
      }
    }
  }

  #message(): void {
    if (this.#format === "typed") {
      this.#toSkip = this.#header.readUInt32BE(1) - 4;
      this.#onMessage(String.fromCharCode(this.#header.readUInt8(0)), 0);
    } else {
      this.#toSkip = this.#header.readUInt32BE(0) - 8;
      this.#onMessage("", this.#header.readUInt32BE(4));
    }
  }
}
