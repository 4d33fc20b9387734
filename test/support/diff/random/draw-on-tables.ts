import type { Draft, DrawnColumn, DrawnRelation } from "./part.ts";

const number = (draft: Draft): number => draft.parts.length;

const isTable = ({ kind }: DrawnRelation): boolean =>
  kind === "table" || kind === "partitioned" || kind === "partition";

type Draw = (draft: Draft) => void;

const withColumn =
  (holds: DrawnColumn["holds"], draw: (draft: Draft, column: DrawnColumn) => void): Draw =>
  (draft) => {
    const columns = draft.columns.filter((column) => column.holds === holds);
    if (columns.length > 0) {
      draw(draft, draft.dice.pick(columns));
    }
  };

export const withTable =
  (draw: (draft: Draft, table: DrawnRelation) => void): Draw =>
  (draft) =>
    draw(draft, draft.dice.pick(draft.relations.filter(isTable)));

const check = withColumn("number", (draft, { parts, relation, name }) => {
  const called = draft.dice.pick(draft.functions);
  const constraint = draft.name("ck");
  draft.add(
    {
      id: `check ${constraint}`,
      needs: [...parts, called.part],
      ways: [
        `(${name} > -5)`,
        `(${name} > -6)`,
        `(${called.name}(${name}::int) > -9)`,
        `(${name} > -5) NOT VALID`,
        ...(relation.kind === "partitioned" ? [] : [`(${name} > -5) NO INHERIT`]),
      ].map((condition) => `ALTER TABLE ${relation.name} ADD CONSTRAINT ${constraint} CHECK ${condition}`),
    },
    `CONSTRAINT ${constraint} ON ${relation.name}`,
  );
});

const indexWith = (
  draft: Draft,
  { parts, relation }: DrawnColumn,
  needs: readonly string[],
  keys: readonly string[],
): void => {
  const made = draft.name("i");
  const schema = relation.name.startsWith("app.") ? "app." : "";
  draft.add(
    {
      id: `index ${made}`,
      needs: [...parts, ...needs],
      ways: keys.map((one) => `CREATE INDEX ${made} ON ${relation.name} ${one}`),
    },
    `INDEX ${schema}${made}`,
  );
};

const index = withColumn("number", (draft, column) => {
  const called = draft.dice.pick(draft.functions);
  const { name, relation } = column;
  const made = draft.dice.chance(0.2) ? draft.name("i") : undefined;
  if (made === undefined) {
    indexWith(
      draft,
      column,
      [called.part],
      [
        `(${name})`,
        `(${name} DESC) INCLUDE (id)`,
        `(${called.name}(${name}::int))`,
        `(id, ${name}) WHERE ${name} > 3`,
        `(${name}) WITH (fillfactor = 60)`,
        `USING brin (${name})`,
      ],
    );
    return;
  }
  // The server chooses the name.
  draft.add({
    id: `index ${made}`,
    needs: column.parts,
    ways: [`(${name})`, `(${name}, id)`, `((${name} + 1))`].map((keys) => `CREATE INDEX ON ${relation.name} ${keys}`),
  });
});

const textIndex = withColumn("text", (draft, column) =>
  indexWith(
    draft,
    column,
    [],
    [`(lower(${column.name}))`, `(${column.name} text_pattern_ops)`, `(${column.name}) WHERE ${column.name} <> 'q'`],
  ),
);

const enumIndex = withColumn("enum", (draft, column) =>
  indexWith(
    draft,
    column,
    [],
    [`(${column.name})`, `(id) WHERE ${column.name} = 'a'`, `(id) WHERE ${column.name} = 'b'`],
  ),
);

const compositeIndex = withColumn("composite", (draft, column) =>
  indexWith(draft, column, [], [`(((${column.name}).x))`, `((((${column.name}).x + 1)))`]),
);

const unique = withColumn("number", (draft, { parts, relation, name }) => {
  const constraint = draft.name("u");
  const isMarked = relation.kind === "table" && draft.dice.chance(0.3);
  const part = draft.add(
    {
      id: `unique ${constraint}`,
      needs: parts,
      ways: [
        `UNIQUE (id, ${name})`,
        `UNIQUE (id, ${name}) DEFERRABLE`,
        `UNIQUE (${name}, id)`,
        `UNIQUE NULLS NOT DISTINCT (${name}, id)`,
      ].map((key) => `ALTER TABLE ${relation.name} ADD CONSTRAINT ${constraint} ${key}`),
    },
    `CONSTRAINT ${constraint} ON ${relation.name}`,
  );
  if (isMarked) {
    draft.add({
      id: `mark ${number(draft)}`,
      needs: [part],
      ways: [`CLUSTER ON ${constraint}`, "REPLICA IDENTITY FULL", "REPLICA IDENTITY NOTHING"].map(
        (mark) => `ALTER TABLE ${relation.name} ${mark}`,
      ),
    });
  }
});

const exclusion = withTable((draft, { part, name, kind }) => {
  if (kind !== "table") {
    return;
  }
  const constraint = draft.name("ex");
  draft.add(
    {
      id: `exclusion ${constraint}`,
      needs: [part],
      ways: ["int4range(id, id + 1) WITH &&", "int4range(id, id + 1) WITH =", "point(id, id) WITH ~="].map(
        (element) =>
          `ALTER TABLE ${name} ADD CONSTRAINT ${constraint} EXCLUDE USING gist ((${element.replace(" WITH", ") WITH")})`,
      ),
    },
    `CONSTRAINT ${constraint} ON ${name}`,
  );
});

const foreignKey = withTable((draft, table) => {
  // A table's partitions get the columns of the table.
  if (draft.keys.length === 0 || draft.parts.some(({ id }) => id === table.part && id.startsWith("partition "))) {
    return;
  }
  const { part, relation } = draft.dice.pick(draft.keys);
  const column = draft.name("ref");
  const constraint = draft.name("fk");
  const columnPart = draft.add({
    id: `column ${table.name}.${column}`,
    needs: [table.part],
    ways: [`ALTER TABLE ${table.name} ADD COLUMN ${column} int`],
  });
  draft.add(
    {
      id: `foreign key ${constraint}`,
      needs: [columnPart, part],
      ways: [
        "",
        "ON DELETE CASCADE",
        "DEFERRABLE INITIALLY DEFERRED",
        "ON UPDATE SET NULL",
        ...(table.kind === "partitioned" ? [] : ["NOT VALID"]),
      ].map(
        (tail) =>
          `ALTER TABLE ${table.name} ADD CONSTRAINT ${constraint} FOREIGN KEY (${column}) REFERENCES ${relation.name} (id) ${tail}`,
      ),
    },
    `CONSTRAINT ${constraint} ON ${table.name}`,
  );
});

const statistics = withColumn("number", (draft, { parts, relation, name }) => {
  const made = draft.name("st");
  draft.add(
    {
      id: `statistics ${made}`,
      needs: parts,
      ways: [
        `CREATE STATISTICS ${made} ON id, ${name} FROM ${relation.name}`,
        `CREATE STATISTICS ${made} (mcv) ON id, ${name} FROM ${relation.name}; ALTER STATISTICS ${made} SET STATISTICS 20`,
        `CREATE STATISTICS ${made} ON (id + 1), ${name} FROM ${relation.name}`,
        `CREATE STATISTICS ${made} ON id, ${name} FROM ${relation.name}; ALTER STATISTICS ${made} OWNER TO pg_monitor`,
      ],
    },
    `STATISTICS ${made}`,
  );
});

const partitionDefault = withColumn("number", (draft, { parts, relation, name }) => {
  if (relation.kind === "partition") {
    draft.add({
      id: `default ${number(draft)}`,
      needs: parts,
      ways: ["SET DEFAULT 77", "DROP DEFAULT", "SET STATISTICS 30"].map(
        (what) => `ALTER TABLE ${relation.name} ALTER COLUMN ${name} ${what}`,
      ),
    });
  }
});

/** Constraints, indexes and statistics. */
export const ON_TABLES: readonly Draw[] = [
  check,
  check,
  index,
  index,
  textIndex,
  enumIndex,
  compositeIndex,
  unique,
  exclusion,
  foreignKey,
  foreignKey,
  statistics,
  partitionDefault,
];
