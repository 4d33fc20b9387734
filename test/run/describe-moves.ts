import { describe, expect, test } from "vitest";
import { moveColumn } from "../../src/migrations/move-columns.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { plainMove } from "../../src/online/move/written-move.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import {
  FIRST_OWN,
  type MoveWriterOptions,
  type MoveWriters,
  moveWriters,
  type Place,
} from "../support/move-writers.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { writeProject } from "../support/project.ts";

const POLICY = { ...TEST_POLICY, lockDeadlineMs: 20_000 };

const USERS = (name: string): string => `
CREATE TABLE users (id int PRIMARY KEY, note text, name ${name}, age int);
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.note := NEW.note; RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON users FOR EACH ROW EXECUTE FUNCTION touch();
INSERT INTO users SELECT g, 'g', 'N' || g, nullif(g % 7, 0) FROM generate_series(1, 2000) AS g;`;

interface MoveKind {
  readonly name: string;
  readonly given: string;
  /** Statements of the migration in front of the step. */
  readonly made: readonly string[];
  readonly defaults: ReadonlyMap<string, string>;
  readonly writers: Omit<MoveWriterOptions, "db" | "seed">;
}

const KINDS: readonly MoveKind[] = [
  {
    name: "a table that the same migration makes",
    given: USERS("text NOT NULL DEFAULT 'none'"),
    made: ["CREATE TABLE profiles (user_id int PRIMARY KEY REFERENCES users)"],
    defaults: new Map([["name", "'none'::text"]]),
    writers: { name: { otherwise: "none", mayBeNull: false }, cascades: false },
  },
  {
    name: "a table that is there, with rows of its own",
    given: `${USERS("text")}
      CREATE TABLE profiles (id serial PRIMARY KEY, user_id bigint UNIQUE REFERENCES users ON UPDATE CASCADE ON DELETE CASCADE, theme text DEFAULT 'light');
      INSERT INTO profiles (user_id, theme) SELECT g, 'dark' FROM generate_series(1, 2000, 3) AS g;
      ALTER TABLE profiles ALTER COLUMN user_id SET NOT NULL; INSERT INTO users (id) VALUES (9000)`,
    made: [],
    defaults: new Map(),
    writers: { name: { otherwise: null, mayBeNull: true }, cascades: true },
  },
];

const STEP = moveColumn({
  from: { table: "users", columns: { name: { type: "text" }, age: { type: "int" } } },
  to: { table: "profiles" },
  on: { id: "user_id" },
});

/** @param serverUrl absent: the run's server */
export function describeMoves(seed: number, serverUrl?: () => string): void {
  describe.each(KINDS)(`columns that move to $name, seed ${seed}`, (kind) => {
    test("nothing that is written in either place is lost, up, down and through contract", async () => {
      await using db = await testDatabase(serverUrl?.());
      await db.query(kind.given);
      const before = await schemaOf(db);
      const steps = [...kind.made.map((sql) => ({ sql })), STEP];
      const folder = writeProject({ "0001_it.ts": `export default { steps: ${JSON.stringify(steps)} };` });
      const options = { ...operationOn(db), policy: POLICY, migrations: readProject(folder) };
      const writers = moveWriters({ db, seed, ...kind.writers });
      await writers.during(["old"], () => applyAll(db, folder, { policy: POLICY }));
      expect(writers.errors).toEqual([]);
      expect(await apart(db)).toEqual([]);
      await writers.during(["old", "new"], async () => {});
      expect(writers.errors).toEqual([]);
      expect(await apart(db)).toEqual([]);
      expect([...(await lost(db, writers, "old")), ...(await lost(db, writers, "new"))]).toEqual([]);
      await db.query("UPDATE users SET name = 'none' WHERE name IS NULL AND id < 9000");
      await writers.during(["old"], () => down(options));
      expect(writers.errors).toEqual([]);
      expect(await lost(db, writers, "old")).toEqual([]);
      expect(await schemaOf(db)).toEqual(before);
      if (kind.made.length === 0) {
        expect(
          await db.query("SELECT FROM profiles WHERE theme IS DISTINCT FROM 'dark' AND user_id BETWEEN 11 AND 8999"),
        ).toEqual([]);
      }
      await writers.during(["old"], () => applyAll(db, folder, { policy: POLICY }));
      await writers.during(["new"], () => contract(options), "in one transaction");
      expect(writers.errors).toEqual([]);
      expect(await lost(db, writers, "new")).toEqual([]);
      const after = await schemaOf(db);
      await using other = await testDatabase(serverUrl?.());
      await other.query(kind.given);
      for (const sql of [...kind.made, ...plainMove(STEP.moveColumn, kind.defaults)]) await other.query(sql);
      expect(after).toEqual(await schemaOf(other));
      expect(await db.query("SELECT proname FROM pg_proc WHERE proname LIKE 'sync_%'")).toEqual([]);
    }, 90_000);
  });
}

/** Numbers that sequences gave stay given. */
const schemaOf = async (db: TestDatabase): Promise<readonly string[]> =>
  (await applicationSchema(db)).map((line) => line.replace(/<last_value>\d+/, ""));

/** Pairs that do not say the same, and users with values that have none. */
const apart = (db: TestDatabase): Promise<readonly unknown[]> =>
  db.query(`SELECT u.id, u.name, p.name AS new_name, u.age, p.age AS new_age FROM users AS u
    LEFT JOIN profiles AS p ON p.user_id = u.id WHERE (u.name, u.age) IS DISTINCT FROM (p.name, p.age)`);

/** What clients committed, and what the tables say in this place, where the two differ. */
async function lost(db: TestDatabase, { rows }: MoveWriters, place: Place): Promise<readonly unknown[]> {
  const from = place === "old" ? "users AS u" : "users AS u LEFT JOIN profiles AS p ON p.user_id = u.id";
  const row = place === "old" ? "u" : "p";
  const found = await db.query<{ id: number; name: string | null; age: number | null; note: string }>(
    `SELECT u.id, u.note, ${row}.name, ${row}.age FROM ${from} WHERE u.id >= ${FIRST_OWN}`,
  );
  const there = new Map(found.map(({ id, ...said }) => [id, JSON.stringify([said.name, said.age, said.note])]));
  const meant = new Map([...rows].map(([id, { name, age, note }]) => [id, JSON.stringify([name, age, note])]));
  return [...new Set([...there.keys(), ...meant.keys()])].flatMap((id) =>
    there.get(id) === meant.get(id) ? [] : [{ place, id, there: there.get(id), meant: meant.get(id) }],
  );
}
