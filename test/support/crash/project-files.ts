import { DEFAULT_SWEEP_POLICY } from "../../../src/sweep/sweep-policy.ts";

/**
 * A migration set with every kind of step. `applied_log` gets a row from each transactional piece: more than one row
 * of a kind means that something was applied twice.
 */
export const SEED = `
CREATE TABLE applied_log (piece text NOT NULL, at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE TABLE items (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, code text NOT NULL, kind int NOT NULL, note text);
INSERT INTO items (code, kind) SELECT 'code-' || g, g % 17 FROM generate_series(1, 20000) AS g;
CREATE INDEX items_old_idx ON items (kind, code);
CREATE TABLE readings (at date NOT NULL, value int) PARTITION BY RANGE (at);
CREATE TABLE readings_2024 PARTITION OF readings FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE readings_2025 PARTITION OF readings FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO readings SELECT date '2024-01-01' + g, g FROM generate_series(0, 700) AS g;
CREATE TABLE buyers (id int PRIMARY KEY, email text);
CREATE TABLE sales (id int PRIMARY KEY, buyer_id int, total int, note text);
CREATE TABLE visits (at date PRIMARY KEY, page int) PARTITION BY RANGE (at);
CREATE TABLE visits_2024 PARTITION OF visits FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE visits_2025 PARTITION OF visits FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
INSERT INTO buyers SELECT g, 'b' || g FROM generate_series(1, 5000) AS g;
INSERT INTO sales SELECT g, 1 + g % 5000, g, 'n' || g FROM generate_series(1, 6000) AS g;
INSERT INTO visits SELECT date '2024-01-01' + g, g FROM generate_series(0, 700) AS g;
CREATE INDEX sales_note ON sales (note);
ANALYZE;
`;

/** Nothing that works on rows counts as brief: plain statements are taken apart into pieces. */
export const CRASH_POLICY = {
  briefMs: 0,
  // Small batches by several workers: many moments at which a sweep can be cut short.
  // However busy the machine is, no batch is taken apart.
  sweep: { ...DEFAULT_SWEEP_POLICY, workers: 2, batchMs: 4, batchLimitMs: 60_000 },
  // The moments are those of the work, not of the record behind it.
  drift: { record: "off", ignore: [] },
} as const;

const ONLINE = [
  "CREATE INDEX sales_total ON sales (total)",
  "ALTER TABLE sales ADD FOREIGN KEY (buyer_id) REFERENCES buyers",
  "ALTER TABLE sales ALTER total SET NOT NULL, ADD CHECK (total > 0), ALTER note SET DEFAULT '-'",
  "ALTER TABLE buyers ADD CONSTRAINT buyers_email UNIQUE (email)",
  "DROP INDEX sales_note",
  "CREATE INDEX visits_page ON visits (page)",
];

/** What can be taken back from anywhere. */
export const BACK_PROJECT: Readonly<Record<string, string>> = {
  "0001_some.sql": ONLINE.slice(0, 3).join(";\n"),
  "0002_others.sql": ONLINE.slice(3).join(";\n"),
};

/** Rows that are done twice, or not at all, show in their values. */
export const SWEEP_PROJECT: Readonly<Record<string, string>> = {
  "0001_rows.sql": `
ALTER TABLE sales ADD COLUMN twice int;
UPDATE sales SET total = total + 1;
UPDATE sales SET twice = total * 2, note = 'seen' WHERE id % 3 <> 0;
UPDATE sales s SET note = b.email FROM buyers b WHERE b.id = s.buyer_id AND s.id % 3 = 0;
DELETE FROM sales WHERE id % 10 = 0;
UPDATE visits SET page = page + 1;
INSERT INTO applied_log VALUES ('rows');
`,
};

/** Counts the batches that were begun, which no rollback takes back, and those that were committed. */
export const COUNTED_PROJECT: Readonly<Record<string, string>> = {
  "0001_counted.sql": `
CREATE SEQUENCE begun;
CREATE TABLE committed (at timestamptz NOT NULL DEFAULT clock_timestamp());
CREATE FUNCTION count_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM nextval('begun');
  INSERT INTO committed DEFAULT VALUES;
  RETURN NULL;
END $$;
CREATE TABLE counted (id int PRIMARY KEY, n int NOT NULL);
INSERT INTO counted SELECT g, g FROM generate_series(1, 30000) AS g;
CREATE TRIGGER count_batch BEFORE UPDATE ON counted FOR EACH STATEMENT EXECUTE FUNCTION count_batch();
`,
  "0002_sweep.sql": "UPDATE counted SET n = n + 1;",
};

export const CRASH_PROJECT: Readonly<Record<string, string>> = {
  "0001_labels.sql": `
CREATE TABLE labels (id int PRIMARY KEY, name text NOT NULL);
INSERT INTO labels SELECT g, 'label ' || g FROM generate_series(1, 50) AS g;
ALTER TABLE items ADD COLUMN label_id int;
INSERT INTO applied_log VALUES ('labels');
`,
  "0002_indexes.sql": `
CREATE INDEX CONCURRENTLY items_kind_idx ON items (kind);
INSERT INTO applied_log VALUES ('between indexes');
CREATE UNIQUE INDEX CONCURRENTLY items_code_key ON items (code);
DROP INDEX CONCURRENTLY items_old_idx;
INSERT INTO applied_log VALUES ('after indexes');
`,
  "0003_fill.ts": `
export default {
  steps: [
    { sql: "ALTER TABLE items ADD COLUMN slug text" },
    { script: "fill" },
    { sql: "INSERT INTO applied_log VALUES ('after script')" },
  ],
  scripts: {
    async fill({ query }) {
      await query("UPDATE items SET slug = lower(code) WHERE id <= 500");
      const [row] = await query("SELECT count(*)::int AS n FROM items WHERE slug IS NOT NULL");
      await query("INSERT INTO applied_log (piece) VALUES ($1)", ["script saw " + row.n]);
    },
  },
};
`,
  "0004_mixed.sql": `
ALTER TABLE items ADD CONSTRAINT items_label_fkey FOREIGN KEY (label_id) REFERENCES labels;
INSERT INTO applied_log VALUES ('before reindex');
REINDEX TABLE CONCURRENTLY items;
ALTER TABLE readings DETACH PARTITION readings_2024 CONCURRENTLY;
COPY labels (id, name) FROM stdin;
100\tcopied; with 'quotes'
101\tand a second
\\.
INSERT INTO applied_log VALUES ('after copy');
VACUUM labels;
`,
  "0005_online.sql": `
${ONLINE.slice(0, 3).join(";\n")};
INSERT INTO applied_log VALUES ('between online');
${ONLINE.slice(3).join(";\n")};
INSERT INTO applied_log VALUES ('after online');
`,
  "0006_last.sql": `
CREATE VIEW item_labels AS SELECT i.id, l.name FROM items i JOIN labels l ON l.id = i.label_id;
COMMENT ON TABLE items IS 'Things with a label';
INSERT INTO applied_log VALUES ('last');
`,
};
