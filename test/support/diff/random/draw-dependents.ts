import type { Draft, DrawnColumn, DrawnRelation } from "./part.ts";

const number = (draft: Draft): number => draft.parts.length;
const isTable = ({ kind }: DrawnRelation): boolean =>
  kind === "table" || kind === "partitioned" || kind === "partition";

/** What stands on tables: constraints, indexes, views, triggers, policies, privileges, comments, … */
export function drawDependents(draft: Draft): void {
  const { dice } = draft;
  for (let count = 8 + dice.below(14); count > 0; count -= 1) {
    dice.pick(KINDS)(draft);
  }
}

const withColumn =
  (holds: DrawnColumn["holds"], draw: (draft: Draft, column: DrawnColumn) => void) =>
  (draft: Draft): void => {
    const columns = draft.columns.filter((column) => column.holds === holds);
    if (columns.length > 0) {
      draw(draft, draft.dice.pick(columns));
    }
  };

const withTable =
  (draw: (draft: Draft, table: DrawnRelation) => void) =>
  (draft: Draft): void =>
    draw(draft, draft.dice.pick(draft.relations.filter(isTable)));

const check = withColumn("number", (draft, { part, relation, name }) => {
  const called = draft.dice.pick(draft.functions);
  const constraint = `ck${number(draft)}`;
  draft.add({
    id: `check ${constraint}`,
    needs: [part, called.part],
    ways: [`${name} > -5`, `${name} > -6`, `${called.name}(${name}::int) > -9`, `${name} > -5) NOT VALID --`].map(
      (condition) =>
        condition.endsWith("--")
          ? `ALTER TABLE ${relation.name} ADD CONSTRAINT ${constraint} CHECK (${condition.slice(0, -3)}`
          : `ALTER TABLE ${relation.name} ADD CONSTRAINT ${constraint} CHECK (${condition})`,
    ),
  });
});

const index = withColumn("number", (draft, { part, relation, name }) => {
  const called = draft.dice.pick(draft.functions);
  const made = `i${number(draft)}`;
  draft.add({
    id: `index ${made}`,
    needs: [part, called.part],
    ways: [
      `(${name})`,
      `(${name} DESC) INCLUDE (id)`,
      `(${called.name}(${name}::int))`,
      `(id, ${name}) WHERE ${name} > 3`,
    ].map((keys) => `CREATE INDEX ${made} ON ${relation.name} ${keys}`),
  });
});

const textIndex = withColumn("text", (draft, { part, relation, name }) => {
  const made = `i${number(draft)}`;
  draft.add({
    id: `index ${made}`,
    needs: [part],
    ways: [`(lower(${name}))`, `(${name} text_pattern_ops)`, `(${name}) WHERE ${name} <> 'q'`].map(
      (keys) => `CREATE INDEX ${made} ON ${relation.name} ${keys}`,
    ),
  });
});

const enumIndex = withColumn("enum", (draft, { part, relation, name }) => {
  const made = `i${number(draft)}`;
  draft.add({
    id: `index ${made}`,
    needs: [part],
    ways: [`(${name})`, `(id) WHERE ${name} = 'a'`, `(id) WHERE ${name} = 'b'`].map(
      (keys) => `CREATE INDEX ${made} ON ${relation.name} ${keys}`,
    ),
  });
});

const unique = withColumn("number", (draft, { part, relation, name }) => {
  const constraint = `u${number(draft)}`;
  draft.add({
    id: `unique ${constraint}`,
    needs: [part],
    ways: [`UNIQUE (id, ${name})`, `UNIQUE (id, ${name}) DEFERRABLE`, `UNIQUE (${name}, id)`].map(
      (key) => `ALTER TABLE ${relation.name} ADD CONSTRAINT ${constraint} ${key}`,
    ),
  });
});

const foreignKey = withTable((draft, table) => {
  if (draft.keys.length === 0) {
    return;
  }
  const { part, relation } = draft.dice.pick(draft.keys);
  const column = `ref${number(draft)}`;
  // A table's partitions get the columns of the table.
  if (table.kind === "partition" || relation.part === table.part) {
    return;
  }
  const columnPart = draft.add({
    id: `column ${table.name}.${column}`,
    needs: [table.part],
    ways: [`ALTER TABLE ${table.name} ADD COLUMN ${column} int`],
  });
  draft.add({
    id: `foreign key ${column}`,
    needs: [columnPart, part],
    ways: ["", "ON DELETE CASCADE", "DEFERRABLE INITIALLY DEFERRED", "ON UPDATE SET NULL"].map(
      (tail) =>
        `ALTER TABLE ${table.name} ADD CONSTRAINT fk_${column} FOREIGN KEY (${column}) REFERENCES ${relation.name} (id) ${tail}`,
    ),
  });
});

const view = (draft: Draft): void => {
  const { dice } = draft;
  const from = dice.pick(draft.relations);
  const other = dice.pick(draft.relations);
  const called = dice.pick(draft.functions);
  const columns = draft.columns.filter(({ relation }) => relation.part === from.part);
  const column = columns.length > 0 ? dice.pick(columns) : undefined;
  const extra = column === undefined ? "o.id AS c" : `o.${column.name} AS c`;
  const materialized = dice.chance(0.2);
  const name = `v${number(draft)}`;
  const kind = materialized ? "MATERIALIZED VIEW" : "VIEW";
  const part = draft.add({
    id: `view ${name}`,
    needs: [from.part, other.part, called.part, ...(column === undefined ? [] : [column.part])],
    ways: [
      `SELECT o.id, ${extra} FROM ${from.name} o`,
      `SELECT ${extra}, o.id FROM ${from.name} o WHERE o.id > 0`,
      `SELECT o.id, ${called.name}(o.id) AS f FROM ${from.name} o JOIN ${other.name} p ON p.id = o.id`,
      `SELECT id FROM ${other.name}`,
    ].map((query) => `CREATE ${kind} ${name} AS ${query}`),
  });
  draft.relations.push({ part, name, kind: materialized ? "materialized view" : "view" });
  if (materialized && dice.chance(0.5)) {
    draft.add({
      id: `index of ${name}`,
      needs: [part],
      ways: [`CREATE INDEX ${name}_id ON ${name} (id)`, `CREATE INDEX ${name}_id ON ${name} (id DESC)`],
    });
  }
};

const trigger = withTable((draft, table) => {
  const { part, name } = draft.dice.pick(draft.triggerFunctions);
  const called = draft.dice.pick(draft.functions);
  const made = `tg${number(draft)}`;
  draft.add({
    id: `trigger ${made}`,
    needs: [table.part, part, called.part],
    ways: [
      `CREATE TRIGGER ${made} BEFORE UPDATE OF id ON ${table.name} FOR EACH ROW EXECUTE FUNCTION ${name}()`,
      `CREATE TRIGGER ${made} AFTER INSERT OR UPDATE ON ${table.name} FOR EACH ROW WHEN (${called.name}(NEW.id) > 5) EXECUTE FUNCTION ${name}('x')`,
      `CREATE TRIGGER ${made} AFTER INSERT ON ${table.name} FOR EACH ROW EXECUTE FUNCTION ${name}(); ALTER TABLE ${table.name} DISABLE TRIGGER ${made}; COMMENT ON TRIGGER ${made} ON ${table.name} IS 'off'`,
    ],
  });
});

const policy = withTable((draft, table) => {
  const called = draft.dice.pick(draft.functions);
  const other = draft.dice.pick(draft.relations);
  const made = `po${number(draft)}`;
  draft.add({
    id: `policy ${made}`,
    needs: [table.part, called.part, other.part],
    ways: [
      `CREATE POLICY ${made} ON ${table.name} USING (id > 0)`,
      `CREATE POLICY ${made} ON ${table.name} FOR UPDATE TO pg_monitor USING (${called.name}(id) > 0) WITH CHECK (id < 1000)`,
      `CREATE POLICY ${made} ON ${table.name} AS RESTRICTIVE USING (EXISTS (SELECT FROM ${other.name} o WHERE o.id = ${table.name}.id))`,
    ],
  });
});

const statistics = withColumn("number", (draft, { part, relation, name }) => {
  const made = `st${number(draft)}`;
  draft.add({
    id: `statistics ${made}`,
    needs: [part],
    ways: [
      `CREATE STATISTICS ${made} ON id, ${name} FROM ${relation.name}`,
      `CREATE STATISTICS ${made} (mcv) ON id, ${name} FROM ${relation.name}; ALTER STATISTICS ${made} SET STATISTICS 20`,
      `CREATE STATISTICS ${made} ON (id + 1), ${name} FROM ${relation.name}`,
    ],
  });
});

const publication = (draft: Draft): void => {
  const columns = draft.columns.filter(({ relation, holds }) => holds === "text" && relation.kind === "table");
  if (columns.length === 0) {
    return;
  }
  const { part, relation, name } = draft.dice.pick(columns);
  const made = `pu${number(draft)}`;
  draft.add({
    id: `publication ${made}`,
    needs: [part],
    ways: [
      `FOR TABLE ${relation.name}`,
      `FOR TABLE ${relation.name} (id, ${name})`,
      `FOR TABLE ONLY ${relation.name} WHERE (${name} <> 'q')`,
      "WITH (publish = 'insert')",
    ].map((what) => `CREATE PUBLICATION ${made} ${what}`),
  });
};

const comment = withColumn("number", (draft, { part, relation, name }) => {
  draft.add({
    id: `comment ${number(draft)}`,
    needs: [part],
    ways: ["one", "two"].map((text) => `COMMENT ON COLUMN ${relation.name}.${name} IS '${text}'`),
  });
});

const grant = (draft: Draft): void => {
  const relation = draft.dice.pick(draft.relations);
  draft.add({
    id: `grant ${number(draft)}`,
    needs: [relation.part],
    ways: ["SELECT ON", "SELECT, UPDATE ON", "SELECT (id) ON"].map(
      (what) => `GRANT ${what} ${relation.name} TO pg_monitor`,
    ),
  });
};

const owner = (draft: Draft): void => {
  const relation = draft.dice.pick(draft.relations.filter(({ kind }) => kind !== "materialized view"));
  draft.add({
    id: `owner of ${relation.name} ${number(draft)}`,
    needs: [relation.part],
    ways: ["pg_monitor", "pg_read_all_data"].map((role) => `ALTER TABLE ${relation.name} OWNER TO ${role}`),
  });
};

const relationComment = (draft: Draft): void => {
  const relation = draft.dice.pick(draft.relations);
  const kind =
    relation.kind === "view" || relation.kind === "materialized view" ? relation.kind.toUpperCase() : "TABLE";
  draft.add({
    id: `comment ${number(draft)}`,
    needs: [relation.part],
    ways: ["one", "two"].map((text) => `COMMENT ON ${kind} ${relation.name} IS '${text}'`),
  });
};

const boundFunction = (draft: Draft): void => {
  const relation = draft.dice.pick(draft.relations);
  const name = `g${number(draft)}`;
  const part = draft.add({
    id: `function ${name}`,
    needs: [relation.part],
    ways: [
      `CREATE FUNCTION ${name}(n int) RETURNS int IMMUTABLE LANGUAGE sql BEGIN ATOMIC SELECT max(id) FROM ${relation.name}; END`,
      `CREATE FUNCTION ${name}(n int, r ${relation.name} DEFAULT NULL) RETURNS int IMMUTABLE LANGUAGE sql AS 'SELECT 1'`,
      `CREATE FUNCTION ${name}(n int) RETURNS int IMMUTABLE LANGUAGE plpgsql AS 'BEGIN RETURN 1; END'; REVOKE EXECUTE ON FUNCTION ${name}(int) FROM public`,
    ],
  });
  draft.functions.push({ part, name });
};

const aggregate = (draft: Draft): void => {
  const called = draft.dice.pick(draft.functions);
  const name = `ag${number(draft)}`;
  draft.add({
    id: `aggregate ${name}`,
    needs: [called.part],
    ways: ["", ", INITCOND = '0'"].map((tail) => `CREATE AGGREGATE ${name} (int) (SFUNC = int4pl, STYPE = int${tail})`),
  });
};

const rowSecurity = withTable((draft, { part, name }) => {
  draft.add({
    id: `row security ${number(draft)}`,
    needs: [part],
    ways: ["ENABLE ROW LEVEL SECURITY", "ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY"].map(
      (what) => `ALTER TABLE ${name} ${what}`,
    ),
  });
});

const KINDS: readonly ((draft: Draft) => void)[] = [
  check,
  check,
  index,
  index,
  textIndex,
  enumIndex,
  unique,
  foreignKey,
  foreignKey,
  view,
  view,
  view,
  trigger,
  policy,
  policy,
  statistics,
  publication,
  comment,
  grant,
  owner,
  relationComment,
  boundFunction,
  aggregate,
  rowSecurity,
];
