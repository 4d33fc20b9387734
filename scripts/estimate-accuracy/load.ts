import pg from "pg";

/** Clients that read and write accounts, as pgbench does, until they are told to stop. */
export function beginLoad(url: string, clients: number): { readonly end: () => Promise<number> } {
  let isOver = false;
  const work = async (seed: number): Promise<number> => {
    const client = new pg.Client({ connectionString: url });
    client.on("error", () => {});
    await client.connect();
    try {
      await client
        .query("CREATE TABLE IF NOT EXISTS load_accounts (id int PRIMARY KEY, balance bigint NOT NULL)")
        .catch(() => {});
      await client.query(
        "INSERT INTO load_accounts SELECT i, 0 FROM generate_series(1, 10000) AS i ON CONFLICT DO NOTHING",
      );
      let done = 0;
      for (let n = seed; !isOver; n = (n * 7_919 + 13) % 10_000) {
        await client.query("UPDATE load_accounts SET balance = balance + $2 WHERE id = $1", [1 + n, seed]);
        await client.query("SELECT balance FROM load_accounts WHERE id = $1", [1 + ((n * 31) % 10_000)]);
        done++;
      }
      return done;
    } finally {
      await client.end().catch(() => {});
    }
  };
  const working = Array.from({ length: clients }, (_, at) => work(at + 1));
  return {
    async end() {
      isOver = true;
      const done = await Promise.all(working);
      return done.reduce((sum, one) => sum + one, 0);
    },
  };
}
