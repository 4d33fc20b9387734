/**
 * The clients, in a process of their own, so that what a runner computes does not hold them up. Told what to do by its
 * parent: `saturate` works as fast as it can for some seconds and answers with statements a second; `begin` sends
 * statements at a rate, whatever becomes of those before; `move` takes the tables of another schema and answers once all
 * clients do; `end` answers with a sample of each.
 *
 * node clients.ts URL CONNECTIONS ROWS SCHEMA
 */
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { seededRandom } from "../../src/demo/load/seeded-random.ts";
import { clock, type Sample } from "./sample.ts";

export type Order =
  | { readonly type: "saturate"; readonly seconds: number }
  | { readonly type: "begin"; readonly rate: number }
  | { readonly type: "move"; readonly schema: string }
  | { readonly type: "end" };

export type Answer =
  | { readonly type: "ready" }
  | { readonly type: "saturated"; readonly rate: number }
  | { readonly type: "moved" }
  | { readonly type: "samples"; readonly samples: readonly Sample[] };

const [url = "", connections = "8", rows = "0", schema = "public"] = process.argv.slice(2);
const clients = await Promise.all(
  Array.from({ length: Number(connections) }, async () => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    await use(client, schema);
    return client;
  }),
);
const random = seededRandom(1);
let inserted = Number(rows);
let samples: Sample[] = [];
let rate = 0;
let isEnded = true;
let working: Promise<unknown> = Promise.resolve();

process.on("message", (order: Order) => void obey(order));
process.on("disconnect", () => process.exit());
answer({ type: "ready" });

function answer(said: Answer): void {
  process.send?.(said);
}

async function obey(order: Order): Promise<void> {
  switch (order.type) {
    case "saturate": {
      const until = clock() + order.seconds * 1000;
      const counts = await Promise.all(
        clients.map(async (client) => {
          let count = 0;
          for (; clock() < until; count++) await statement(client);
          return count;
        }),
      );
      answer({ type: "saturated", rate: counts.reduce((sum, count) => sum + count, 0) / order.seconds });
      return;
    }
    case "begin":
      rate = order.rate;
      samples = [];
      isEnded = false;
      working = Promise.all(clients.map((client, nth) => keepUp(client, nth)));
      return;
    case "move":
      await Promise.all(clients.map((client) => use(client, order.schema)));
      answer({ type: "moved" });
      return;
    case "end":
      isEnded = true;
      await working;
      answer({ type: "samples", samples });
      return;
  }
}

/** Queued behind the statement that the client is at. */
async function use(client: pg.Client, path: string): Promise<void> {
  await client.query("SELECT set_config('search_path', $1, false)", [path]);
}

/** Statements at even distances; one that is late is sent at once, and is late all the same. */
async function keepUp(client: pg.Client, nth: number): Promise<void> {
  const everyMs = (1000 * clients.length) / rate;
  let due = clock() + (everyMs * nth) / clients.length;
  while (!isEnded) {
    const ahead = due - clock();
    if (ahead > 1) await sleep(ahead - 0.5);
    const sent = clock();
    const error = await statement(client);
    samples.push({ due: Math.min(due, sent), sent, done: clock(), ...(error === undefined ? {} : { error }) });
    due += everyMs;
  }
}

const INSERT = `INSERT INTO orders (id, customer_id, code, amount, price, state, note)
  VALUES ($1, $2, $1, 1, '1.50', 'new', 'n')`;

/** Half reads, and writes of all sorts. */
async function statement(client: pg.Client): Promise<string | undefined> {
  const id = 1 + Math.floor(random() * Number(rows));
  const kind = random();
  try {
    if (kind < 0.5) await client.query("SELECT * FROM orders WHERE id = $1", [id]);
    else if (kind < 0.8) await client.query("UPDATE orders SET state = $2 WHERE id = $1", [id, `s${id % 10}`]);
    else if (kind < 0.95)
      await client.query("UPDATE orders SET amount = $2, price = $3 WHERE id = $1", [id, 7, "7.25"]);
    else {
      const next = ++inserted;
      const values = [next, 1 + (next % Math.ceil(Number(rows) / 10))];
      await client.query(INSERT, values);
    }
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? "connection";
  }
}
