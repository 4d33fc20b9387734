import type pg from "pg";
import { quoteIdentifier } from "../../src/sql/quote.ts";
import type { ReshapeKind, Said, Shape } from "../run/reshape-kinds.ts";
import type { TestDatabase } from "./database.ts";
import { Dice } from "./losses/dice.ts";
import { whileWriting } from "./while-writing.ts";

/** What a client knows of a row that it wrote. */
interface Known extends Said {
  readonly note: string;
}

/** Clients of a table whose columns change their shape: each has rows of its own, and remembers what was committed. */
export interface ShapeWriters {
  readonly rows: ReadonlyMap<number, Known>;
  readonly errors: readonly string[];
  /** Lets `work` run while clients of these shapes write, and a moment longer. */
  during<T>(shapes: readonly [Shape, ...Shape[]], work: () => Promise<T>): Promise<T>;
}

const CLIENTS = 3;

export function shapeWriters(db: TestDatabase, kind: ReshapeKind, seed: number): ShapeWriters {
  const rows = new Map<number, Known>();
  const errors: string[] = [];
  const dice = new Dice(seed);
  const clients = Array.from({ length: CLIENTS }, (_, own) => ({ own, dice: dice.fork(), next: 10_000 + own }));

  const writeOnce = async (
    client: pg.Client,
    one: (typeof clients)[number],
    shapes: readonly [Shape, ...Shape[]],
  ): Promise<void> => {
    const mine = [...rows.keys()].filter((id) => id % CLIENTS === one.own);
    const id = mine[one.dice.below(mine.length)];
    const row = id === undefined ? undefined : rows.get(id);
    const shape = one.dice.pick(shapes);
    const n = kind.mayBeNull && one.dice.chance(0.2) ? null : one.dice.below(1_000_000);
    const rest = one.dice.below(1_000_000);
    const fresh = (): number => {
      one.next += CLIENTS;
      return one.next;
    };
    const act = one.dice.weighted({ insert: 2, both: 2, one: 3, rest: 2, other: 2, key: 1, remove: 1, savepoint: 1 });
    if (id === undefined || row === undefined || act === "insert") {
      const made = fresh();
      const all = Object.entries({ id: `${made}`, note: `'i'`, ...kind.insert(shape, { n, rest }) });
      await client.query(
        `INSERT INTO t (${all.map(([name]) => quoteIdentifier(name)).join(", ")}) VALUES (${all.map(([, sql]) => sql).join(", ")})`,
      );
      rows.set(made, { n, rest, note: "i" });
      return;
    }
    const update = async (now: Said): Promise<void> => {
      const set = Object.entries(kind.update(shape, now, row)).map(
        ([name, sql]) => `${quoteIdentifier(name)} = ${sql}`,
      );
      await client.query(`UPDATE t SET ${["note = note", ...set].join(", ")} WHERE id = ${id}`);
    };
    switch (act) {
      case "both":
        await update({ n, rest });
        rows.set(id, { ...row, n, rest });
        return;
      case "one":
        await update({ n, rest: row.rest });
        rows.set(id, { ...row, n });
        return;
      case "rest":
        await update({ n: row.n, rest });
        rows.set(id, { ...row, rest });
        return;
      case "other":
        await client.query(`UPDATE t SET note = note || '+' WHERE id = ${id}`);
        rows.set(id, { ...row, note: `${row.note}+` });
        return;
      case "key": {
        const moved = fresh();
        await client.query(`UPDATE t SET id = ${moved} WHERE id = ${id}`);
        rows.delete(id);
        rows.set(moved, row);
        return;
      }
      case "remove":
        await client.query(`DELETE FROM t WHERE id = ${id}`);
        rows.delete(id);
        return;
      default:
        await client.query("BEGIN");
        await client.query(`SELECT FROM t WHERE id = ${id} FOR UPDATE`);
        await client.query("SAVEPOINT s");
        await update({ n: 7, rest: 8 });
        await client.query("ROLLBACK TO s");
        await update({ n, rest });
        await client.query("COMMIT");
        rows.set(id, { ...row, n, rest });
    }
  };

  return {
    rows,
    errors,
    during(shapes, work) {
      const writing = clients.map((one) => (client: pg.Client) => writeOnce(client, one, shapes));
      return whileWriting({ db, clients: writing, afterwards: 40, errors }, work);
    },
  };
}
