import type { ProofFamily } from "../proof.ts";

/** CHECK, exclusion, VALIDATE, DROP, RENAME and ALTER CONSTRAINT, several subcommands in one statement. */
export const CONSTRAINTS: ProofFamily = {
  name: "constraints",
  schema: `
    CREATE EXTENSION btree_gist;
    CREATE TABLE customers (id int PRIMARY KEY, code text UNIQUE);
    INSERT INTO customers SELECT i, 'c' || i FROM generate_series(1, 50) i;
    CREATE TABLE orders (id int PRIMARY KEY, customer int, total int CONSTRAINT positive CHECK (total > 0), room int,
      during int4range, state text, CONSTRAINT orders_customer FOREIGN KEY (customer) REFERENCES customers);
    INSERT INTO orders SELECT i, i % 50 + 1, i, i, int4range(i * 2, i * 2 + 1), CASE WHEN i % 7 = 0 THEN 'Büro' ELSE 'b' END
      FROM generate_series(1, 100) i;
    ALTER TABLE orders ADD CONSTRAINT not_yet CHECK (total < 1000) NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT never CHECK (total > 50) NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT fk_not_yet FOREIGN KEY (customer) REFERENCES customers NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT fk_never FOREIGN KEY (id) REFERENCES customers NOT VALID;
    ALTER TABLE orders ADD CONSTRAINT one_room EXCLUDE USING gist (room WITH =, during WITH &&);
    ALTER TABLE orders ADD CONSTRAINT one_total UNIQUE (total);
    CREATE VIEW grouped AS SELECT id, state FROM orders GROUP BY id;
    CREATE TABLE notes (id int, order_total int CONSTRAINT notes_total REFERENCES orders (total), self int);
    INSERT INTO notes SELECT i, i FROM generate_series(1, 30) i;
    CREATE TABLE empty (id int, a int, r int4range);
    CREATE TABLE nodes (id int PRIMARY KEY, parent int CONSTRAINT nodes_parent REFERENCES nodes);
    INSERT INTO nodes VALUES (1, NULL), (2, 1);

    CREATE TABLE events (id int NOT NULL, at date NOT NULL, size int, customer int, PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
    CREATE TABLE events_2023 PARTITION OF events FOR VALUES FROM ('2023-01-01') TO ('2024-01-01');
    CREATE TABLE events_2024 PARTITION OF events FOR VALUES FROM ('2024-01-01') TO ('2025-01-01') PARTITION BY HASH (id);
    CREATE TABLE events_2024_rest PARTITION OF events_2024 FOR VALUES WITH (MODULUS 1, REMAINDER 0);
    INSERT INTO events SELECT i, '2023-01-01'::date + i, i, i % 50 + 1 FROM generate_series(0, 700) i;
    ALTER TABLE events ADD CONSTRAINT events_customer FOREIGN KEY (customer) REFERENCES customers;
    ALTER TABLE events ADD CONSTRAINT events_size CHECK (size >= 0);
    ALTER TABLE events ADD CONSTRAINT events_late CHECK (size < 10000) NOT VALID;
    CREATE TABLE tickets (id int PRIMARY KEY, event int, at date, CONSTRAINT tickets_event FOREIGN KEY (event, at) REFERENCES events);
    INSERT INTO tickets SELECT i, i, '2023-01-01'::date + i FROM generate_series(1, 30) i;
    ALTER TABLE tickets ADD CONSTRAINT tickets_not_yet FOREIGN KEY (event, at) REFERENCES events NOT VALID;

    CREATE TABLE people (id int, age int, CONSTRAINT grown CHECK (age >= 0), CONSTRAINT alone CHECK (id > 0) NO INHERIT);
    INSERT INTO people SELECT i, i FROM generate_series(1, 30) i;
    ALTER TABLE people ADD CONSTRAINT later CHECK (age < 1000) NOT VALID;
    ALTER TABLE people ADD CONSTRAINT people_customer FOREIGN KEY (id) REFERENCES customers NOT VALID;
    ALTER TABLE people ADD CONSTRAINT people_id UNIQUE (id);
    CREATE TABLE staff (salary int) INHERITS (people);
    INSERT INTO staff SELECT i, i, i * 10 FROM generate_series(1, 30) i;

    CREATE SCHEMA "Über Läden";
    CREATE TABLE "Über Läden"."Käufe" ("Schlüssel" int, "Größe m²" int, "a""b" text, CONSTRAINT "größer ""0""" CHECK ("Größe m²" > 0));
    INSERT INTO "Über Läden"."Käufe" SELECT i, i, 't' FROM generate_series(1, 40) i;
    ALTER TABLE "Über Läden"."Käufe" ADD CONSTRAINT "Später" CHECK ("a""b" <> 't') NOT VALID;
    CREATE TABLE unenforced (a int);
    INSERT INTO unenforced VALUES (1), (100);
    DO $$ BEGIN
      IF current_setting('server_version_num')::int >= 180000 THEN
        EXECUTE 'ALTER TABLE unenforced ADD CONSTRAINT small CHECK (a < 10) NOT ENFORCED';
        EXECUTE 'ALTER TABLE unenforced ADD CONSTRAINT strays FOREIGN KEY (a) REFERENCES customers NOT ENFORCED';
        EXECUTE 'ALTER TABLE notes ADD CONSTRAINT refers FOREIGN KEY (id) REFERENCES customers NOT ENFORCED';
      END IF;
    END $$;
  `,
  proofs: [
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0)" },
    { sql: "ALTER TABLE orders ADD CHECK (total > 10)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 10) NOT VALID" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 10) NOT ENFORCED" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (state IN ('b', 'Büro') AND lower(state) LIKE 'b%')" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (state NOT IN ('b', 'x') OR total BETWEEN 1 AND 50)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (coalesce(customer, 0) > 0 AND (state = 'b') IS NOT NULL)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (CASE WHEN total > 5 THEN customer IS NOT NULL ELSE true END)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (state = ANY (ARRAY['b', 'c']))" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total::text ~ '^[0-9]+$' AND NOT (room < 0))" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (greatest(total, room) = total AND state IS DISTINCT FROM 'q')" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT positive CHECK (total > 0)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (nope > 0)" },
    { sql: "ALTER TABLE empty ADD CONSTRAINT c CHECK (a > 0)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0), ADD CONSTRAINT d CHECK (room > 0)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0), ALTER total TYPE bigint" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT c CHECK (customer IS NOT NULL), ALTER customer SET NOT NULL" },
    { sql: "ALTER TABLE events ADD CONSTRAINT c CHECK (size >= 0)" },
    { sql: "ALTER TABLE events ADD CONSTRAINT c CHECK (size >= 5)" },
    { sql: "ALTER TABLE events ADD CONSTRAINT c CHECK (size >= 5) NOT VALID" },
    { sql: "ALTER TABLE ONLY events ADD CONSTRAINT c CHECK (size >= 5)" },
    { sql: "ALTER TABLE events_2023 ADD CONSTRAINT c CHECK (size >= 0)" },
    { sql: "ALTER TABLE people ADD CONSTRAINT c CHECK (age > 0)" },
    { sql: "ALTER TABLE people ADD CONSTRAINT c CHECK (age > 0) NO INHERIT" },
    { sql: "ALTER TABLE ONLY people ADD CONSTRAINT c CHECK (age > 0)" },
    { sql: "ALTER TABLE ONLY people ADD CONSTRAINT c CHECK (age > 0) NO INHERIT" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD CONSTRAINT "Ist ""was""" CHECK ("Größe m²" > 0 AND "a""b" = \'t\')' },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" ADD CONSTRAINT "Ist" CHECK ("Größe m²" > 5)' },
    // EXCLUDE
    { sql: "ALTER TABLE orders ADD CONSTRAINT e EXCLUDE USING gist (during WITH &&)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT e EXCLUDE USING btree (state WITH =)" },
    { sql: "ALTER TABLE orders ADD CONSTRAINT e EXCLUDE (total WITH =) WHERE (total > 5)" },
    { sql: "ALTER TABLE empty ADD EXCLUDE USING gist (r WITH &&)" },
    { sql: "ALTER TABLE events ADD CONSTRAINT e EXCLUDE (id WITH =, at WITH =)" },
    // VALIDATE
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT not_yet" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT never" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT positive" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT fk_not_yet" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT fk_never" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT orders_pkey" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT nope" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT not_yet, ALTER state SET STATISTICS 10" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT not_yet, ADD COLUMN z int" },
    { sql: "ALTER TABLE orders VALIDATE CONSTRAINT not_yet, VALIDATE CONSTRAINT fk_not_yet" },
    { sql: "ALTER TABLE events VALIDATE CONSTRAINT events_late" },
    { sql: "ALTER TABLE ONLY events VALIDATE CONSTRAINT events_late" },
    { sql: "ALTER TABLE events_2023 VALIDATE CONSTRAINT events_late" },
    { sql: "ALTER TABLE people VALIDATE CONSTRAINT later" },
    { sql: "ALTER TABLE ONLY people VALIDATE CONSTRAINT later" },
    { sql: "ALTER TABLE people VALIDATE CONSTRAINT people_customer" },
    { sql: "ALTER TABLE tickets VALIDATE CONSTRAINT tickets_not_yet" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" VALIDATE CONSTRAINT "Später"' },
    {
      sql: "ALTER TABLE orders VALIDATE CONSTRAINT c",
      inTransaction: [
        "ALTER TABLE orders ADD CONSTRAINT c CHECK (total BETWEEN 1 AND 50 OR state LIKE 'B%') NOT VALID",
      ],
    },
    { sql: "ALTER TABLE orders DROP CONSTRAINT c", inTransaction: ["ALTER TABLE orders ADD CONSTRAINT c UNIQUE (id)"] },
    {
      sql: "ALTER TABLE orders RENAME CONSTRAINT above TO below",
      inTransaction: ["ALTER TABLE orders RENAME CONSTRAINT positive TO above"],
    },
    // ALTER CONSTRAINT
    { sql: "ALTER TABLE orders ALTER CONSTRAINT orders_customer DEFERRABLE INITIALLY DEFERRED" },
    { sql: "ALTER TABLE orders ALTER CONSTRAINT positive DEFERRABLE" },
    { sql: "ALTER TABLE orders ALTER CONSTRAINT one_total DEFERRABLE" },
    { sql: "ALTER TABLE orders ALTER CONSTRAINT nope DEFERRABLE" },
    { sql: "ALTER TABLE events ALTER CONSTRAINT events_customer DEFERRABLE" },
    { sql: "ALTER TABLE tickets ALTER CONSTRAINT tickets_event DEFERRABLE" },
    { sql: "ALTER TABLE nodes ALTER CONSTRAINT nodes_parent DEFERRABLE" },
    { sql: "ALTER TABLE orders ALTER CONSTRAINT orders_customer NOT ENFORCED" },
    { sql: "ALTER TABLE orders ALTER CONSTRAINT orders_customer ENFORCED" },
    { sql: "ALTER TABLE tickets ALTER CONSTRAINT tickets_event NOT ENFORCED" },
    { sql: "ALTER TABLE notes ALTER CONSTRAINT refers ENFORCED", versions: [18] },
    { sql: "ALTER TABLE unenforced ALTER CONSTRAINT strays ENFORCED", versions: [18] },
    { sql: "ALTER TABLE unenforced ALTER CONSTRAINT small ENFORCED", versions: [18] },
    { sql: "ALTER TABLE unenforced VALIDATE CONSTRAINT small", versions: [18] },
    // DROP
    { sql: "ALTER TABLE orders DROP CONSTRAINT positive" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT orders_customer" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT one_room" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT one_total" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT one_total CASCADE" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT orders_pkey" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT orders_pkey CASCADE" },
    { sql: "ALTER TABLE customers DROP CONSTRAINT customers_pkey" },
    { sql: "ALTER TABLE customers DROP CONSTRAINT customers_pkey CASCADE" },
    { sql: "ALTER TABLE customers DROP CONSTRAINT customers_code_key" },
    { sql: "ALTER TABLE nodes DROP CONSTRAINT nodes_parent" },
    { sql: "ALTER TABLE nodes DROP CONSTRAINT nodes_parent, DROP CONSTRAINT nodes_pkey" },
    { sql: "ALTER TABLE nodes DROP CONSTRAINT nodes_pkey CASCADE" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT nope" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT IF EXISTS nope" },
    { sql: "ALTER TABLE events DROP CONSTRAINT events_size" },
    { sql: "ALTER TABLE events DROP CONSTRAINT events_customer" },
    { sql: "ALTER TABLE events DROP CONSTRAINT events_pkey" },
    { sql: "ALTER TABLE events DROP CONSTRAINT events_pkey CASCADE" },
    { sql: "ALTER TABLE ONLY events DROP CONSTRAINT events_size" },
    { sql: "ALTER TABLE events_2023 DROP CONSTRAINT events_size" },
    { sql: "ALTER TABLE tickets DROP CONSTRAINT tickets_event" },
    { sql: "ALTER TABLE people DROP CONSTRAINT grown" },
    { sql: "ALTER TABLE people DROP CONSTRAINT alone" },
    { sql: "ALTER TABLE ONLY people DROP CONSTRAINT grown" },
    { sql: "ALTER TABLE staff DROP CONSTRAINT grown" },
    { sql: "ALTER TABLE people DROP CONSTRAINT people_customer" },
    { sql: "ALTER TABLE people DROP CONSTRAINT people_id" },
    { sql: 'ALTER TABLE "Über Läden"."Käufe" DROP CONSTRAINT "größer ""0"""' },
    { sql: "ALTER TABLE orders DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (total > 0) NOT VALID" },
    { sql: "ALTER TABLE orders DROP CONSTRAINT positive, ADD CONSTRAINT positive CHECK (total >= 0)" },
    // RENAME
    { sql: "ALTER TABLE orders RENAME CONSTRAINT positive TO above" },
    { sql: "ALTER TABLE orders RENAME CONSTRAINT one_total TO other" },
    { sql: "ALTER TABLE orders RENAME CONSTRAINT orders_customer TO other" },
    { sql: "ALTER TABLE orders RENAME CONSTRAINT nope TO other" },
    { sql: "ALTER TABLE events RENAME CONSTRAINT events_size TO other" },
    { sql: "ALTER TABLE events RENAME CONSTRAINT events_pkey TO other" },
    { sql: "ALTER TABLE events RENAME CONSTRAINT events_customer TO other" },
    { sql: "ALTER TABLE events_2023 RENAME CONSTRAINT events_size TO other" },
    { sql: "ALTER TABLE people RENAME CONSTRAINT grown TO other" },
    { sql: "ALTER TABLE people RENAME CONSTRAINT alone TO other" },
    { sql: "ALTER TABLE ONLY people RENAME CONSTRAINT grown TO other" },
    { sql: "ALTER TABLE staff RENAME CONSTRAINT grown TO other" },
  ],
};
