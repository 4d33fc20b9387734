import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { type EmbeddedServer, startEmbeddedServer } from "../../src/postgres/embedded-server.ts";
import { connect } from "../../src/postgres/session.ts";
import { type FilledTables, fillTables } from "../../src/trace/rows/fill-tables.ts";
import { testDatabase } from "../support/database.ts";

describe.each([15, 18])("on PostgreSQL %i, rows are made", (major) => {
  let server: EmbeddedServer;
  beforeAll(async () => {
    server = await startEmbeddedServer({ major, settings: { fsync: "off" } });
  });
  afterAll(() => server?.stop());

  /** @param none a query that is to find no rows afterwards */
  async function filled(
    schema: string,
    { none = "SELECT WHERE false", signal = new AbortController().signal } = {},
  ): Promise<FilledTables> {
    await using db = await testDatabase(server.url());
    await db.query(schema);
    await using session = await connect(db.url);
    const limit = { server: server.url(), timeoutMs: 5_000, signal };
    const tables = await fillTables(session, await readCatalog(session.query), limit);
    for (const { table, rows } of tables.filled) {
      expect(await db.query(`SELECT count(*)::int AS rows FROM ONLY ${table}`)).toEqual([{ rows }]);
    }
    expect(await db.query(none)).toEqual([]);
    return tables;
  }

  const of3 = (...tables: string[]) => ({ filled: tables.map((table) => ({ table, rows: 3 })), empty: [] });

  test("for every built-in type", async () => {
    expect(
      await filled(`CREATE TABLE public.t (
        a smallint NOT NULL, b int NOT NULL, c bigint NOT NULL, d numeric(4,2) NOT NULL, e real NOT NULL, f money NOT NULL,
        g text NOT NULL, h varchar(2) NOT NULL, i char(3) NOT NULL, j "char" NOT NULL, k name NOT NULL, l bytea NOT NULL,
        m date NOT NULL, n timestamp NOT NULL, o timestamptz NOT NULL, p time NOT NULL, q timetz NOT NULL, r interval NOT NULL,
        s boolean NOT NULL, t uuid NOT NULL UNIQUE, u json NOT NULL, v jsonb NOT NULL, w bit(5) NOT NULL, x varbit NOT NULL,
        y inet NOT NULL, z cidr NOT NULL, aa macaddr NOT NULL, ab point NOT NULL, ac line NOT NULL, ad lseg NOT NULL,
        ae box NOT NULL, af path NOT NULL, ag polygon NOT NULL, ah circle NOT NULL, ai tsvector NOT NULL, aj tsquery NOT NULL,
        ak int4range NOT NULL, al tstzrange NOT NULL, am nummultirange NOT NULL, an int[] NOT NULL, ao text[][] NOT NULL,
        ap pg_lsn NOT NULL, aq oid NOT NULL, ar macaddr8 NOT NULL, at regclass NOT NULL)`),
    ).toEqual(of3("public.t"));
  });

  test("that satisfy CHECKs, unique keys and exclusions", async () => {
    expect(
      await filled(`
        CREATE TABLE public.t (
          id serial PRIMARY KEY, status text NOT NULL CHECK (status IN ('new', 'paid')), total numeric CHECK (total > 1000),
          code text NOT NULL UNIQUE CHECK (char_length(code) = 40), email text NOT NULL UNIQUE CHECK (email ~ '^[^@]+@[^@]+\\.[a-z]+$'),
          begins date NOT NULL, ends date NOT NULL, CHECK (begins < ends), low int NOT NULL, high int NOT NULL,
          CHECK (low >= 10 AND high <= 20 AND low < high), country char(2) NOT NULL CHECK (country ~ '^[A-Z]{2}$'),
          meta jsonb NOT NULL CHECK (jsonb_typeof(meta) = 'array'), room int NOT NULL, during int4range NOT NULL,
          EXCLUDE USING gist (during WITH &&), UNIQUE (status, total))`),
    ).toEqual(of3("public.t"));
  });

  test("for enums, domains, composites, arrays of them, generated columns and identities", async () => {
    expect(
      await filled(`
        CREATE TYPE mood AS ENUM ('sad', 'ok');
        CREATE DOMAIN percent AS int CHECK (VALUE BETWEEN 60 AND 70) NOT NULL;
        CREATE DOMAIN rate AS percent CHECK (VALUE <> 60);
        CREATE TYPE pair AS (one int, other text);
        CREATE TABLE public."Odd name" (id int GENERATED ALWAYS AS IDENTITY, mood mood NOT NULL, moods mood[] NOT NULL CHECK (cardinality(moods) > 0),
          rate rate, pair pair NOT NULL, twice int GENERATED ALWAYS AS (rate * 2) STORED)`),
    ).toEqual(of3('public."Odd name"'));
  });

  test("in the order of foreign keys, across several columns, to the row itself and around circles", async () => {
    const { filled: tables, empty } = await filled(`
      CREATE TABLE public.a (id int PRIMARY KEY, up int NOT NULL REFERENCES a);
      CREATE TABLE public.aa (x int REFERENCES a UNIQUE NOT NULL, b int NOT NULL);
      CREATE TABLE public.b (one int, two text, PRIMARY KEY (one, two), aa int);
      CREATE TABLE public.c (b1 int NOT NULL, b2 text NOT NULL, FOREIGN KEY (b1, b2) REFERENCES b);
      ALTER TABLE b ADD FOREIGN KEY (aa) REFERENCES aa (x);
      CREATE UNIQUE INDEX ON aa (b); ALTER TABLE aa ADD FOREIGN KEY (b) REFERENCES a`);
    expect(tables.map(({ table }) => table).toSorted()).toEqual(["public.a", "public.aa", "public.b", "public.c"]);
    expect(empty).toEqual([]);
  });

  test("that refer to others where they may, be those in partitions too", async () => {
    const { empty } = await filled(
      `CREATE TABLE public.first (p int); CREATE TABLE public.second (id int PRIMARY KEY) PARTITION BY RANGE (id);
       CREATE TABLE public.third PARTITION OF second FOR VALUES FROM (5) TO (50);
       ALTER TABLE first ADD FOREIGN KEY (p) REFERENCES second`,
      { none: "SELECT FROM first WHERE p IS NULL" },
    );
    expect(empty).toEqual([]);
  });

  test("in each partition, by its bound", async () => {
    const { filled: tables, empty } = await filled(`
      CREATE TABLE public.r (at timestamptz NOT NULL, id int) PARTITION BY RANGE (at);
      CREATE TABLE public.r1 PARTITION OF r FOR VALUES FROM ('2021-05-01') TO ('2021-06-01');
      CREATE TABLE public.r2 PARTITION OF r DEFAULT PARTITION BY LIST (id);
      CREATE TABLE public.r2a PARTITION OF r2 FOR VALUES IN (77);
      CREATE TABLE public.h (k text NOT NULL) PARTITION BY HASH (k);
      CREATE TABLE public.h0 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 0);
      CREATE TABLE public.h2 PARTITION OF h FOR VALUES WITH (MODULUS 3, REMAINDER 2);
      CREATE TABLE public.l (v int) PARTITION BY RANGE (v);
      CREATE TABLE public.l1 PARTITION OF l FOR VALUES FROM (MINVALUE) TO (-5);
      CREATE TABLE public.refers (at timestamptz, id int)`);
    expect(empty).toEqual([]);
    expect(tables.map(({ table }) => table)).toEqual([
      "public.h0",
      "public.h2",
      "public.l1",
      "public.r1",
      "public.r2a",
      "public.refers",
    ]);
  });

  test("and tables for which none can be made are named, with the reason", async () => {
    const { filled: tables, empty } = await filled(`
      CREATE FUNCTION no() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'never'; END $$;
      CREATE FUNCTION swallow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$;
      CREATE TABLE public.refused (id int); CREATE TRIGGER no BEFORE INSERT ON refused FOR EACH ROW EXECUTE FUNCTION no();
      CREATE TABLE public.swallowed (id int); CREATE TRIGGER no BEFORE INSERT ON swallowed FOR EACH ROW EXECUTE FUNCTION swallow();
      CREATE TABLE public.never (id int CHECK (false));
      CREATE TABLE public.bare ();
      CREATE TABLE public.needs (id int PRIMARY KEY CHECK (id IS NULL));
      CREATE TABLE public.child (id int NOT NULL REFERENCES needs)`);
    expect(tables).toEqual([{ table: "public.bare", rows: 3 }]);
    expect(empty).toEqual([
      { table: "public.needs", reason: expect.stringContaining("needs_id_check") },
      { table: "public.child", reason: expect.stringContaining("violates") },
      { table: "public.never", reason: expect.stringContaining("never_check") },
      { table: "public.refused", reason: "never" },
      { table: "public.swallowed", reason: "a trigger or a rule keeps rows out" },
    ]);
  });

  test("until nobody waits for them any more", async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(filled("CREATE TABLE public.t (id int)", { signal: stop.signal })).rejects.toMatchObject({
      code: "interrupted",
    });
  });
});
