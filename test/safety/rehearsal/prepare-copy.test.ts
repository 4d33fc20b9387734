import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../../src/catalog/read-catalog.ts";
import { connect } from "../../../src/postgres/session.ts";
import type { CopyRules } from "../../../src/safety/rehearsal/masking/mask-rules.ts";
import { type PreparedCopy, prepareCopy } from "../../../src/safety/rehearsal/masking/prepare-copy.ts";
import { type TestDatabase, testDatabase } from "../../support/database.ts";

let db: TestDatabase;
beforeAll(async () => {
  db = await testDatabase();
  await db.query(`
    CREATE TABLE people (email text PRIMARY KEY, name text NOT NULL, phone varchar(12), iban text, born date, age int,
      called text GENERATED ALWAYS AS (upper(name)) STORED);
    CREATE TABLE letters (id int PRIMARY KEY, sender text REFERENCES people, answers int REFERENCES letters, text text);
    CREATE TABLE stamps (letter int NOT NULL REFERENCES letters, value int);
    CREATE TABLE visits (id int, person varchar(40) REFERENCES people, at date, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE visits_early PARTITION OF visits FOR VALUES FROM ('2020-01-01') TO ('2021-01-01');
    CREATE TABLE visits_late PARTITION OF visits DEFAULT;
    CREATE TABLE rooms (house int, number int, guest text REFERENCES people, PRIMARY KEY (house, number));
    CREATE TABLE keys (id int PRIMARY KEY, house int, number int, FOREIGN KEY (house, number) REFERENCES rooms);
    CREATE TABLE spied (what text);
    CREATE FUNCTION spy() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO spied VALUES (OLD.name); RETURN NULL; END $$;
    CREATE TRIGGER spies AFTER UPDATE OR DELETE ON people FOR EACH ROW EXECUTE FUNCTION spy();
    INSERT INTO people SELECT 'p' || n || '@example.com', 'Name ' || n, '030-' || n, 'DE' || n || '0000', '2000-01-01', n FROM generate_series(1, 200) n;
    INSERT INTO letters SELECT n, 'p' || 1 + n % 200 || '@example.com', CASE WHEN n > 1 THEN n - 1 END, 'text' FROM generate_series(1, 300) n;
    INSERT INTO stamps SELECT 1 + n % 300, n FROM generate_series(1, 600) n;
    INSERT INTO visits SELECT n, 'p' || 1 + n % 200 || '@example.com', date '2020-06-01' + n FROM generate_series(1, 400) n;
    INSERT INTO rooms SELECT n % 7, n, 'p' || n || '@example.com' FROM generate_series(1, 200) n;
    INSERT INTO keys SELECT n, n % 7, CASE WHEN n <= 200 THEN n END FROM generate_series(1, 250) n`);
});
afterAll(() => db.drop());

/** In a copy of its own each time. */
async function prepared(rules: Partial<CopyRules>): Promise<PreparedCopy> {
  await using session = await connect(db.url);
  return await prepareCopy(session, await readCatalog(session.query), { mask: {}, sample: {}, ...rules });
}

const one = async (sql: string): Promise<unknown> => Object.values((await db.query(sql))[0] ?? {})[0];

describe("rules that do not fit", () => {
  test.each([
    [{ mask: { "people.emial": "hash" } }, "there is no column people.emial; is email meant?"],
    [{ mask: { "peple.email": "hash" } }, "is people meant?"],
    [{ mask: { "people.called": "hash" } }, "is generated"],
    [{ mask: { "people.name": "null" } }, "is NOT NULL"],
    [{ mask: { "people.born": "hash" } }, "of which no hash is known"],
    [{ sample: { nothing: 10 } }, "there is no such table"],
  ] as const)("are refused by name: %j", async (rules, message) => {
    await expect(prepared(rules)).rejects.toMatchObject({
      code: "config_invalid",
      message: expect.stringContaining(message),
    });
  });

  test("one side of a key alone, and what the server does not take, change nothing", async () => {
    await expect(prepared({ mask: { "people.email": "hash" } })).rejects.toMatchObject({
      code: "rehearsal_refused",
      message: expect.stringContaining("letters_sender_fkey"),
      action: expect.stringContaining("Mask both sides alike"),
    });
    await expect(prepared({ mask: { "people.email": { fixed: "x" } } })).rejects.toMatchObject({
      code: "rehearsal_refused",
      message: expect.stringContaining("people_pkey"),
    });
    await expect(prepared({ mask: { "people.age": { sql: "'x'" } } })).rejects.toMatchObject({
      code: "rehearsal_refused",
      message: expect.stringContaining("invalid input syntax"),
    });
    expect(await one("SELECT email FROM people WHERE age = 7")).toBe("p7@example.com");
  });
});

test("a sample keeps every reference, and masks let nothing of the old values through", async () => {
  const { masked, sampled } = await prepared({
    mask: {
      "people.email": "hash",
      "letters.sender": "hash",
      "visits.person": "hash",
      "rooms.guest": "hash",
      "people.phone": "null",
      "public.people.name": { fixed: "somebody" },
      "people.iban": { sql: "left(iban, 2) || '…'" },
      "people.age": "hash",
    },
    sample: { people: 40 },
  });
  expect(masked).toContain("public.letters.sender");
  const people = Number(await one("SELECT count(*) FROM people"));
  expect(sampled).toEqual([{ table: "public.people", percent: 40, rows: people }]);
  expect(people).toBeGreaterThan(20);
  expect(people).toBeLessThan(150);
  // Checked by the server itself: as if the keys were new.
  await db.query(`ALTER TABLE letters ADD FOREIGN KEY (sender) REFERENCES people, ADD FOREIGN KEY (answers) REFERENCES letters;
    ALTER TABLE stamps ADD FOREIGN KEY (letter) REFERENCES letters;
    ALTER TABLE visits ADD FOREIGN KEY (person) REFERENCES people; ALTER TABLE rooms ADD FOREIGN KEY (guest) REFERENCES people;
    ALTER TABLE keys ADD FOREIGN KEY (house, number) REFERENCES rooms`);
  // A key that is null in part refers to nothing, and stays.
  expect(await one("SELECT count(*)::int FROM keys WHERE number IS NULL")).toBe(50);
  expect(await one("SELECT count(*)::int FROM visits_late")).toBeGreaterThan(0);
  expect(await one("SELECT count(*)::int FROM letters WHERE sender LIKE '%@%'")).toBe(0);
  expect(await one("SELECT count(DISTINCT name)::int FROM people")).toBe(1);
  expect(await one("SELECT count(phone)::int FROM people")).toBe(0);
  expect(await one("SELECT min(iban) FROM people")).toBe("DE…");
  expect(await one("SELECT count(*)::int FROM spied")).toBe(0);
});

test("a role that may not keep triggers still is told what it lacks", async () => {
  const role = `r_${db.name}`;
  await db.query(`CREATE ROLE ${role} LOGIN; GRANT ALL ON ALL TABLES IN SCHEMA public TO ${role}`);
  try {
    const url = new URL(db.url);
    url.username = role;
    await using session = await connect(url.href);
    const rules: CopyRules = { mask: { "people.phone": "null" }, sample: {} };
    await expect(prepareCopy(session, await readCatalog(session.query), rules)).rejects.toMatchObject({
      code: "rehearsal_refused",
      action: expect.stringContaining("GRANT SET ON PARAMETER session_replication_role"),
    });
  } finally {
    await db.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  }
});
