import { expect } from "vitest";
import type { TestDatabase } from "./database.ts";
import type { Writers } from "./writers.ts";

/** A table for `writersOn` that is written again, with what a second one must be given. */
export const REBUILT = `CREATE TABLE kind (id int PRIMARY KEY); INSERT INTO kind VALUES (1), (2);
  CREATE TABLE t (id int PRIMARY KEY, n int, note text, kind_id int DEFAULT 1 REFERENCES kind,
    nr bigint GENERATED ALWAYS AS IDENTITY, place int UNIQUE DEFERRABLE INITIALLY DEFERRED);
  CREATE INDEX ON t (n); CREATE INDEX ON t (note) WHERE n IS NOT NULL;
  CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note; RETURN NEW; END $$;
  CREATE TRIGGER touch BEFORE UPDATE ON t FOR EACH ROW EXECUTE FUNCTION touch();
  CREATE VIEW shown AS SELECT id, n FROM t WHERE n IS NOT NULL;
  INSERT INTO t (id, n, note, kind_id, place) SELECT g, g, 'g', 2, g FROM generate_series(100001, 104000) g;
  CREATE TABLE child (t_id int REFERENCES t ON DELETE CASCADE); INSERT INTO child SELECT id FROM t;`;

/** What clients committed, and what the table holds, where the two differ. */
export async function lostRows(db: TestDatabase, { rows }: Writers): Promise<readonly unknown[]> {
  const found = await db.query<{ id: number; n: number | null; note: string }>(
    "SELECT id, n, note FROM t WHERE id < 100000",
  );
  const there = new Map(found.map((row) => [row.id, JSON.stringify(row)]));
  const meant = new Map([...rows.values()].map((row) => [row.id, JSON.stringify(row)]));
  const untouched = await db.query(
    "SELECT g FROM generate_series(100001, 104000) g LEFT JOIN t ON id = g WHERE n IS DISTINCT FROM g OR kind_id <> 2",
  );
  const twice = await db.query("SELECT nr FROM t GROUP BY nr HAVING count(*) > 1");
  return [
    ...[...new Set([...there.keys(), ...meant.keys()])].flatMap((id) =>
      there.get(id) === meant.get(id) ? [] : [{ there: there.get(id), meant: meant.get(id) }],
    ),
    ...untouched,
    ...twice,
  ];
}

/** A client that has rows take each other's place, which no two may have, until `work` is done. */
export async function whileRowsChangePlaces<T>(db: TestDatabase, work: () => Promise<T>): Promise<T> {
  const stop = { now: false };
  const places = async (): Promise<ReadonlyMap<number, number>> => {
    const rows = await db.query<{ id: number; place: number }>("SELECT id, place FROM t WHERE id > 100000");
    return new Map(rows.map(({ id, place }) => [id, place]));
  };
  const meant = new Map(await places());
  const change = async (): Promise<void> => {
    const client = await db.connect();
    try {
      for (let at = 0; !stop.now; at++) {
        const [one, other] = [100_001 + ((at * 7) % 4_000), 100_001 + ((at * 13 + 1) % 4_000)];
        if (one === other) continue;
        const [first, second] = [meant.get(one) ?? 0, meant.get(other) ?? 0];
        await client.query("UPDATE t SET place = CASE id WHEN $1 THEN $4::int ELSE $3::int END WHERE id IN ($1, $2)", [
          one,
          other,
          first,
          second,
        ]);
        meant.set(one, second);
        meant.set(other, first);
      }
    } finally {
      await client.end();
    }
  };
  const changing = change();
  try {
    return await work();
  } finally {
    stop.now = true;
    await changing;
    expect(await places()).toEqual(meant);
  }
}
