import { expect, test } from "vitest";
import type { SweepSpec } from "../../src/online/sweep-spec.ts";
import { testDatabase } from "../support/database.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";
import { FILL, orders } from "./orders.ts";

/** Fires on any update, and looks at nothing but values, as sync triggers do. */
const SYNC = `CREATE FUNCTION sync() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog AS $$
    BEGIN new.total_new := new.total::bigint; RETURN new; END $$;
  CREATE TRIGGER "~sync" BEFORE INSERT OR UPDATE ON orders FOR EACH ROW
    WHEN (pg_catalog.current_setting('lockkeeper.sweep', true) IS DISTINCT FROM 'on') EXECUTE FUNCTION sync()`;

const ROWS = 40_000;

/** Sweeps while others write, on one server. */
export function describeWriters(serverUrl: () => string): void {
  test.each([1, 3])("with %i workers no row is missed while four writers move rows about", async (workers) => {
    await using db = await testDatabase(serverUrl());
    await db.query(orders(ROWS));
    await db.query(SYNC);
    const token = await takeLease(db.url);
    const writers = await startWriters(db.connect);
    const sweep = sweepHere(db.url, token, { ...FILL, triggers: "skip" }, { policy: { workers, batchMs: 5 } });
    await sweep.done;
    const written = await writers.end();
    expect(written).toBeGreaterThan(0);
    expect(await db.query("SELECT count(*)::int AS n FROM orders WHERE total_new IS DISTINCT FROM total")).toEqual([
      { n: 0 },
    ]);
  });

  test("rows that may be visited only once are done once each while four writers move rows about", async () => {
    await using db = await testDatabase(serverUrl());
    await db.query(orders(ROWS));
    await db.query("ALTER TABLE orders ADD COLUMN times int NOT NULL DEFAULT 0; ANALYZE orders");
    const spec: SweepSpec = {
      table: { schema: "public", name: "orders" },
      action: { kind: "update", set: "times = times + 1" },
      where: `id <= ${ROWS}`,
      visits: "once",
      triggers: "fire",
    };
    const token = await takeLease(db.url);
    const writers = await startWriters(db.connect);
    await sweepHere(db.url, token, spec, { policy: { workers: 2, batchMs: 5 } }).done;
    await writers.end();
    expect(await db.query(`SELECT times, count(*)::int AS n FROM orders WHERE id <= ${ROWS} GROUP BY times`)).toEqual([
      { times: 1, n: ROWS },
    ]);
  });
}

interface Writer {
  query(sql: string, params?: unknown[]): Promise<unknown>;
}

/** @returns `end` waits until all have stopped, and says how much they wrote */
async function startWriters(connect: () => Promise<Writer>): Promise<{ end(): Promise<number> }> {
  let stopped = false;
  let written = 0;
  const write = async (client: Writer, number: number): Promise<void> => {
    for (let turn = 0; !stopped; turn++) {
      const id = 1 + Math.floor(Math.random() * ROWS);
      // Longer notes find no room where the row was.
      await client.query("UPDATE orders SET note = repeat('w', $2) WHERE id = $1", [id, 50 + (turn % 300)]);
      await client.query("UPDATE orders SET total = total + 1 WHERE id = $1", [1 + ((id * 7) % ROWS)]);
      await client.query("INSERT INTO orders (id, total) VALUES ($1, $2)", [ROWS + 1 + number + turn * 4, turn]);
      written += 3;
    }
  };
  const clients = await Promise.all([0, 1, 2, 3].map(() => connect()));
  const all = Promise.all(clients.map((client, number) => write(client, number)));
  return {
    async end() {
      stopped = true;
      await all;
      return written;
    },
  };
}
