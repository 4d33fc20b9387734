import { describe, expect, test } from "vitest";
import { connect } from "../../src/postgres/session.ts";
import { type Followed, follow } from "../catalog/state/follow.ts";
import { testDatabase } from "../support/database.ts";

/** What public migration histories do and the state had wrong once. */
const FOLLOWED: readonly Followed[] = [
  {
    what: "a column of a view is typed by the relation that its expression names",
    given:
      "CREATE TABLE template (id int PRIMARY KEY, name varchar(64)); CREATE TABLE organization (id int, name text)",
    statements: `CREATE VIEW v AS SELECT t.id, coalesce(o.name, '') AS organization, coalesce(t.name, '') AS template,
      CASE WHEN t.id > 1 THEN t.name ELSE o.name END AS either, coalesce(t.name, t.name) AS same, greatest(t.id, 2.5) AS most
      FROM template t JOIN organization o ON o.id = t.id`,
  },
  {
    what: "a value in quotes beside a column of an enum needs the enum",
    given: "CREATE TYPE login AS ENUM ('token', 'none'); CREATE TABLE keys (id int, login login, logins login[])",
    statements: `CREATE INDEX some_keys ON keys (id) WHERE login = 'token';
      ALTER TABLE keys ADD CONSTRAINT not_none CHECK (NOT ('none' = ANY (logins)));
      ALTER TABLE keys ADD CONSTRAINT known CHECK (login IN ('token', 'none'));
      CREATE VIEW tokens AS SELECT id FROM keys WHERE login = 'token'`,
  },
  {
    what: "a view that groups by a primary key and names other columns needs the key",
    given:
      "CREATE TABLE job (id int PRIMARY KEY, at date, name text); CREATE TABLE build (job int, id int PRIMARY KEY)",
    statements: `CREATE VIEW grouped AS SELECT j.id, j.name, max(b.id) AS last FROM job j JOIN build b ON b.job = j.id GROUP BY j.id;
      CREATE VIEW without AS SELECT j.id, max(j.at) AS last FROM job j GROUP BY j.id;
      CREATE VIEW all_of_it AS SELECT name, count(*) AS number FROM job GROUP BY name;
      CREATE VIEW having_one AS SELECT count(*) AS number FROM job GROUP BY id HAVING greatest(at, at) IS NOT NULL`,
  },
  {
    what: "what a DO block does where it finds what it expects",
    given: "CREATE TABLE a (id int PRIMARY KEY, old text); CREATE TABLE b (id int, a_id int)",
    statements: `DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'b_a') THEN
          ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id);
        END IF;
      END $$;
      DO $$ BEGIN
        IF NOT EXISTS (SELECT FROM pg_constraint WHERE conname = 'b_a') THEN
          ALTER TABLE b ADD CONSTRAINT b_a FOREIGN KEY (a_id) REFERENCES a (id);
        END IF;
        ALTER TABLE a RENAME COLUMN old TO new;
        ALTER TABLE b RENAME TO c;
        IF to_regclass('b') IS NOT NULL THEN ALTER TABLE a RENAME TO c; END IF;
      END $$;
      DO $$ BEGIN CREATE TYPE e AS ENUM ('x'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      DO $$ BEGIN CREATE TYPE e AS ENUM ('y'); EXCEPTION WHEN duplicate_object THEN NULL; END $$;
      DO $$ BEGIN
        IF to_regclass('c_a_id') IS NULL THEN CREATE INDEX c_a_id ON c (a_id); END IF;
        IF to_regclass('c_old') IS NOT NULL THEN DROP TABLE c; END IF;
      END $$`,
  },
  {
    what: "foreign keys that nobody enforces, and those that are not validated yet",
    given: "CREATE TABLE a (id int PRIMARY KEY); CREATE TABLE b (a_id int)",
    statements: `ALTER TABLE b ADD CONSTRAINT loose FOREIGN KEY (a_id) REFERENCES a NOT ENFORCED;
      ALTER TABLE b ADD CONSTRAINT later FOREIGN KEY (a_id) REFERENCES a NOT VALID;
      CREATE TABLE c (a_id int REFERENCES a NOT ENFORCED, again int REFERENCES a, FOREIGN KEY (again) REFERENCES a);
      ALTER TABLE b ALTER CONSTRAINT loose ENFORCED`,
  },
];

describe("the state after what public histories do is the catalog that the server has", () => {
  test.each(FOLLOWED)("$what", async (followed) => {
    await using db = await testDatabase();
    await using session = await connect(db.url);
    const steps = await follow(session, followed);
    for (const { statement, applied, read } of steps) expect(applied, statement).toEqual(read);
    expect(steps.length).toBeGreaterThan(0);
  });
});
