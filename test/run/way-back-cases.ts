/** A migration that is planned online, and the database that it finds. */
export interface WayBackCase {
  readonly name: string;
  /** Tables with rows. */
  readonly given: string;
  readonly migration: string;
}

/** A partition in the first level, and two in the second; columns of some cannot be null before. */
const TREE = `CREATE TABLE measure (sensor int, at date, value numeric) PARTITION BY RANGE (at);
  CREATE TABLE measure_2024 PARTITION OF measure FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
  CREATE TABLE measure_2025 PARTITION OF measure FOR VALUES FROM ('2025-01-01') TO ('2026-01-01') PARTITION BY LIST (sensor);
  CREATE TABLE measure_2025_odd PARTITION OF measure_2025 FOR VALUES IN (1, 3);
  CREATE TABLE measure_2025_rest PARTITION OF measure_2025 DEFAULT;
  INSERT INTO measure SELECT g % 4, date '2024-01-01' + g, g FROM generate_series(1, 700) g;`;

export const WAY_BACK_CASES: readonly WayBackCase[] = [
  {
    name: "a primary key of a partitioned table whose columns could be null",
    given: TREE,
    migration: "ALTER TABLE measure ADD PRIMARY KEY (sensor, at)",
  },
  {
    name: "a primary key of a partitioned table, where a partition had one of the columns NOT NULL",
    given: `${TREE} ALTER TABLE measure_2024 ALTER sensor SET NOT NULL; ALTER TABLE measure_2025_odd ALTER at SET NOT NULL;`,
    migration: "ALTER TABLE measure ADD CONSTRAINT pk PRIMARY KEY (sensor, at)",
  },
  {
    name: "an index of a partitioned table that was dropped",
    given: `${TREE} CREATE INDEX mine ON measure_2024 (value); CREATE INDEX by_value ON measure (value); COMMENT ON INDEX mine IS 'x';`,
    migration: "DROP INDEX by_value; CREATE INDEX instead ON measure (at, value)",
  },
  {
    name: "the type of a column of a partitioned table with an index",
    given: `${TREE} ALTER TABLE measure ADD COLUMN kind text; CREATE INDEX mine ON measure_2024 (kind); CREATE INDEX by_kind ON measure (kind);`,
    migration: "ALTER TABLE measure ALTER kind TYPE varchar",
  },
  {
    name: "the type of a column that views show",
    given: `CREATE TABLE thing (id int PRIMARY KEY, kind text); INSERT INTO thing VALUES (1, 1);
      CREATE VIEW kinds WITH (security_barrier) AS SELECT id, kind FROM thing; CREATE VIEW many AS SELECT kind, count(*) FROM kinds GROUP BY kind;
      GRANT SELECT ON kinds TO PUBLIC; GRANT UPDATE (kind) ON kinds TO pg_monitor; COMMENT ON VIEW kinds IS 'kinds'; COMMENT ON COLUMN many.kind IS 'the kind';
      CREATE RULE nothing AS ON DELETE TO kinds DO INSTEAD NOTHING; ALTER VIEW kinds ALTER kind SET DEFAULT '7';`,
    migration: "ALTER TABLE thing ALTER kind TYPE varchar",
  },
];
