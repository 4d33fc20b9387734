import type { Draft } from "./part.ts";

/** Schemas, types, functions and sequences: what tables are made of. */
export function drawMaterial(draft: Draft): void {
  const { dice } = draft;
  draft.add(
    {
      id: APP,
      needs: [],
      ways: ["CREATE SCHEMA app", "CREATE SCHEMA app; GRANT USAGE ON SCHEMA app TO pg_monitor"],
    },
    "SCHEMA app",
  );
  // What the constructors of ranges and multiranges allow is not modelled.
  const hasDefaultPrivileges = dice.chance(0.3);
  if (hasDefaultPrivileges) drawDefaultPrivileges(draft);
  repeat(dice.below(3), () => drawEnum(draft));
  repeat(1 + dice.below(3), () => drawFunction(draft));
  repeat(dice.below(3), () => drawDomain(draft));
  repeat(dice.below(2), () => drawComposite(draft));
  repeat(hasDefaultPrivileges ? 0 : dice.below(2), () => drawRange(draft));
  repeat(dice.below(2), () => drawCollation(draft));
  repeat(dice.below(2), () => drawSequence(draft));
  drawTriggerFunction(draft);
}

/** The part that a schema beside `public` is. */
export const APP = "schema app";

function repeat(count: number, draw: () => void): void {
  for (let left = count; left > 0; left -= 1) draw();
}

/** What they give to what is made later depends on the statement that comes first: here that is always they. */
function drawDefaultPrivileges(draft: Draft): void {
  draft.add({
    id: `default privileges ${draft.parts.length}`,
    needs: [APP],
    ways: [
      "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT SELECT ON TABLES TO pg_monitor",
      "ALTER DEFAULT PRIVILEGES GRANT SELECT, INSERT ON TABLES TO pg_read_all_stats WITH GRANT OPTION",
      "ALTER DEFAULT PRIVILEGES REVOKE EXECUTE ON FUNCTIONS FROM public",
      "ALTER DEFAULT PRIVILEGES IN SCHEMA app GRANT USAGE ON SEQUENCES TO pg_monitor; ALTER DEFAULT PRIVILEGES REVOKE USAGE ON TYPES FROM public",
    ],
  });
}

function drawEnum(draft: Draft): void {
  const name = `app.${draft.name("e")}`;
  const part = draft.add(
    {
      id: `enum ${name}`,
      needs: [APP],
      ways: ["'a', 'b'", "'a', 'b', 'c'", "'b', 'a'", "'z', 'a', 'x', 'b'"].map(
        (labels) => `CREATE TYPE ${name} AS ENUM (${labels})`,
      ),
    },
    `TYPE ${name}`,
  );
  draft.enums.push({ part, name });
}

function drawFunction(draft: Draft): void {
  const name = draft.name("f");
  const part = draft.add(
    {
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
    },
    `FUNCTION ${name}(int)`,
  );
  draft.functions.push({ part, name });
}

function drawDomain(draft: Draft): void {
  const { dice } = draft;
  const name = draft.name("d");
  const called = dice.pick(draft.functions);
  const ofEnum = draft.enums.length > 0 && dice.chance(0.4) ? dice.pick(draft.enums) : undefined;
  const [needs, bases] =
    ofEnum === undefined
      ? [
          [called.part],
          [
            "int",
            "int DEFAULT 3",
            `int CONSTRAINT c CHECK (${called.name}(VALUE::int) > -100)`,
            "bigint CONSTRAINT c CHECK (VALUE > -100)",
          ],
        ]
      : [
          [ofEnum.part],
          ["", " DEFAULT 'b'", " CHECK (VALUE >= 'a' OR VALUE <= 'a')"].map((rest) => ofEnum.name + rest),
        ];
  const part = draft.add(
    { id: `domain ${name}`, needs, ways: bases.map((base) => `CREATE DOMAIN ${name} AS ${base}`) },
    `DOMAIN ${name}`,
  );
  draft.domains.push({ part, name, holds: ofEnum === undefined ? "number" : "anything" });
}

function drawComposite(draft: Draft): void {
  const { dice } = draft;
  const name = draft.name("ct");
  const ofEnum = draft.enums.length > 0 && dice.chance(0.5) ? dice.pick(draft.enums) : undefined;
  const inner = ofEnum?.name ?? "text";
  const part = draft.add(
    {
      id: `composite ${name}`,
      needs: ofEnum === undefined ? [] : [ofEnum.part],
      ways: [`x int, y ${inner}`, `x int, y ${inner}, z text`, `x bigint, y ${inner}`, `x int, y ${inner}[]`].map(
        (attributes) => `CREATE TYPE ${name} AS (${attributes})`,
      ),
    },
    `TYPE ${name}`,
  );
  draft.composites.push({ part, name });
}

function drawRange(draft: Draft): void {
  const name = draft.name("r");
  const part = draft.add(
    {
      id: `range ${name}`,
      needs: [],
      ways: ["int", "bigint"].map((subtype) => `CREATE TYPE ${name} AS RANGE (subtype = ${subtype})`),
    },
    `TYPE ${name}`,
  );
  draft.ranges.push({ part, name });
}

function drawCollation(draft: Draft): void {
  const name = draft.name("co");
  const part = draft.add(
    {
      id: `collation ${name}`,
      needs: [],
      ways: ["C", "POSIX"].map((locale) => `CREATE COLLATION ${name} (provider = libc, locale = '${locale}')`),
    },
    `COLLATION ${name}`,
  );
  draft.collations.push({ part, name });
}

function drawSequence(draft: Draft): void {
  const name = draft.dice.chance(0.5) ? `app.${draft.name("s")}` : draft.name("s");
  const part = draft.add(
    {
      id: `sequence ${name}`,
      needs: name.startsWith("app.") ? [APP] : [],
      ways: ["", "INCREMENT 2", "AS int MAXVALUE 5000", "CACHE 5 CYCLE"].map(
        (options) => `CREATE SEQUENCE ${name} ${options}`,
      ),
    },
    `SEQUENCE ${name}`,
  );
  draft.sequences.push({ part, name });
}

function drawTriggerFunction(draft: Draft): void {
  const part = draft.add(
    {
      id: "trigger function",
      needs: [],
      ways: ["RETURN NEW;", "RETURN NEW; -- as it is"].map(
        (body) => `CREATE FUNCTION tf() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN ${body}\nEND$$`,
      ),
    },
    "FUNCTION tf()",
  );
  draft.triggerFunctions.push({ part, name: "tf" });
}
