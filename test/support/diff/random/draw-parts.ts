import type { Draft, DrawnRelation } from "./part.ts";

const number = (draft: Draft): number => draft.parts.length;

/** Types, functions and sequences: what tables are made of. */
export function drawMaterial(draft: Draft): void {
  const { dice } = draft;
  const schema = draft.add({
    id: "schema app",
    needs: [],
    ways: ["CREATE SCHEMA app", "CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO pg_monitor"],
  });
  for (let count = dice.below(3); count > 0; count -= 1) {
    const name = `app.e${number(draft)}`;
    const part = draft.add({
      id: `enum ${name}`,
      needs: [schema],
      ways: ["'a', 'b'", "'a', 'b', 'c'", "'b', 'a'", "'z', 'a', 'x', 'b'"].map(
        (labels) => `CREATE TYPE ${name} AS ENUM (${labels})`,
      ),
    });
    draft.enums.push({ part, name });
  }
  for (let count = 1 + dice.below(3); count > 0; count -= 1) {
    const name = `f${number(draft)}`;
    const part = draft.add({
      id: `function ${name}`,
      needs: [],
      ways: [
        ["x int", "", "x"],
        ["x int", "", "x + 1"],
        ["y int", "", "y"],
        ["x int", "STRICT PARALLEL SAFE", "x"],
        ["x int DEFAULT 7", "", "x"],
      ].map(
        ([argument, options, body]) =>
          `CREATE FUNCTION ${name}(${argument}) RETURNS int IMMUTABLE ${options} LANGUAGE sql AS 'SELECT ${body}'`,
      ),
    });
    draft.functions.push({ part, name });
  }
  for (let count = dice.below(3); count > 0; count -= 1) {
    const name = `d${number(draft)}`;
    const called = dice.pick(draft.functions);
    const part = draft.add({
      id: `domain ${name}`,
      needs: [called.part],
      ways: [
        "int",
        "int DEFAULT 3",
        `int CONSTRAINT c CHECK (${called.name}(VALUE::int) > -100)`,
        "bigint CONSTRAINT c CHECK (VALUE > -100)",
      ].map((base) => `CREATE DOMAIN ${name} AS ${base}`),
    });
    draft.domains.push({ part, name });
  }
  const triggerFunction = draft.add({
    id: "trigger function",
    needs: [],
    ways: ["RETURN NEW;", "RETURN NEW; -- as it is"].map(
      (body) => `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${body}\nEND$$`,
    ),
  });
  draft.triggerFunctions.push({ part: triggerFunction, name: "tf" });
  for (let count = dice.below(2); count > 0; count -= 1) {
    const name = `app.s${number(draft)}`;
    const part = draft.add({
      id: `sequence ${name}`,
      needs: [schema],
      ways: ["", "INCREMENT 2", "AS int MAXVALUE 5000", "CACHE 5 CYCLE"].map(
        (options) => `CREATE SEQUENCE ${name} ${options}`,
      ),
    });
    draft.sequences.push({ part, name });
  }
}

/** Tables with columns, keys and partitions. */
export function drawTables(draft: Draft): void {
  const { dice } = draft;
  for (let count = 2 + dice.below(3); count > 0; count -= 1) {
    const partitioned = dice.chance(0.25);
    const name = dice.chance(0.3) ? `app."T ${number(draft)}"` : `t${number(draft)}`;
    const part = draft.add({
      id: `table ${name}`,
      needs: name.startsWith("app.") ? ["schema app"] : [],
      ways: partitioned
        ? [`CREATE TABLE ${name} (id int NOT NULL) PARTITION BY RANGE (id)`]
        : ["", " WITH (fillfactor = 70)", "; COMMENT ON TABLE NAME IS 'a table'"].map(
            (tail) => `CREATE TABLE ${name} (id int NOT NULL)${tail.replace("NAME", name)}`,
          ),
    });
    const relation: DrawnRelation = { part, name, kind: partitioned ? "partitioned" : "table" };
    draft.relations.push(relation);
    draft.rows.push(`INSERT INTO ${name} (id) VALUES (1)`);
    for (let columns = 1 + dice.below(4); columns > 0; columns -= 1) {
      drawColumn(draft, relation);
    }
    if (dice.chance(0.7)) {
      const key = draft.add({
        id: `key of ${name}`,
        needs: [part],
        ways: [
          `ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
          `ALTER TABLE ${name} ADD CONSTRAINT k${number(draft)} PRIMARY KEY (id)`,
        ],
      });
      draft.keys.push({ part: key, relation });
    }
    if (partitioned) {
      drawPartitions(draft, relation);
    } else if (dice.chance(0.2)) {
      drawChild(draft, relation);
    }
  }
}

function drawPartitions(draft: Draft, { part, name }: DrawnRelation): void {
  for (let place = draft.dice.below(3); place >= 0; place -= 1) {
    const partition = `pa${number(draft)}`;
    const needs = [
      part,
      ...draft.columns.filter((column) => column.relation.part === part).map((column) => column.part),
    ];
    const id = draft.add({
      id: `partition ${partition}`,
      needs,
      ways: [
        `CREATE TABLE ${partition} PARTITION OF ${name} FOR VALUES FROM (${place * 100}) TO (${place * 100 + 50})`,
        `CREATE TABLE ${partition} PARTITION OF ${name} FOR VALUES FROM (${place * 100}) TO (${place * 100 + 100})`,
        `CREATE TABLE ${partition} (LIKE ${name} INCLUDING DEFAULTS)`,
      ],
    });
    draft.relations.push({ part: id, name: partition, kind: "partition" });
  }
}

function drawChild(draft: Draft, { part, name }: DrawnRelation): void {
  const child = `ch${number(draft)}`;
  const id = draft.add({
    id: `child ${child}`,
    needs: [part],
    ways: ["", "extra int", "extra bigint DEFAULT 5"].map(
      (columns) => `CREATE TABLE ${child} (${columns}) INHERITS (${name})`,
    ),
  });
  draft.relations.push({ part: id, name: child, kind: "table" });
  draft.rows.push(`INSERT INTO ${child} (id) VALUES (2)`);
}

function drawColumn(draft: Draft, relation: DrawnRelation): void {
  const { dice } = draft;
  const name = dice.chance(0.1) ? `"c ${number(draft)}"` : `c${number(draft)}`;
  const add = (
    needs: readonly string[],
    holds: "number" | "text" | "enum" | "nothing",
    types: readonly string[],
  ): void => {
    const part = draft.add({
      id: `column ${relation.name}.${name}`,
      needs: [relation.part, ...needs],
      ways: types.map((type) => `ALTER TABLE ${relation.name} ADD COLUMN ${name} ${type}`),
    });
    if (holds !== "nothing") {
      draft.columns.push({ part, relation, name, holds });
    }
  };
  const called = dice.pick(draft.functions);
  const choices: (() => void)[] = [
    () =>
      add([], "number", [
        "int DEFAULT 3",
        "bigint DEFAULT 3",
        "numeric DEFAULT 3",
        "int NOT NULL DEFAULT 4",
        "bigint DEFAULT 5",
      ]),
    () =>
      add([], "text", [
        "text DEFAULT 'y'",
        "varchar(30) DEFAULT 'z'",
        "text NOT NULL DEFAULT 'x'",
        "text COLLATE \"C\" DEFAULT 'y'",
      ]),
    () =>
      add([called.part], "number", [`int DEFAULT ${called.name}(3)`, "int", `bigint DEFAULT ${called.name}(4) + 1`]),
    () =>
      add(
        [called.part],
        "number",
        ["2", "3"].map((factor) => `int GENERATED ALWAYS AS (${called.name}(id) * ${factor}) STORED`),
      ),
  ];
  if (draft.enums.length > 0) {
    const type = dice.pick(draft.enums);
    choices.push(() =>
      add([type.part], "enum", [
        `${type.name} DEFAULT 'b'`,
        `${type.name} NOT NULL DEFAULT 'b'`,
        `${type.name} DEFAULT 'a'`,
      ]),
    );
    choices.push(() => add([type.part], "nothing", [`${type.name}[]`, `${type.name}[] DEFAULT '{a}'`]));
  }
  if (draft.domains.length > 0) {
    const type = dice.pick(draft.domains);
    choices.push(() => add([type.part], "number", [type.name, `${type.name} DEFAULT 9`]));
  }
  if (draft.sequences.length > 0) {
    const sequence = dice.pick(draft.sequences);
    choices.push(() =>
      add([sequence.part], "number", [
        `bigint DEFAULT nextval('${sequence.name}')`,
        "bigint DEFAULT 1",
        "bigint NOT NULL DEFAULT 0",
      ]),
    );
  }
  if (relation.kind === "table") {
    choices.push(() =>
      add([], "number", [
        "int GENERATED ALWAYS AS IDENTITY",
        "int GENERATED BY DEFAULT AS IDENTITY (INCREMENT 3)",
        "serial",
        "int NOT NULL DEFAULT 1",
      ]),
    );
  }
  dice.pick(choices)();
}
