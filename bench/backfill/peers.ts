/**
 * Batches as others make them, each committed. The pauses that they make in between are left out: they cost time, and
 * no CPU.
 */
import pg from "pg";
import { complete, expand, type Operation } from "../pgroll/pgroll.ts";
import { VALUE } from "./items.ts";

export async function withClient(url: string, work: (client: pg.Client) => Promise<void>): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}

/** By ranges of the key, whose ends are looked up; each is updated in pieces. */
export async function keyBatches(url: string, batch: number, piece: number): Promise<void> {
  await withClient(url, async (client) => {
    const beyond = async (id: string, rows: number): Promise<string | undefined> => {
      const found = await client.query<{ id: string }>(
        "SELECT id FROM items WHERE id >= $1 ORDER BY id LIMIT 1 OFFSET $2",
        [id, rows],
      );
      return found.rows[0]?.id;
    };
    const first = await client.query<{ id: string }>("SELECT id FROM items ORDER BY id LIMIT 1");
    for (let start = first.rows[0]?.id; start !== undefined; ) {
      const end = await beyond(start, batch);
      for (let from: string | undefined = start; from !== undefined && from !== end; ) {
        const to: string | undefined = piece === batch ? end : await beyond(from, piece);
        await client.query(
          `UPDATE items SET filled = ${VALUE} WHERE id >= $1 ${to === undefined ? "" : "AND id < $2"}`,
          to === undefined ? [from] : [from, to],
        );
        from = to;
      }
      start = end;
    }
  });
}

/** Keys are read, and sent back in a list. */
export async function listedBatches(url: string, batch: number): Promise<void> {
  await withClient(url, async (client) => {
    for (let last = "0"; ; ) {
      const { rows } = await client.query<{ id: string }>(
        `SELECT id FROM items WHERE id > ${last} ORDER BY id LIMIT ${batch}`,
      );
      const end = rows.at(-1)?.id;
      if (end === undefined) return;
      await client.query(`UPDATE items SET filled = ${VALUE} WHERE id IN (${rows.map(({ id }) => id).join(", ")})`);
      last = end;
    }
  });
}

/** Rows that are not done are looked for from the front of the table, and found again by their place. */
export async function placeBatches(url: string, batch: number): Promise<void> {
  await untilNone(
    url,
    `UPDATE items SET filled = ${VALUE}
     WHERE ctid = ANY (ARRAY(SELECT ctid FROM items WHERE filled IS NULL LIMIT ${batch}))`,
  );
}

/** Rows that are not done and that nobody holds, in the order of the key. */
export async function queueBatches(url: string, batch: number): Promise<void> {
  await untilNone(
    url,
    `WITH batch AS (
       SELECT id FROM items WHERE filled IS NULL ORDER BY id LIMIT ${batch} FOR UPDATE SKIP LOCKED)
     UPDATE items SET filled = ${VALUE} FROM batch WHERE items.id = batch.id`,
  );
}

async function untilNone(url: string, sql: string): Promise<void> {
  await withClient(url, async (client) => {
    while ((await client.query(sql)).rowCount !== 0);
  });
}

/** The column is made anew, with a trigger that fills it in every row that is touched. */
export const ADDED: Operation = {
  add_column: { table: "items", up: VALUE, column: { name: "filled", type: "bigint", nullable: true } },
};

/** A second column, and triggers for both directions; it takes the place of the first one. */
export const ALTERED: Operation = {
  alter_column: { table: "items", column: "filled", type: "bigint", up: VALUE, down: "filled" },
};

export async function byPgroll(url: string, operation: Operation): Promise<void> {
  await expand(url, operation);
  await complete(url);
}
