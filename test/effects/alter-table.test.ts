import { beforeAll, describe, expect, test } from "vitest";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import type { StatementEffects } from "../../src/effects/effect.ts";
import { effectsOf } from "../../src/effects/effects-of.ts";
import { loadParser, parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";

beforeAll(loadParser);

/** Nothing is known but the statement. */
function effects(sql: string, version = 180_000): StatementEffects {
  const [statement] = splitSql(sql).statements;
  if (statement === undefined) throw new Error(`no statement: ${sql}`);
  return effectsOf(parseStatement(statement, "test.sql"), CatalogState.unknown(version));
}

const told = (sql: string, version?: number): readonly string[] =>
  effects(sql, version).effects.map(({ relation, lock, works }) =>
    [`${relation.schema}.${relation.name}`, lock, ...works].join(", "),
  );

describe("ALTER TABLE of a table that no catalog describes", () => {
  test.each([
    ["ALTER TABLE t ADD COLUMN z int", "public.t, ACCESS EXCLUSIVE"],
    ["ALTER TABLE t ADD COLUMN z timestamptz DEFAULT now()", "public.t, ACCESS EXCLUSIVE"],
    ["ALTER TABLE t ADD COLUMN z float8 DEFAULT random()", "public.t, ACCESS EXCLUSIVE, rewrite"],
    ["ALTER TABLE t ADD COLUMN z text DEFAULT lower('A')", "public.t, ACCESS EXCLUSIVE"],
    ["ALTER TABLE t ADD COLUMN z int DEFAULT somebodys()", "public.t, ACCESS EXCLUSIVE, rewrite"],
    ["ALTER TABLE t ADD COLUMN z uuid DEFAULT uuid_generate_v4()", "public.t, ACCESS EXCLUSIVE, rewrite"],
    ["ALTER TABLE t ADD COLUMN z serial", "public.t, ACCESS EXCLUSIVE, rewrite"],
    ["ALTER TABLE s.t ALTER c SET NOT NULL", "s.t, ACCESS EXCLUSIVE, scan"],
    ["ALTER TABLE t ALTER c TYPE bigint", "public.t, ACCESS EXCLUSIVE, rewrite"],
    ["ALTER TABLE t ADD CHECK (c > 0)", "public.t, ACCESS EXCLUSIVE, scan"],
    ["ALTER TABLE t ADD CHECK (c > 0) NOT VALID", "public.t, ACCESS EXCLUSIVE"],
    ["ALTER TABLE t ADD UNIQUE (c)", "public.t, ACCESS EXCLUSIVE, index-build"],
    ["ALTER TABLE t ADD UNIQUE USING INDEX i", "public.t, ACCESS EXCLUSIVE"],
    ["ALTER TABLE t ADD PRIMARY KEY (c)", "public.t, ACCESS EXCLUSIVE, scan, index-build"],
    ["ALTER TABLE t VALIDATE CONSTRAINT c", "public.t, SHARE UPDATE EXCLUSIVE, validate"],
    ["ALTER TABLE t SET (fillfactor = 50)", "public.t, SHARE UPDATE EXCLUSIVE"],
    ["ALTER TABLE IF EXISTS t DROP COLUMN c", "public.t, ACCESS EXCLUSIVE"],
    ["ALTER VIEW v SET SCHEMA s", "public.v, ACCESS EXCLUSIVE"],
    ["ALTER SEQUENCE q OWNER TO somebody", "public.q, ACCESS EXCLUSIVE"],
  ])("%s", (sql, expected) => {
    expect(told(sql)).toEqual([expected]);
  });

  test("a foreign key locks both tables and reads the rows", () => {
    expect(told("ALTER TABLE t ADD FOREIGN KEY (c) REFERENCES p")).toEqual([
      "public.t, SHARE ROW EXCLUSIVE, validate",
      "public.p, SHARE ROW EXCLUSIVE",
    ]);
  });

  test("a type that is not known is named as unchecked", () => {
    expect(effects("ALTER TABLE t ALTER c TYPE bigint").unchecked).toEqual([
      "the type of public.t.c is not known; it is taken to need a rewrite of the table",
    ]);
  });
});

describe("a subcommand that the server's version does not know", () => {
  test.each([
    ["ALTER TABLE t ADD COLUMN z int GENERATED ALWAYS AS (1) VIRTUAL", 170_000],
    ["ALTER TABLE t ADD CONSTRAINT c NOT NULL a NOT VALID", 170_000],
    ["ALTER TABLE t ADD CONSTRAINT c CHECK (a > 0) NOT ENFORCED", 170_000],
    ["ALTER TABLE t ALTER c SET EXPRESSION AS (1)", 160_000],
    ["ALTER TABLE t SET ACCESS METHOD heap", 140_000],
    ["ALTER TABLE t ADD UNIQUE NULLS NOT DISTINCT (a)", 140_000],
  ])("%s is a syntax error of %i", (sql, version) => {
    const refusal = expect.objectContaining({ sqlState: "42601" });
    expect(effects(sql, version).effects[0]?.mayFail).toContainEqual(refusal);
    expect(effects(sql, 180_000).effects[0]?.mayFail).not.toContainEqual(refusal);
  });
});
