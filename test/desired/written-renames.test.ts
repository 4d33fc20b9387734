import { beforeAll, describe, expect, test } from "vitest";
import { writtenRenames } from "../../src/desired/written-renames.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";

beforeAll(loadParser);

const renames = (text: string): string[] =>
  writtenRenames({ file: "s.sql", text }).map(
    ({ at, kinds, path, from }) => `${at.line}: ${kinds[0]} ${path.join("/")} was ${from.join("/")}`,
  );

describe("comments about renames", () => {
  test("stand above statements, and at columns and constraints", () => {
    expect(
      renames(`
-- People who buy.
-- lockkeeper: renamed from customers
CREATE TABLE app.users (
  id bigint PRIMARY KEY,
  -- lockkeeper: renamed from name
  full_name text NOT NULL,
  "Größe" int, -- lockkeeper: renamed from "Old Size"
  born date,
  -- lockkeeper: renamed from old_check
  CONSTRAINT is_adult CHECK (id > 0)
);
CREATE TYPE mood AS ENUM ('ok'); -- lockkeeper: renamed from state
CREATE TYPE app.pace AS ENUM (
  'slow', -- lockkeeper: renamed from 'It''s Slow'
  -- lockkeeper: renamed from "Fast"
  'fast');
CREATE TYPE place AS (
  town text,
  road text -- lockkeeper: renamed from street
);
-- lockkeeper: renamed from app.old_idx
CREATE INDEX idx ON app.users (born);
-- lockkeeper: renamed from f
CREATE FUNCTION app.g() RETURNS int LANGUAGE sql AS $$
-- lockkeeper: renamed from nothing, this is text
SELECT 1 $$;
`),
    ).toEqual([
      "3: table app/users was customers",
      "6: column app/users/full_name was name",
      "8: column app/users/Größe was Old Size",
      "10: constraint app/users/is_adult was old_check",
      "13: type mood was state",
      "15: label app/pace/slow was It's Slow",
      "16: label app/pace/fast was Fast",
      "20: attribute place/road was street",
      "22: index app/idx was app/old_idx",
      "24: routine app/g was f",
    ]);
  });

  test("that say no name or stand nowhere are refused with their places", () => {
    for (const text of [
      "-- lockkeeper: renamed from\nCREATE TABLE t ();",
      "-- lockkeeper: renamed t\nCREATE TABLE t ();",
      "-- lockkeeper: renamed from a b\nCREATE TABLE t ();",
      "-- lockkeeper: renamed from t\nDROP TABLE t;",
      "CREATE TABLE t ();\n-- lockkeeper: renamed from t",
    ]) {
      expect(() => renames(text), text).toThrow(expect.objectContaining({ code: "directive_unknown" }));
    }
  });
});
