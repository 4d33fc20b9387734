import { beforeAll, describe, expect, test } from "vitest";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import type { StatementEffects } from "../../src/effects/effect.ts";
import { effectsOf } from "../../src/effects/effects-of.ts";
import { loadParser, parseStatement } from "../../src/sql/parse-statement.ts";
import { splitSql } from "../../src/sql/split-sql.ts";

beforeAll(loadParser);

function effects(sql: string, version = 180_000): StatementEffects {
  const [statement] = splitSql(sql).statements;
  if (statement === undefined) throw new Error(`no statement: ${sql}`);
  return effectsOf(parseStatement(statement, "test.sql"), CatalogState.unknown(version));
}

const locks = (sql: string, version?: number): readonly string[] =>
  effects(sql, version).effects.map(
    ({ relation, kind, role, lock }) => `${kind} ${relation.schema}.${relation.name}: ${lock} (${role})`,
  );

describe("without a catalog", () => {
  test("CREATE TABLE locks what its foreign keys refer to, but not itself", () => {
    expect(locks("CREATE TABLE a (id int PRIMARY KEY, b int REFERENCES b, up int REFERENCES a)")).toEqual([
      "table public.b: SHARE ROW EXCLUSIVE (referenced)",
    ]);
  });

  test("CREATE TABLE … PARTITION OF keeps everybody out of the parent", () => {
    expect(locks("CREATE TABLE a PARTITION OF s.b FOR VALUES IN (1)")).toEqual([
      "partitioned table s.b: ACCESS EXCLUSIVE (parent)",
    ]);
  });

  test("ATTACH PARTITION scans the partition", () => {
    const { effects: found } = effects("ALTER TABLE a ATTACH PARTITION b FOR VALUES FROM (1) TO (2)");
    expect(found.map(({ relation, lock, works }) => [relation.name, lock, works])).toEqual([
      ["a", "SHARE UPDATE EXCLUSIVE", []],
      ["b", "ACCESS EXCLUSIVE", ["scan"]],
    ]);
  });

  test("DETACH PARTITION CONCURRENTLY stands outside of transactions", () => {
    expect(effects("ALTER TABLE a DETACH PARTITION b CONCURRENTLY").transaction).toBe("forbidden");
    expect(effects("ALTER TABLE a DETACH PARTITION b").transaction).toBe("allowed");
  });

  test("DROP locks what it names as what it says that it is", () => {
    expect(locks("DROP VIEW IF EXISTS s.a, b")).toEqual([
      "view public.b: ACCESS EXCLUSIVE (target)",
      "view s.a: ACCESS EXCLUSIVE (target)",
    ]);
    expect(locks('DROP TRIGGER t ON "Über".b')).toEqual(["table Über.b: ACCESS EXCLUSIVE (target)"]);
    expect(effects("DROP TABLE a").unchecked).toEqual([]);
  });

  test("what only a catalog could tell is said to be unchecked", () => {
    expect(effects("DROP TABLE a CASCADE").unchecked).toEqual(["what CASCADE drops is not known without a catalog"]);
    expect(effects("DROP SCHEMA a CASCADE").unchecked).toEqual(["what a schema holds is not known without a catalog"]);
    expect(effects("DROP OWNED BY a").unchecked).toEqual(["what a role owns is not known without a catalog"]);
    expect(effects("REASSIGN OWNED BY a TO b").unchecked).toEqual(["what a role owns is not known without a catalog"]);
    expect(effects("ALTER DOMAIN d ADD CHECK (VALUE > 0)").unchecked).toEqual([
      "which tables use the domain d is not known",
    ]);
    expect(effects("ALTER DOMAIN d ADD CHECK (VALUE > 0) NOT VALID").unchecked).toEqual([]);
    expect(effects("CALL p()").unchecked).toEqual(["what the procedure p does is not known"]);
    expect(effects("CREATE TABLE a AS EXECUTE b").unchecked).toEqual([
      "which tables a prepared statement reads is not known",
    ]);
    expect(effects("ALTER EXTENSION e UPDATE").unchecked).toEqual([
      "what the update of the extension e does is written in its own script",
    ]);
  });

  test("a DO block does what its statements do, and says where it makes its SQL itself", () => {
    const block = effects("DO $$ BEGIN ALTER TABLE a ADD COLUMN b int; EXECUTE 'DROP TABLE ' || c; END $$");
    expect(block.effects.map(({ relation, lock }) => [relation.name, lock])).toEqual([["a", "ACCESS EXCLUSIVE"]]);
    expect(block.unchecked).toEqual(["the DO block runs SQL that it makes itself"]);
    expect(effects("DO LANGUAGE plpython3u 'pass'").unchecked).toEqual(["the DO block cannot be read"]);
  });

  test("views read what they name, without the names of their WITH queries and the server's catalogs", () => {
    expect(locks("CREATE VIEW v AS WITH w AS (SELECT * FROM a) SELECT * FROM w, s.w x, pg_class")).toEqual([
      "table public.a: ACCESS SHARE (source)",
      "table s.w: ACCESS SHARE (source)",
    ]);
  });

  test("GRANT looks at tables from PostgreSQL 18 on", () => {
    expect(locks("GRANT SELECT ON a TO b")).toEqual(["table public.a: ACCESS SHARE (target)"]);
    expect(locks("GRANT SELECT ON a TO b", 140_000)).toEqual([]);
  });

  test("what PostgreSQL refuses inside a transaction is forbidden there", () => {
    const forbidden = (sql: string): boolean => effects(sql).transaction === "forbidden";
    expect(forbidden("CREATE DATABASE d")).toBe(true);
    expect(forbidden("ALTER SYSTEM SET work_mem = '4MB'")).toBe(true);
    expect(forbidden("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p")).toBe(true);
    expect(forbidden("CREATE SUBSCRIPTION s CONNECTION '' PUBLICATION p WITH (connect = false)")).toBe(false);
    expect(forbidden("ALTER DATABASE d SET TABLESPACE t")).toBe(true);
    expect(forbidden("ALTER DATABASE d CONNECTION LIMIT 5")).toBe(false);
    expect(forbidden("DISCARD ALL")).toBe(true);
    expect(forbidden("DISCARD PLANS")).toBe(false);
    expect(forbidden("ALTER TYPE t ADD VALUE 'v'")).toBe(false);
  });
});
