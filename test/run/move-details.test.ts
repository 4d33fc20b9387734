import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { ColumnMove } from "../../src/migrations/move-columns.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, TEST_POLICY } from "../support/operations.ts";
import { applicationSchema } from "../support/picture.ts";
import { type ProjectFiles, writeProject } from "../support/project.ts";
import { until } from "../support/until.ts";

const GIVEN = `CREATE TABLE users (id int PRIMARY KEY, bio text, rank numeric, other text, place serial, twice int GENERATED ALWAYS AS (1) STORED);
  CREATE TABLE profiles (user_id int PRIMARY KEY, theme text, held int);
  CREATE TABLE loose (user_id int);
  CREATE TABLE strict (user_id int PRIMARY KEY, theme text NOT NULL);
  CREATE TABLE parts (user_id int PRIMARY KEY) PARTITION BY RANGE (user_id);
  CREATE TABLE whole (id int PRIMARY KEY, size int NOT NULL);
  CREATE TABLE part (id int PRIMARY KEY REFERENCES whole, size int NOT NULL);
  INSERT INTO whole VALUES (1, 1); INSERT INTO part VALUES (1, 1);
  INSERT INTO users (id, bio) SELECT g, 'b' || g FROM generate_series(1, 60) AS g;
  INSERT INTO profiles SELECT g, 'dark' FROM generate_series(1, 60, 2) AS g;`;

const GOOD: ColumnMove = {
  from: "users",
  to: "profiles",
  on: { id: "user_id" },
  columns: { bio: { type: "text", as: "about" }, rank: { type: "numeric" } },
};

const withStep = (changes: object, head = ""): ProjectFiles => ({
  "0001_it.ts": `${head}export default { steps: [{ sql: "SELECT 1" }, ${JSON.stringify({ moveColumn: { ...GOOD, ...changes } })}] };`,
});

describe("a step that moves columns is refused before anything is run", () => {
  let db: TestDatabase;
  let before: readonly string[];
  beforeAll(async () => {
    db = await testDatabase();
    await db.query(GIVEN);
    before = await applicationSchema(db);
  });
  afterAll(() => db.drop());

  test.each<[object, string, RegExp]>([
    [{ from: "" }, "migration_module_invalid", /step 2: `from` is not the name/],
    [{ to: 1 }, "migration_module_invalid", /step 2: `to` is not the name/],
    [{ on: {} }, "migration_module_invalid", /step 2: `on` does not say/],
    [{ columns: {} }, "migration_module_invalid", /step 2: `columns` names no column/],
    [{ columns: { bio: { type: 1 } } }, "migration_module_invalid", /step 2: `type` of the column bio/],
    [{ to: "nowhere" }, "reshape_invalid", /there is no table nowhere/],
    [{ to: "profiles; DROP TABLE users" }, "reshape_invalid", /is no name of a table/],
    [{ columns: { bio: { type: "text; DROP TABLE users" } } }, "reshape_invalid", /is no type for bio/],
    [{ to: "users", on: { id: "id" } }, "reshape_invalid", /from users to itself/],
    [{ columns: { bio: { type: "text", as: "theme" } } }, "reshape_invalid", /profiles has a column theme already/],
    [{ columns: { bio: {} } }, "reshape_invalid", /profiles has no column bio/],
    [{ columns: { bio: { type: "int" } } }, "reshape_invalid", /bio of users is text, and bio of profiles integer/],
    [
      { columns: { bio: { as: "theme" }, other: { as: "theme" } } },
      "reshape_invalid",
      /two columns are to become theme/,
    ],
    [{ to: "loose" }, "reshape_invalid", /user_id is no unique key of loose/],
    [{ on: { other: "theme" } }, "reshape_invalid", /other is no unique key of users/],
    [{ to: "parts" }, "plan_refused", /parts is partitioned/],
    [{ to: "strict" }, "plan_refused", /theme may not be null and has no default/],
    [{ columns: { place: { type: "int" } } }, "plan_refused", /place has a sequence of its own/],
    [{ columns: { twice: { type: "int" } } }, "plan_refused", /twice gets its values from PostgreSQL/],
    [{ columns: { id: { type: "int" } } }, "plan_refused", /id is of the key/],
    [
      { from: "part", to: "whole", on: { id: "id" }, columns: { size: {} } },
      "plan_refused",
      /rows stay when those of part/,
    ],
  ])("%j: %s", async (changes, code, message) => {
    await expect(applyAll(db, withStep(changes))).rejects.toMatchObject({
      code,
      message: expect.stringMatching(message),
    });
    expect(await applicationSchema(db)).toEqual(before);
  });
});

const pairs = (db: TestDatabase): Promise<readonly unknown[]> =>
  db.query(`SELECT id, u.bio, p.about FROM users AS u FULL JOIN profiles AS p ON p.user_id = u.id
    WHERE u.bio IS DISTINCT FROM p.about OR u.rank::text IS DISTINCT FROM p.rank::text`);

test("columns move at once where the table is empty, and where the author says so", async () => {
  for (const [head, given] of [
    ["", GIVEN.replace(/INSERT INTO users.*/s, "")],
    ["// lockkeeper: mode direct\n", GIVEN],
  ] as const) {
    await using db = await testDatabase();
    await db.query(given);
    await applyAll(db, withStep({}, head));
    expect(await db.query("SELECT FROM profiles WHERE about <> 'b' || user_id")).toEqual([]);
    const columns = await db.query(
      "SELECT attname FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname IN ('bio', 'rank')",
    );
    expect(columns).toEqual([]);
  }
});

test("both places stay alike whoever writes what, whatever else fires, and until contract neither table may go", async () => {
  await using db = await testDatabase();
  await db.query(`${GIVEN}
    CREATE TABLE audit (said text);
    CREATE FUNCTION noted() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO audit VALUES (NEW.theme); NEW.theme := trim(NEW.theme); RETURN NEW; END $$;
    CREATE TRIGGER noted BEFORE INSERT OR UPDATE ON profiles FOR EACH ROW EXECUTE FUNCTION noted();
    CREATE FUNCTION again() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN UPDATE users SET bio = upper(bio) WHERE id = NEW.id AND bio <> upper(bio); RETURN NULL; END $$;
    CREATE TRIGGER again AFTER UPDATE ON users FOR EACH ROW EXECUTE FUNCTION again();
    CREATE ROLE reader_${db.name}; GRANT ALL ON users, users_place_seq, audit TO reader_${db.name}`);
  const folder = writeProject({
    ...withStep({}),
    "0002_gone.sql": "DROP TABLE profiles",
  });
  const [first, second] = readProject(folder);
  if (first === undefined || second === undefined) throw new Error("a migration is missing");
  await applyAll(db, folder, { to: first.id });
  expect(await pairs(db)).toEqual([]);
  expect(
    await db.query("SELECT FROM pg_proc WHERE proname LIKE 'sync_%' AND has_function_privilege($1, oid, 'EXECUTE')", [
      `reader_${db.name}`,
    ]),
  ).toEqual([]);
  // Who may not touch the other table at all, under a path on which nothing is found.
  await db.query(`SET ROLE reader_${db.name}; UPDATE users SET bio = 'mine' WHERE id = 1;
    INSERT INTO users (id, bio, rank) VALUES (100, 'x', 1.50); DELETE FROM users WHERE id = 2; RESET ROLE`);
  await db.query("UPDATE profiles SET about = 'yours', rank = 1.0 WHERE user_id = 3");
  await db.query("UPDATE profiles SET rank = 1.00 WHERE user_id = 3");
  await db.query("INSERT INTO profiles (user_id, theme) VALUES (100, 'light')");
  await db.query("INSERT INTO users (id) VALUES (101); INSERT INTO profiles (user_id, about) VALUES (101, 'new')");
  await db.query("INSERT INTO profiles (user_id, about) VALUES (102, 'early'); INSERT INTO users (id) VALUES (102)");
  await db.query("UPDATE profiles SET user_id = 200 WHERE user_id = 5; INSERT INTO users (id) VALUES (200)");
  await db.query("DELETE FROM profiles WHERE user_id = 7; UPDATE users SET id = 90 WHERE id = 9");
  await db.query("UPDATE users SET bio = NULL WHERE id = 11; UPDATE users SET other = 'o' WHERE id = 13");
  await db.query(
    "SET session_replication_role = replica; UPDATE users SET bio = 'R' WHERE id = 15; RESET session_replication_role",
  );
  expect(await pairs(db)).toEqual([]);
  const said = await db.query(
    `SELECT id, bio, rank::text FROM users WHERE id IN (1, 3, 5, 7, 11, 15, 90, 100, 101, 102, 200) ORDER BY id`,
  );
  expect(said.map(({ id, bio, rank }) => [id, bio, rank])).toEqual([
    [1, "MINE", null],
    [3, "YOURS", "1.00"],
    [5, null, null],
    [7, null, null],
    [11, null, null],
    [15, "R", null],
    [90, "B9", null],
    [100, "x", "1.50"],
    [101, "NEW", null],
    [102, "EARLY", null],
    [200, "B5", null],
  ]);
  expect(await db.query("SELECT theme FROM profiles WHERE user_id IN (1, 100) ORDER BY user_id")).toEqual([
    { theme: "dark" },
    { theme: "light" },
  ]);
  await expect(applyAll(db, folder)).rejects.toMatchObject({
    code: "plan_refused",
    message: expect.stringMatching(/triggers of another table write to profiles/),
  });
  await expect(db.query("INSERT INTO profiles (user_id) VALUES (100)")).rejects.toThrow(/duplicate key/);
  await db.query("TRUNCATE profiles");
  expect(await db.query("SELECT FROM users WHERE bio IS NOT NULL")).toEqual([]);
  await db.query("UPDATE users SET bio = 'B' WHERE id < 10; TRUNCATE users");
  expect(await db.query("SELECT FROM profiles")).toEqual([]);
  await db.query(`DROP OWNED BY reader_${db.name}; DROP ROLE reader_${db.name}`);
  const options = { ...operationOn(db), policy: TEST_POLICY, migrations: [first] };
  await contract(options);
  await expect(down(options)).rejects.toMatchObject({ code: "undo_unavailable" });
});

test("contract switches off first, and then waits for long transactions, which go on as if nothing were", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const folder = writeProject(withStep({}));
  await applyAll(db, folder);
  const [reader, writer, other] = [await db.connect(), await db.connect(), await db.connect()];
  await reader.query("BEGIN; SELECT count(*) FROM users JOIN profiles ON user_id = users.id");
  await writer.query(
    "BEGIN; UPDATE profiles SET about = 'w' WHERE user_id = 1; INSERT INTO users (id, bio) VALUES (70, 'n')",
  );
  const policy = { ...TEST_POLICY, lockDeadlineMs: 60_000 };
  const contracted = contract({ ...operationOn(db), policy, migrations: readProject(folder) });
  const isOff = (): Promise<readonly unknown[]> =>
    db.query(
      "SELECT FROM lockkeeper.step AS s JOIN lockkeeper.run AS r ON r.id = s.run_id WHERE r.direction = 'contract'",
    );
  try {
    await until("the first step of contract", async () => (await isOff()).length > 0);
    // Both come through while contract waits for the others; nothing is carried over any more.
    await other.query("UPDATE profiles SET about = 'o' WHERE user_id = 3; INSERT INTO profiles (user_id) VALUES (4)");
    await writer.query(
      "INSERT INTO profiles (user_id, about) VALUES (70, 'mine'); UPDATE profiles SET theme = 'x' WHERE user_id = 1",
    );
    await reader.query("SELECT count(*) FROM users JOIN profiles ON user_id = users.id");
    expect(await db.query("SELECT bio FROM users WHERE id = 3")).toEqual([{ bio: "b3" }]);
  } finally {
    await writer.query("COMMIT");
    await reader.query("COMMIT");
  }
  expect(await contracted).toMatchObject({ waiting: [] });
  expect(await db.query("SELECT user_id, about FROM profiles WHERE user_id IN (1, 3, 4, 70) ORDER BY 1")).toEqual([
    { user_id: 1, about: "w" },
    { user_id: 3, about: "o" },
    { user_id: 4, about: "b4" },
    { user_id: 70, about: "mine" },
  ]);
  expect(await db.query("SELECT FROM pg_trigger WHERE NOT tgisinternal")).toEqual([]);
});

test("a contract that stopped behind its switch is not taken back, and goes on", async () => {
  await using db = await testDatabase();
  await db.query(GIVEN);
  const options = { ...operationOn(db), migrations: readProject(writeProject(withStep({}))) };
  await applyAll(db, withStep({}), { migrations: options.migrations });
  const reader = await db.connect();
  await reader.query("BEGIN; SELECT count(*) FROM users");
  await expect(contract(options)).rejects.toMatchObject({ code: "lock_timeout" });
  await reader.query("COMMIT");
  await expect(down(options)).rejects.toMatchObject({
    code: "undo_unavailable",
    message: expect.stringContaining("what was written since is in profiles alone"),
  });
  expect(await contract(options)).toMatchObject({ waiting: [] });
  expect(await db.query("SELECT FROM pg_attribute WHERE attrelid = 'users'::regclass AND attname = 'bio'")).toEqual([]);
});

test("columns move to the table that theirs refers to, whichever of the two rows comes first or goes last", async () => {
  await using db = await testDatabase();
  await db.query(`CREATE TABLE item (id int, part int, name text, PRIMARY KEY (id, part));
    CREATE TABLE detail (item int, part int, size int DEFAULT 1, FOREIGN KEY (item, part) REFERENCES item ON UPDATE CASCADE, PRIMARY KEY (part, item));
    INSERT INTO item SELECT g, 0, 'i' FROM generate_series(1, 40) AS g; INSERT INTO detail SELECT g, 0, g FROM generate_series(1, 20) AS g`);
  const moveColumn = {
    from: "detail",
    to: "item",
    on: { item: "id", part: "part" },
    columns: { size: { type: "int", as: "Größe" } },
  };
  const folder = writeProject({ "0001_it.ts": `export default { steps: [${JSON.stringify({ moveColumn })}] };` });
  const options = { ...operationOn(db), migrations: readProject(folder) };
  await applyAll(db, folder);
  await db.query(`INSERT INTO item VALUES (50, 1, 'old'); INSERT INTO detail VALUES (50, 1, 500);
    INSERT INTO item (id, part, "Größe") VALUES (51, 1, 510); INSERT INTO detail (item, part) VALUES (51, 1);
    INSERT INTO item (id, part) VALUES (52, 1); INSERT INTO detail (item, part) VALUES (52, 1);
    UPDATE item SET id = 60 WHERE id = 1; UPDATE detail SET item = 30 WHERE item = 2; UPDATE item SET "Größe" = 7 WHERE id = 3;
    UPDATE detail SET size = NULL WHERE item = 4; DELETE FROM detail WHERE item = 5; INSERT INTO detail VALUES (5, 0, 55)
      ON CONFLICT (item, part) DO UPDATE SET size = EXCLUDED.size;
    INSERT INTO detail VALUES (6, 0, 66) ON CONFLICT (item, part) DO UPDATE SET size = EXCLUDED.size;
    INSERT INTO item VALUES (7, 0, 'again', NULL) ON CONFLICT (id, part) DO UPDATE SET "Größe" = EXCLUDED."Größe"`);
  const pairsOf = `SELECT item, size, "Größe" AS now FROM detail JOIN item ON id = item AND item.part = detail.part`;
  expect(await db.query(`${pairsOf} WHERE size IS DISTINCT FROM "Größe"`)).toEqual([]);
  const sizes = await db.query(`${pairsOf} WHERE item IN (2, 3, 4, 5, 6, 7, 30, 50, 51, 52, 60) ORDER BY item`);
  expect(sizes.map(({ item, size }) => [item, size])).toEqual([
    [3, 7],
    [4, null],
    [5, 55],
    [6, 66],
    [7, null],
    [30, 2],
    [50, 500],
    [51, 510],
    [52, 1],
    [60, 1],
  ]);
  await down(options);
  expect(await db.query("SELECT size FROM detail WHERE item IN (51, 3) ORDER BY item")).toEqual([
    { size: 7 },
    { size: 510 },
  ]);
  expect(await db.query("SELECT FROM item")).toHaveLength(43);
});
