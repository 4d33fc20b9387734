import { APP } from "./draw-material.ts";
import type { Draft, DrawnColumn, DrawnRelation } from "./part.ts";

/** Tables with columns, keys, partitions and heirs. */
export function drawTables(draft: Draft): void {
  const { dice } = draft;
  for (let count = 2 + dice.below(3); count > 0; count -= 1) {
    const partitioned = dice.chance(0.35);
    const name = dice.chance(0.3) ? `app.${draft.name("t")}` : draft.name("t");
    const part = draft.add(
      {
        id: `table ${name}`,
        needs: name.startsWith("app.") ? [APP] : [],
        ways: partitioned
          ? [`CREATE TABLE ${name} (id int NOT NULL) PARTITION BY RANGE (id)`]
          : ["", " WITH (fillfactor = 70)", " WITH (autovacuum_enabled = false, fillfactor = 80)"].map(
              (tail) => `CREATE TABLE ${name} (id int NOT NULL)${tail}`,
            ),
      },
      `TABLE ${name}`,
    );
    const relation: DrawnRelation = { part, name, kind: partitioned ? "partitioned" : "table" };
    draft.relations.push(relation);
    const hasHeir = !partitioned && dice.chance(0.25);
    if (!partitioned) {
      draft.rows.push(`INSERT INTO ${name} (id) VALUES (1)`);
    }
    for (let columns = 1 + dice.below(4); columns > 0; columns -= 1) {
      drawColumn(draft, relation, true);
    }
    if (dice.chance(0.7)) {
      drawKey(draft, relation);
    }
    if (partitioned) {
      drawPartitions(draft, relation, 0, WIDTH);
    } else if (hasHeir) {
      drawChild(draft, relation);
    }
    if (dice.chance(0.3)) {
      drawColumn(draft, relation, false);
    }
  }
  if (dice.chance(0.25)) {
    drawChanging(draft);
  }
}

function drawKey(draft: Draft, relation: DrawnRelation): void {
  const { part, name } = relation;
  const constraint = draft.name("k");
  const key = draft.add({
    id: `key of ${name}`,
    needs: [part],
    ways: [
      `ALTER TABLE ${name} ADD PRIMARY KEY (id)`,
      `ALTER TABLE ${name} ADD CONSTRAINT ${constraint} PRIMARY KEY (id)`,
    ],
  });
  draft.keys.push({ part: key, relation });
}

/** A table on the one side that is a view on the other. */
function drawChanging(draft: Draft): void {
  const name = draft.name("x");
  const part = draft.add({
    id: `relation ${name}`,
    needs: [],
    ways: [
      `CREATE TABLE ${name} (id int NOT NULL)`,
      `CREATE VIEW ${name} AS SELECT 1 AS id`,
      `CREATE MATERIALIZED VIEW ${name} AS SELECT 1 AS id`,
      `CREATE TABLE ${name} (id int) PARTITION BY LIST (id)`,
    ],
  });
  draft.relations.push({ part, name, kind: "changing" });
}

/** Thirds of it, thirds and halves of those are whole numbers. */
const WIDTH = 270;

/** Between the two bounds; one of them may be partitioned again. */
function drawPartitions(draft: Draft, above: DrawnRelation, from: number, to: number): void {
  const { dice } = draft;
  const { part, name } = above;
  const columns = draft.columns.filter((column) => column.relation.part === part);
  const step = (to - from) / 3;
  for (let place = dice.below(3); place >= 0; place -= 1) {
    const partition = draft.name("pa");
    const [low, high] = [from + place * step, from + (place + 1) * step];
    const bounds = `FOR VALUES FROM (${low}) TO (${high})`;
    const isDeep = to - from === WIDTH && dice.chance(0.15);
    const id = draft.add(
      {
        id: `partition ${partition}`,
        needs: [part],
        ways: isDeep
          ? [bounds, `FOR VALUES FROM (${low}) TO (${high - 1})`].map(
              (bound) => `CREATE TABLE ${partition} PARTITION OF ${name} ${bound} PARTITION BY RANGE (id)`,
            )
          : [
              `CREATE TABLE ${partition} PARTITION OF ${name} FOR VALUES FROM (${low}) TO (${low + step / 2})`,
              `CREATE TABLE ${partition} PARTITION OF ${name} ${bounds}`,
              `CREATE TABLE ${partition} (LIKE ${name} INCLUDING DEFAULTS INCLUDING GENERATED)`,
              `CREATE TABLE ${partition} (LIKE ${name} INCLUDING DEFAULTS INCLUDING GENERATED); ALTER TABLE ${name} ATTACH PARTITION ${partition} ${bounds}`,
            ],
      },
      `TABLE ${partition}`,
    );
    const relation: DrawnRelation = { part: id, name: partition, kind: isDeep ? "partitioned" : "partition" };
    draft.relations.push(relation);
    draft.columns.push(...columns.map((column) => ({ ...column, parts: [...column.parts, id], relation })));
    if (isDeep) {
      drawPartitions(draft, relation, low, high);
    }
  }
  if (to - from < WIDTH) {
    return;
  }
  if (dice.chance(0.85)) {
    draft.rows.push(`INSERT INTO ${name} (id) VALUES (1)`);
  } else {
    // No row of a default partition can go over to another.
    const partition = draft.name("pd");
    const id = draft.add({
      id: `partition ${partition}`,
      needs: [part],
      ways: [
        `CREATE TABLE ${partition} PARTITION OF ${name} DEFAULT`,
        `CREATE TABLE ${partition} (LIKE ${name} INCLUDING DEFAULTS)`,
      ],
    });
    draft.relations.push({ part: id, name: partition, kind: "partition" });
  }
}

function drawChild(draft: Draft, { part, name }: DrawnRelation): void {
  const { dice } = draft;
  const child = draft.name("ch");
  const others = draft.relations.filter((one) => one.kind === "table" && one.part !== part);
  const second = others.length > 0 && dice.chance(0.3) ? dice.pick(others) : undefined;
  const parents = second === undefined ? name : `${name}, ${second.name}`;
  const id = draft.add(
    {
      id: `child ${child}`,
      needs: [part, ...(second === undefined ? [] : [second.part])],
      ways: [
        ...["", "extra int", "extra bigint DEFAULT 5"].map(
          (columns) => `CREATE TABLE ${child} (${columns}) INHERITS (${parents})`,
        ),
        `CREATE TABLE ${child} (LIKE ${name} INCLUDING DEFAULTS INCLUDING IDENTITY)`,
      ],
    },
    `TABLE ${child}`,
  );
  const relation: DrawnRelation = { part: id, name: child, kind: "table" };
  draft.relations.push(relation);
  draft.columns.push(
    ...draft.columns
      .filter((column) => column.relation.part === part)
      .map((column) => ({ ...column, parts: [...column.parts, id], relation })),
  );
  draft.rows.push(`INSERT INTO ${child} (id) VALUES (2)`);
}

/** @param isKnown whether others may use it: heirs and partitions, which are drawn later, take over all such */
function drawColumn(draft: Draft, relation: DrawnRelation, isKnown: boolean): void {
  const { dice } = draft;
  const name = draft.name("c");
  const notNull = draft.name("nn");
  const add = (needs: readonly string[], holds: DrawnColumn["holds"], types: readonly string[]): void => {
    const part = draft.add(
      {
        id: `column ${relation.name}.${name}`,
        needs: [relation.part, ...needs],
        ways: types.map((type) => `ALTER TABLE ${relation.name} ADD COLUMN ${name} ${type}`),
      },
      `COLUMN ${relation.name}.${name}`,
    );
    if (isKnown) {
      draft.columns.push({ parts: [relation.part, part], relation, name, holds });
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
        `int CONSTRAINT ${notNull} NOT NULL DEFAULT 4`,
      ]),
    () =>
      add([], "text", [
        "text DEFAULT 'y'",
        "varchar(30) DEFAULT 'z'",
        "text NOT NULL DEFAULT 'x'",
        "text COLLATE \"C\" DEFAULT 'y'",
        ...["STORAGE EXTERNAL", "STATISTICS 50", "(n_distinct = 7)", "COMPRESSION pglz"].map(
          (setting) => `text DEFAULT 'y'; ALTER TABLE ${relation.name} ALTER COLUMN ${name} SET ${setting}`,
        ),
      ]),
    () =>
      add([called.part], "number", [`int DEFAULT ${called.name}(3)`, "int", `bigint DEFAULT ${called.name}(4) + 1`]),
    () =>
      add(
        [called.part],
        "anything",
        ["2", "3"].map((factor) => `int GENERATED ALWAYS AS (${called.name}(id) * ${factor}) STORED`),
      ),
    () =>
      add([], "anything", ["int DEFAULT 5", "text DEFAULT '5'", "jsonb DEFAULT '5'", "numeric(10,2)", "varchar(9)"]),
  ];
  const { enums, domains, sequences, composites, ranges, collations } = draft;
  if (enums.length > 0) {
    const type = dice.pick(enums);
    choices.push(() =>
      add([type.part], "enum", [
        `${type.name} DEFAULT 'b'`,
        `${type.name} NOT NULL DEFAULT 'b'`,
        `${type.name} DEFAULT 'a'`,
      ]),
    );
    choices.push(() => add([type.part], "anything", [`${type.name}[]`, `${type.name}[] DEFAULT '{a}'`]));
  }
  if (domains.length > 0) {
    const type = dice.pick(domains);
    choices.push(() =>
      add([type.part], type.holds, [type.name, `${type.name} DEFAULT ${type.holds === "number" ? "9" : "'a'"}`]),
    );
  }
  if (composites.length > 0) {
    const type = dice.pick(composites);
    choices.push(() => add([type.part], "composite", [type.name]));
    choices.push(() => add([type.part], "anything", [`${type.name}[]`]));
  }
  if (ranges.length > 0) {
    const type = dice.pick(ranges);
    choices.push(() => add([type.part], "anything", [type.name, `${type.name} DEFAULT '[1,5)'`]));
  }
  if (collations.length > 0) {
    const collation = dice.pick(collations);
    choices.push(() =>
      add([collation.part], "text", [`text COLLATE ${collation.name}`, "text", `varchar(9) COLLATE ${collation.name}`]),
    );
  }
  if (sequences.length > 0) {
    const sequence = dice.pick(sequences);
    choices.push(() =>
      add([sequence.part], "number", [
        `bigint DEFAULT nextval('${sequence.name}')`,
        "bigint DEFAULT 1",
        "bigint NOT NULL DEFAULT 0",
      ]),
    );
  }
  if (relation.kind === "table" && isKnown) {
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
