export interface SampleSize {
  readonly tables: number;
  readonly columns: number;
  readonly indexes: number;
  readonly foreignKeys: number;
}

/**
 * DDL of a database with exactly these numbers of objects: each table has a primary key, an identity or a default here
 * and there, and its share of columns, indexes (the one of the primary key counts) and foreign keys.
 */
export function* sampleSchema({ tables, columns, indexes, foreignKeys }: SampleSize): Generator<string> {
  for (let table = 0; table < tables; table += 1) {
    const width = share(columns, tables, table);
    const definitions = Array.from(
      { length: width - 1 },
      (_, column) => `c${column} ${COLUMN_TYPES[column % COLUMN_TYPES.length]}`,
    );
    yield `CREATE TABLE t${table} (id bigint PRIMARY KEY, ${definitions.join(", ")})`;
    for (let index = 1; index < share(indexes, tables, table); index += 1) {
      yield `CREATE INDEX t${table}_i${index} ON t${table} (${INDEX_KEYS[index % INDEX_KEYS.length]})`;
    }
  }
  for (let key = 0; key < foreignKeys; key += 1) {
    const from = key % tables;
    const to = (key * 7 + 1) % tables;
    yield `ALTER TABLE t${from} ADD CONSTRAINT t${from}_fk${key} FOREIGN KEY (c${key % 2 === 0 ? 0 : 5}) REFERENCES t${to}`;
  }
}

const COLUMN_TYPES = [
  "bigint",
  "text NOT NULL DEFAULT 'none'",
  "timestamptz NOT NULL DEFAULT now()",
  "numeric(12,2)",
  "boolean NOT NULL DEFAULT false",
  "bigint",
  "varchar(80)",
  "jsonb",
  "integer CHECK (c8 > 0)",
] as const;

const INDEX_KEYS = ["c0", "c2 DESC", "c1, c2", "lower(c1)", "c5) WHERE (c4"] as const;

/** Splits `total` over `parts` so that the sum is exact. */
function share(total: number, parts: number, part: number): number {
  return Math.floor(((part + 1) * total) / parts) - Math.floor((part * total) / parts);
}
