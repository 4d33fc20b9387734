/** A plan whose estimate is held against what it takes. */
export interface AccuracyCase {
  readonly name: string;
  /** SQL of the migration, or a TypeScript module. */
  readonly sql: string;
  readonly isModule?: true;
  /** The database that it runs in a copy of. */
  readonly template: string;
  /** Of the table that it works on, when that was filled. */
  readonly rows: number;
  /** What that table has been through. */
  readonly on: string;
}

const direct = (sql: string): string => `-- lockkeeper: mode direct\n${sql}`;
const module = (steps: string): string => `export default { steps: [${steps}] };\n`;

/** Two tables as applications have them: accounts, and many times as many items with three indexes. Packed and vacuumed. */
export const knownSchema = (rows: number): string => `
CREATE TYPE mood AS ENUM ('calm', 'glad', 'sad');
CREATE TABLE accounts (id int PRIMARY KEY, email text NOT NULL);
INSERT INTO accounts SELECT i, 'user' || i || '@example.org' FROM generate_series(1, ${Math.max(10, Math.round(rows / 20))}) AS i;
CREATE TABLE items (id int NOT NULL, account int NOT NULL, state text, mood mood NOT NULL, total numeric(12,2), code text NOT NULL, note text, at timestamptz NOT NULL);
INSERT INTO items SELECT i, 1 + hashint4(i) % ${Math.max(10, Math.round(rows / 20))} + CASE WHEN hashint4(i) < 0 THEN ${Math.max(10, Math.round(rows / 20))} - 1 ELSE 0 END,
  (ARRAY['open', 'paid', 'sent'])[1 + i % 3], (ARRAY['calm', 'glad', 'sad'])[1 + i % 3]::mood, (i % 100000) / 7.0, md5(i::text), repeat('note ', 4 + i % 9), '2026-01-01'::timestamptz + i * interval '1 minute'
  FROM generate_series(1, ${rows}) AS i;
UPDATE items SET account = 1 WHERE account < 1;
ALTER TABLE items ADD PRIMARY KEY (id);
CREATE INDEX items_account ON items (account);
CREATE INDEX items_at ON items (at);
`;

/** Plans that the model was made by: that it meets these says that it still does, and not how good it is. */
export const knownCases = (template: string, rows: number): readonly AccuracyCase[] =>
  KNOWN.map((one) => ({ ...one, template, rows, on: "packed" }));

const KNOWN: readonly Pick<AccuracyCase, "name" | "sql" | "isModule">[] = [
  { name: "int to bigint", sql: "ALTER TABLE items ALTER COLUMN account TYPE bigint;" },
  { name: "int to bigint, as written", sql: direct("ALTER TABLE items ALTER COLUMN account TYPE bigint;") },
  { name: "text to numeric by USING", sql: "ALTER TABLE items ALTER COLUMN state TYPE numeric USING length(state);" },
  { name: "column with a volatile default", sql: "ALTER TABLE items ADD COLUMN token uuid DEFAULT gen_random_uuid();" },
  { name: "the same as written", sql: direct("ALTER TABLE items ADD COLUMN token uuid DEFAULT gen_random_uuid();") },
  { name: "column with a constant default", sql: "ALTER TABLE items ADD COLUMN flag boolean NOT NULL DEFAULT false;" },
  { name: "SET NOT NULL", sql: "ALTER TABLE items ALTER COLUMN total SET NOT NULL;" },
  { name: "CHECK", sql: "ALTER TABLE items ADD CHECK (total >= 0);" },
  { name: "foreign key", sql: "ALTER TABLE items ADD FOREIGN KEY (account) REFERENCES accounts;" },
  { name: "unique key", sql: "ALTER TABLE items ADD UNIQUE (code);" },
  { name: "index on text", sql: "CREATE INDEX ON items (code);" },
  { name: "index with many equal keys", sql: "CREATE INDEX ON items (state);" },
  { name: "index of two columns, as written", sql: direct("CREATE INDEX ON items (account, at);") },
  { name: "partial index", sql: "CREATE INDEX ON items (at) WHERE total IS NOT NULL;" },
  { name: "REINDEX", sql: "REINDEX TABLE items;" },
  { name: "DROP INDEX", sql: "DROP INDEX items_account;" },
  { name: "drop column", sql: "ALTER TABLE items DROP COLUMN note;" },
  { name: "UPDATE of a third", sql: "UPDATE items SET note = 'none' WHERE state = 'open';" },
  { name: "UPDATE of all", sql: "UPDATE items SET note = 'none';" },
  { name: "UPDATE of an indexed column", sql: "UPDATE items SET at = at + interval '1 day' WHERE state = 'paid';" },
  { name: "DELETE of a third", sql: "DELETE FROM items WHERE state = 'sent';" },
  { name: "enum gets a value", sql: "ALTER TYPE mood ADD VALUE 'new';" },
  {
    name: "stored generated column",
    sql: "ALTER TABLE items ADD COLUMN cents bigint GENERATED ALWAYS AS ((total * 100)::bigint) STORED;",
  },
  {
    name: "the same as written",
    sql: direct("ALTER TABLE items ADD COLUMN cents bigint GENERATED ALWAYS AS ((total * 100)::bigint) STORED;"),
  },
  {
    name: "another primary key",
    sql: direct("ALTER TABLE items DROP CONSTRAINT items_pkey, ADD PRIMARY KEY (id, at);"),
  },
  { name: "rename of a column", sql: "ALTER TABLE items RENAME COLUMN note TO remark;" },
  { name: "VACUUM FULL beside the table", sql: "VACUUM FULL items;" },
  { name: "CLUSTER as written", sql: direct("CLUSTER items USING items_at;") },
  {
    name: "partitions by range",
    isModule: true,
    sql: module(
      `{ partitionTable: { table: "items", by: "range", columns: ["at"], existing: { name: "items_past", to: "2040-01-01" },
        partitions: [{ name: "items_2040", from: "2040-01-01", to: "2041-01-01" }], keys: { items_pkey: ["id", "at"] } } }`,
    ),
  },
  {
    name: "partitions by hash",
    isModule: true,
    sql: module(`{ partitionTable: { table: "items", by: "hash", columns: ["id"], partitions: 4 } }`),
  },
];
