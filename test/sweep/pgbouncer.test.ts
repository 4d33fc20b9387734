import { expect, inject, test } from "vitest";
import { testDatabase } from "../support/database.ts";
import { startPgbouncer, WITHOUT_PGBOUNCER } from "../support/pgbouncer.ts";
import { sweepHere, takeLease } from "../support/sweep-here.ts";
import { expectEveryRowOnce, FILL, orders } from "./orders.ts";

test.skipIf(WITHOUT_PGBOUNCER)(
  "a sweep goes through pgbouncer in transaction mode and leaves no setting behind",
  async () => {
    await using db = await testDatabase();
    await db.query(orders(100_000));
    await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 3 });
    const token = await takeLease(db.url);
    const url = pooler.url(db.url);
    const sweep = sweepHere(url, token, FILL, { policy: { workers: 2, lookMs: 50, activeSessions: 1_000 } });
    expect(await sweep.done).toMatchObject({ rows: 100_000 });
    await expectEveryRowOnce(db, 100_000);
    const left = await db.query<{ name: string }>(
      "SELECT application_name AS name FROM pg_stat_activity WHERE datname = current_database() AND application_name LIKE 'lockkeeper/%'",
    );
    expect(left).toEqual([]);
  },
);

test.skipIf(WITHOUT_PGBOUNCER)(
  "connections that are cut behind pgbouncer are opened again, and no row is done twice",
  async () => {
    await using db = await testDatabase();
    await db.query(orders(60_000));
    await using pooler = await startPgbouncer(inject("serverUrl"), { poolSize: 3 });
    let batches = 0;
    const sweep = sweepHere(pooler.url(db.url), await takeLease(db.url), FILL, {
      policy: { workers: 2, progressMs: 0, batchMs: 5, reconnectDeadlineMs: 20_000 },
      onEvent: ({ type }) => {
        if (type === "sweep.progress" && ++batches % 4 === 0 && batches < 20) {
          void db.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
          WHERE datname = current_database() AND state = 'active' AND pid <> pg_backend_pid() LIMIT 1`);
        }
      },
    });
    expect(await sweep.done).toMatchObject({ rows: 60_000 });
    await expectEveryRowOnce(db, 60_000);
  },
);
