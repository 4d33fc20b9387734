import { chmodSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { readProject } from "../../src/migrations/read-project.ts";
import { writeProject } from "../support/project.ts";
import { copyOf, writeInto } from "./adopt-fixture.ts";

const idsOf = (folder: string): string[] => readProject(folder).map(({ id }) => id);
const failure = (code: string, message: RegExp): unknown =>
  expect.objectContaining({ code, message: expect.stringMatching(message) });

describe("a folder of our own migrations", () => {
  test("is read in the order of the numbers, ways back beside their migrations", () => {
    const folder = writeProject({
      "10_c.sql": "SELECT 3;",
      "9_b.sql": "SELECT 2;",
      "9_b.down.sql": "SELECT -2;",
      "0001_a.ts": 'import { defineMigration } from "lockkeeper"; export default defineMigration({ steps: [] });',
      "README.md": "how to",
      ".hidden.sql": "not read",
    });
    expect(readProject(folder).map(({ id, kind, layout, down }) => [id, kind, layout, down?.text])).toEqual([
      ["0001_a", "typescript", "lockkeeper", undefined],
      ["9_b", "sql", "lockkeeper", "SELECT -2;"],
      ["10_c", "sql", "lockkeeper", undefined],
    ]);
  });

  test("puts a migration after what it depends on", () => {
    const folder = writeProject({ "1_a.sql": "-- lockkeeper: depends 2_b\nSELECT 1;", "2_b.sql": "SELECT 2;" });
    expect(idsOf(folder)).toEqual(["2_b", "1_a"]);
  });

  test("says on which line a migration that is not there is named", () => {
    const folder = writeProject({ "1_a.sql": "-- what for\n-- lockkeeper: contract 0_z\nSELECT 1;" });
    expect(() => readProject(folder)).toThrowError(
      expect.objectContaining({ at: { file: join(folder, "1_a.sql"), line: 2 } }),
    );
  });

  test("lets a migration contract itself, an earlier one, and one that `depends` puts before it", () => {
    expect(
      idsOf(
        writeProject({
          "1_a.sql": "-- lockkeeper: contract 1_a\nSELECT 1;",
          "2_b.sql": "-- lockkeeper: contract 1_a\nSELECT 1;",
          "3_c.sql": "-- lockkeeper: depends 4_d\n-- lockkeeper: contract 4_d\nSELECT 1;",
          "4_d.sql": "SELECT 1;",
        }),
      ),
    ).toEqual(["1_a", "2_b", "4_d", "3_c"]);
  });

  test("leaves comments that only speak of Lockkeeper, and what stands below a statement, alone", () => {
    const folder = writeProject({
      "1_a.sql":
        "-- lockkeeper runs this at night\n/* see the Lockkeeper manual\n-- lockkeeper: mode direct\n*/\nSELECT 1;",
      "2_b.sql": "/* x */ SELECT 1;\n-- lockkeeper: fly\n",
    });
    expect(readProject(folder).map(({ directives }) => directives.mode)).toEqual(["online", "online"]);
  });

  test("keeps the text as it is and takes the checksum of the text with its line ends normalised", () => {
    const [dos] = readProject(writeProject({ "1_a.sql": "\uFEFFSELECT 1;\r\n" }));
    const [unix] = readProject(writeProject({ "1_a.sql": "SELECT 1;\n" }));
    expect(dos?.text).toBe("\uFEFFSELECT 1;\r\n");
    expect(dos?.checksum).toBe(unix?.checksum);
  });

  test.each([
    ["a file without a number", { "add_index.sql": "" }, "migration_name_invalid", /add_index\.sql has no number/],
    ["an ending in large letters", { "1_a.SQL": "SELECT 1;" }, "migration_name_invalid", /1_a\.SQL has an ending/],
    [
      "a way back with an ending in large letters",
      { "1_a.sql": "SELECT 1;", "1_a.DOWN.sql": "SELECT 1;" },
      "migration_name_invalid",
      /1_a\.DOWN\.sql has an ending/,
    ],
    ["a way back without its way", { "1_a.down.sql": "" }, "migration_name_invalid", /1_a\.down\.sql is the way back/],
    [
      "two files with one id",
      { "1_a.sql": "", "1_a.ts": "// lockkeeper: mode direct\n'lockkeeper'" },
      "migration_id_duplicate",
      /1_a/,
    ],
    ["a missing dependency", { "1_a.sql": "-- lockkeeper: depends 0_z\n" }, "migration_dependency_missing", /0_z/],
    [
      "a circle of dependencies",
      { "1_a.sql": "-- lockkeeper: depends 2_b\n", "2_b.sql": "-- lockkeeper: depends 1_a\n" },
      "migration_dependency_cycle",
      /1_a -> 2_b -> 1_a/,
    ],
    [
      "a contract of a migration that is not there",
      { "1_a.sql": "-- lockkeeper: contract 0_z\n" },
      "migration_dependency_missing",
      /1_a contracts 0_z, which is not there/,
    ],
    [
      "a contract of a migration that comes later",
      { "1_a.sql": "-- lockkeeper: contract 2_b\n", "2_b.sql": "SELECT 1;" },
      "migration_dependency_missing",
      /1_a contracts 2_b, which comes after it/,
    ],
    [
      "two contracts",
      { "1_a.sql": "-- lockkeeper: contract 1_a\n-- lockkeeper: contract 1_a" },
      "directive_unknown",
      /1_a\.sql:2: .*twice/,
    ],
    ...[
      "-- Lockkeeper: mode direct",
      "-- LOCKKEEPER: mode direct",
      "-- lockkeeper : mode direct",
      "-- lockkeeper mode direct",
      "/* lockkeeper: mode direct */",
      "/*\n * lockkeeper: mode direct\n */",
      "--- lockkeeper: mode direct",
    ].map(
      (text) =>
        [
          `a directive written as ${JSON.stringify(text)}`,
          { "1_a.sql": `${text}\nSELECT 1;` },
          "directive_unknown",
          /1_a\.sql:[12]: a directive is written `-- lockkeeper: NAME …`/,
        ] as const,
    ),
    [
      "a misspelt directive",
      { "1_a.sql": "-- lockkeeper: transacton each\n" },
      "directive_unknown",
      /did you mean `transaction`\?/,
    ],
    [
      "a value without a column",
      { "1_a.sql": "-- lockkeeper: using = 5\nSELECT 1;" },
      "directive_unknown",
      /1_a\.sql:1: `using` is written `using column = expression`/,
    ],
    [
      "a value for a column that nothing names",
      { "1_a.sql": "-- lockkeeper: using totl = 5\nALTER TABLE t ADD total int NOT NULL;" },
      "directive_unknown",
      /1_a\.sql:1: `using` is for the column totl, which no statement of the file names/,
    ],
    ["an unknown directive", { "1_a.sql": "-- lockkeeper: fly\n" }, "directive_unknown", /1_a\.sql:1: .*fly/],
  ] as const)("refuses %s", (_name, files, code, message) => {
    expect(() => readProject(writeProject(files))).toThrowError(failure(code, message));
  });

  test("reads values of columns with their places, however the columns are written", () => {
    const text = `-- about
-- lockkeeper: using Total = a = b
  --lockkeeper:  using shop."Läden".total=1
-- lockkeeper: using "x.y = ""z""" = 'ä' || "x"
ALTER TABLE "Läden" ADD total int, ADD "x.y = ""z""" text;`;
    const [migration] = readProject(writeProject({ "1_a.sql": text }));
    expect(migration?.directives.using).toMatchObject([
      { names: ["total"], expression: "a = b", at: { line: 2, column: 30 }, directive: { line: 2, column: 1 } },
      { names: ["shop", "Läden", "total"], expression: "1", at: { line: 3, column: 43 }, directive: { column: 3 } },
      { names: ['x.y = "z"'], expression: `'ä' || "x"`, at: { line: 4, column: 38 } },
    ]);
  });

  test("names a folder that is not there", () => {
    expect(() => readProject("/nowhere/at/all")).toThrowError(failure("migrations_unreadable", /does not exist/));
  });

  test("names a file that leads nowhere", () => {
    const folder = writeProject({});
    symlinkSync(join(folder, "gone.sql"), join(folder, "1_a.sql"));
    expect(() => readProject(folder)).toThrowError(
      failure("migrations_unreadable", /1_a\.sql is a link to .*gone\.sql, which does not exist/),
    );
  });

  test.skipIf(process.getuid?.() === 0)("names a file that may not be read", () => {
    const folder = writeProject({ "1_a.sql": "SELECT 1;" });
    chmodSync(join(folder, "1_a.sql"), 0);
    expect(() => readProject(folder)).toThrowError(failure("migrations_unreadable", /1_a\.sql may not be read/));
  });

  test("does not take a folder for a file", () => {
    const folder = writeProject({ "1_a.sql": "SELECT 1;", "2_b.sql/inside.txt": "" });
    expect(idsOf(folder)).toEqual(["1_a"]);
  });
});

describe("a folder of another tool", () => {
  test("keeps the tool's own order, which may not be that of the numbers", () => {
    const folder = writeProject({
      "aa11_first.py": 'revision = "aa11"\ndown_revision = None\n',
      "0f22_second.py": 'revision = "0f22"\ndown_revision = "aa11"\n',
    });
    expect(idsOf(folder)).toEqual(["aa11_first", "0f22_second"]);
  });

  test("takes our files among the tool's by their numbers", () => {
    const folder = writeProject({
      "20240101_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
      "20240201_b.sql": "SELECT 2;",
      "20240301_c.sql": "-- migrate:up\nSELECT 3;\n-- migrate:down\n",
      "20240401_d.sql": "SELECT 4;",
    });
    expect(readProject(folder).map(({ id, layout }) => [id, layout])).toEqual([
      ["20240101_a", "dbmate"],
      ["20240201_b", "lockkeeper"],
      ["20240301_c", "dbmate"],
      ["20240401_d", "lockkeeper"],
    ]);
  });

  test("puts our files after all of a tool that does not count", () => {
    const folder = copyOf("alembic");
    const before = idsOf(folder);
    writeInto(folder, { "0001_ours.sql": "SELECT 1;" });
    expect(idsOf(folder)).toEqual([...before, "0001_ours"]);
  });

  test("is read as what it is said to be", () => {
    const folder = writeProject({
      "1_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\nSELECT -1;\n",
      "2_b.sql": "-- +goose Up\nSELECT 2;\n",
    });
    expect(() => readProject(folder)).toThrowError(failure("layout_ambiguous", /dbmate and of goose/));
    expect(readProject(folder, "dbmate").map(({ id, layout }) => [id, layout])).toEqual([
      ["1_a", "dbmate"],
      ["2_b", "lockkeeper"],
    ]);
  });
});
