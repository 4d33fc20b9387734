import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { ForeignLayout, LayoutFile } from "../../src/migrations/layouts/layout.ts";
import { LAYOUT_READERS } from "../../src/migrations/layouts/read-layout.ts";
import { openSourceFolder } from "../../src/migrations/layouts/source-folder.ts";
import { readNative } from "../../src/migrations/read-native.ts";
import { splitSql } from "../../src/sql/split-sql.ts";
import { copyOf, filesIn, folderWith, layoutOf, projectOf, writeInto } from "./adopt-fixture.ts";

const tools = Object.keys(LAYOUT_READERS) as ForeignLayout[];

const statements = (text: string): string[] => splitSql(text).statements.map((statement) => statement.text);

const only = (layout: ForeignLayout, files: Readonly<Record<string, string>>): LayoutFile => {
  const found = filesIn(layout, folderWith(files)).files;
  expect(found).toHaveLength(1);
  return found[0] as LayoutFile;
};

describe.each(tools)("a project that %s wrote", (tool) => {
  test("is recognised as that tool's", () => {
    expect(layoutOf(projectOf(tool))).toBe(tool);
  });

  test("leaves no file to our own layout", () => {
    const { others } = filesIn(tool, projectOf(tool));
    expect(others).toEqual([]);
  });

  test("gives SQL whose lines stand where they stand in the file", () => {
    for (const { migration } of filesIn(tool, projectOf(tool)).files) {
      const lines = readFileSync(migration.file, "utf8").split("\n");
      const sections = [migration, ...(migration.down === undefined ? [] : [migration.down])];
      for (const { text, firstLine, file } of sections) {
        const source = file === migration.file ? lines : readFileSync(file, "utf8").split("\n");
        for (const [index, line] of text.split("\n").entries()) {
          const inFile = source[firstLine - 1 + index] ?? "";
          expect([inFile, "", "--", ";"], `${file}:${firstLine + index}`).toContain(line);
        }
      }
    }
  });

  test("keeps new files of our own apart, in the same folder", () => {
    const folder = copyOf(tool);
    const before = filesIn(tool, folder).files.map(({ migration }) => migration.id);
    writeInto(folder, {
      "30000101000000_ours.sql": "-- lockkeeper: mode direct\nSELECT 1;\n",
      "30000101000000_ours.down.sql": "SELECT 2;\n",
      "30000102000000_typed.ts": 'import { defineMigration } from "lockkeeper";\n',
    });
    const { files, others } = filesIn(tool, folder);
    expect(files.map(({ migration }) => migration.id)).toEqual(before);
    expect(readNative(openSourceFolder(folder), others).map(({ id, kind }) => [id, kind])).toEqual([
      ["30000101000000_ours", "sql"],
      ["30000102000000_typed", "typescript"],
    ]);
    expect(layoutOf(folder)).toBe(tool);
  });
});

describe("which layout a folder has", () => {
  test("is ours for an empty folder and for files named in our way", () => {
    expect(layoutOf(folderWith({}))).toBe("lockkeeper");
    expect(
      layoutOf(
        folderWith({
          "0001_a.sql": "SELECT 1;",
          "0001_a.down.sql": "SELECT 1;",
          "0002_b.ts": 'import { defineMigration } from "lockkeeper";',
          "README.md": "how to",
        }),
      ),
    ).toBe("lockkeeper");
  });

  test("is not guessed where two tools left their signs", () => {
    const folder = folderWith({
      "1_a.sql": "-- migrate:up\nSELECT 1;\n-- migrate:down\n",
      "2_b.sql": "-- +goose Up\nSELECT 1;\n",
    });
    expect(() => layoutOf(folder)).toThrowError(
      expect.objectContaining({ code: "layout_ambiguous", data: { layouts: ["dbmate", "goose"] } }),
    );
  });

  test("is unknown where the files are nobody's", () => {
    expect(layoutOf(folderWith({ "schema.sql": "SELECT 1;" }))).toBeUndefined();
    expect(layoutOf(folderWith({ "0001_a.js": "module.exports = {};" }))).toBeUndefined();
  });

  test("is not prisma's for folders that hold a snapshot of drizzle", () => {
    expect(
      layoutOf(folderWith({ "20250101_a/migration.sql": "SELECT 1;", "20250101_a/snapshot.json": "{}" })),
    ).not.toBe("prisma");
  });

  test("fails for a folder that is not there", () => {
    expect(() => layoutOf("/nowhere/at/all")).toThrowError(expect.objectContaining({ code: "migrations_unreadable" }));
  });
});

describe("dbmate", () => {
  test("joins several sections of one direction and keeps their lines", () => {
    const { migration } = only("dbmate", {
      "1_a.sql": `-- migrate:up
SELECT 'up 1';
-- migrate:down
SELECT 'down 1';
-- migrate:up
SELECT 'up 2';
-- migrate:down
SELECT 'down 2';
`,
    });
    expect(migration.firstLine).toBe(2);
    expect(migration.text).toBe("SELECT 'up 1';\n\n\n\nSELECT 'up 2';");
    expect(statements(migration.down?.text ?? "")).toEqual(["SELECT 'down 1'", "SELECT 'down 2'"]);
    expect(migration.down?.firstLine).toBe(4);
  });

  test("reads transaction:false of the way up only", () => {
    const file = (up: string, down: string) => ({
      "1_a.sql": `-- migrate:up${up}\nSELECT 1;\n-- migrate:down${down}\n`,
    });
    expect(only("dbmate", file(" transaction:false", "")).migration.directives.transaction).toBe("each");
    expect(only("dbmate", file("", " transaction:false")).migration.directives.transaction).toBe("one");
  });

  test("heeds our own directives above the marker and below it", () => {
    const { migration } = only("dbmate", {
      "1_a.sql": `-- lockkeeper: mode direct
-- migrate:up
-- lockkeeper: allow drop-column because "unused"
ALTER TABLE t DROP COLUMN c;
-- migrate:down
`,
    });
    expect(migration.directives).toMatchObject({
      mode: "direct",
      allow: [{ rule: "drop-column", reason: "unused", line: 3 }],
    });
  });

  test("leaves a file without a marker to us", () => {
    const folder = folderWith({ "1_a.sql": "-- migrate:up\n-- migrate:down\n", "2_b.sql": "SELECT 1;" });
    expect(filesIn("dbmate", folder).others).toEqual(["2_b.sql"]);
  });
});

describe("goose", () => {
  test("ends a statement block that has no semicolon", () => {
    const { migration } = only("goose", {
      "00001_a.sql": `-- +goose Up
-- +goose StatementBegin
CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$
-- +goose StatementEnd
-- +goose StatementBegin
SELECT 2;
-- +goose StatementEnd
SELECT 3;
`,
    });
    expect(statements(migration.text)).toEqual([
      "CREATE FUNCTION f() RETURNS int LANGUAGE sql AS $$ SELECT 1; $$",
      "SELECT 2",
      "SELECT 3",
    ]);
    expect(migration.text).not.toContain("goose");
  });

  test("does not run what the environment fills in, nor Go", () => {
    const folder = folderWith({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the tool
      "1_a.sql": "-- +goose Up\n-- +goose ENVSUB ON\nSELECT '${REGION}';\n",
      "2_b.go": "package m\nfunc init() { goose.AddMigrationContext(up, down) }\n",
      "2_b_test.go": "package m // goose.AddMigration\n",
    });
    expect(filesIn("goose", folder).files.map(({ key, migration }) => [key, migration.kind])).toEqual([
      ["1", "foreign"],
      ["2", "foreign"],
    ]);
  });

  test("orders versions as numbers", () => {
    const up = "-- +goose Up\nSELECT 1;\n";
    const folder = folderWith({ "10_c.sql": up, "9_b.sql": up, "00001_a.sql": up });
    expect(filesIn("goose", folder).files.map(({ key }) => key)).toEqual(["1", "9", "10"]);
  });
});

describe("drizzle", () => {
  const journal = JSON.stringify({ entries: [{ idx: 0, when: 17, tag: "0000_a", breakpoints: true }] });

  test("ends a statement where a breakpoint stood, and only then", () => {
    const { migration } = only("drizzle", {
      "meta/_journal.json": journal,
      "0000_a.sql": "SELECT 1\n--> statement-breakpoint\nSELECT 2;--> statement-breakpoint\nSELECT 3;",
    });
    expect(migration.text).toBe("SELECT 1\n;\nSELECT 2;\nSELECT 3;");
    expect(statements(migration.text)).toEqual(["SELECT 1", "SELECT 2", "SELECT 3"]);
  });

  test.each([["{"], ["[]"], ['{"entries": 1}'], ['{"entries": [{"tag": "a"}]}'], ['{"entries": [null]}']])(
    "names the journal that cannot be read: %s",
    (text) => {
      expect(() => filesIn("drizzle", folderWith({ "meta/_journal.json": text }))).toThrowError(
        expect.objectContaining({ code: "migrations_unreadable", message: expect.stringContaining("_journal.json") }),
      );
    },
  );
});

describe("node-pg-migrate", () => {
  test("reads plain files, sections in any order and pairs", () => {
    const folder = folderWith({
      "1_plain.sql": "SELECT 'plain';\n",
      "2_sections.sql": "-- Down Migration\nSELECT 'down';\n-- Up Migration\nSELECT 'up';\n",
      "3_pair.up.sql": "SELECT 'up';\n",
      "3_pair.down.sql": "SELECT 'down';\n",
      "4_below.sql": "SELECT 'up';\n-- down migration\nSELECT 'down';\n",
      "5_code.ts": 'import type { MigrationBuilder } from "node-pg-migrate";\n',
    });
    const { files, others } = filesIn("node-pg-migrate", folder);
    expect(
      files.map(({ migration: m }) => [m.id, m.firstLine, statements(m.text), m.down && statements(m.down.text)]),
    ).toMatchObject([
      ["1_plain", 1, ["SELECT 'plain'"], undefined],
      ["2_sections", 4, ["SELECT 'up'"], ["SELECT 'down'"]],
      ["3_pair", 1, ["SELECT 'up'"], ["SELECT 'down'"]],
      ["4_below", 1, ["SELECT 'up'"], ["SELECT 'down'"]],
      ["5_code", 1, expect.anything(), undefined],
    ]);
    expect(files.at(-1)?.migration.kind).toBe("foreign");
    expect(others).toEqual([]);
  });

  test("orders 17 digits as the time they spell and other prefixes as numbers", () => {
    const folder = folderWith({
      "20240102090000000_b.sql": "SELECT 1;",
      "1704185999999_a.sql": "SELECT 1;",
      "1704186000001_c.sql": "SELECT 1;",
    });
    const ids = filesIn("node-pg-migrate", folder).files.map(({ migration }) => migration.id);
    expect(ids).toEqual(["1704185999999_a", "20240102090000000_b", "1704186000001_c"]);
  });
});

describe("graphile-migrate", () => {
  test("does not run a file whose placeholder the tool fills in", () => {
    const { migration } = only("graphile-migrate", {
      "committed/000001.sql": "--! Previous: -\n--! Hash: sha1:x\n\nGRANT ALL ON t TO :DATABASE_OWNER;\n",
    });
    expect(migration.kind).toBe("foreign");
  });
});

describe("flyway", () => {
  test("orders versions part by part, repeatable files last, and leaves baselines and callbacks out", () => {
    const folder = folderWith({
      "V10__c.sql": "SELECT 1;",
      "V2_1__b.sql": "SELECT 1;",
      "deeper/V2__a.sql": "SELECT 1;",
      "V3__code.java": "class V3__code {}",
      "R__view.sql": "SELECT 1;",
      "B5__baseline.sql": "SELECT 1;",
      "beforeMigrate.sql": "SELECT 1;",
      "afterMigrate__grants.sql": "SELECT 1;",
    });
    const { files, others } = filesIn("flyway", folder);
    expect(files.map(({ key, migration }) => [key, migration.kind, migration.id])).toEqual([
      ["2", "sql", "V2__a"],
      ["2.1", "sql", "V2_1__b"],
      ["3", "foreign", "V3__code"],
      ["10", "sql", "V10__c"],
      ["R__view", "sql", "R__view"],
    ]);
    expect(others).toEqual([]);
  });

  test("does not run a file with a placeholder", () => {
    // biome-ignore lint/suspicious/noTemplateCurlyInString: a placeholder of the tool
    expect(only("flyway", { "V1__a.sql": "CREATE TABLE ${prefix}t ();" }).migration.kind).toBe("foreign");
  });

  test("refuses two files of one version", () => {
    expect(() => filesIn("flyway", folderWith({ "V1__a.sql": "", "V1.0__b.sql": "" }))).toThrowError(
      expect.objectContaining({ code: "migration_id_duplicate" }),
    );
  });
});

describe("alembic", () => {
  const revision = (id: string, down: string, more = ""): string =>
    `revision = '${id}'\ndown_revision: Union[str, None] = ${down}\n${more}`;

  test("puts each revision behind what it follows and what it depends on", () => {
    const folder = folderWith({
      "versions/a.py": revision("merge", '(\n    "left",  # one\n    "right",\n)'),
      "versions/b.py": revision("right", "'root'", "depends_on = 'other@head'\n"),
      "versions/c.py": revision("left", "'root'"),
      "versions/deeper/d.py": revision("root", "None"),
      "versions/e.py": revision("branch", "None", 'branch_labels = ["other"]\n'),
      "versions/f.py": "# no revision here\n",
      "env.py": "",
    });
    const { files } = filesIn("alembic", folder);
    const order = files.map(({ key }) => key);
    expect(order).toHaveLength(5);
    for (const { key, requires } of files) {
      for (const parent of requires ?? []) {
        expect(order.indexOf(parent), `${parent} before ${key}`).toBeLessThan(order.indexOf(key));
      }
    }
    expect(files.find(({ key }) => key === "right")?.requires).toEqual(["root", "branch"]);
    expect(files.find(({ key }) => key === "merge")?.requires).toEqual(["left", "right"]);
  });

  test("keeps revisions that go round in a circle", () => {
    const folder = folderWith({
      "a.py": revision("a", "'b'"),
      "b.py": revision("b", "'a'"),
      "c.py": revision("c", "None"),
    });
    expect(filesIn("alembic", folder).files.map(({ key }) => key)).toEqual(["c", "a", "b"]);
  });
});

describe("tools whose migrations are TypeScript", () => {
  test("typeorm is known by its classes, whose names are the keys", () => {
    const folder = folderWith({
      "1700000000002-Second.ts": `import type { MigrationInterface } from "typeorm";
export class Second1700000000002 implements MigrationInterface {}
`,
      "1700000000001-first.ts": `import type { MigrationInterface } from "typeorm";
export class Renamed implements MigrationInterface {
  public readonly name: string = 'First1700000000001'
}
`,
      "1700000000003-compiled.js": `class Third { constructor() {
  this.name = "Third1700000000003";
} }`,
    });
    expect(layoutOf(folder)).toBe("typeorm");
    expect(filesIn("typeorm", folder).files.map(({ key }) => key)).toEqual([
      "First1700000000001",
      "Second1700000000002",
      "Third1700000000003",
    ]);
  });

  test("kysely, knex and sequelize are told apart by what they import or are given", () => {
    const kysely = 'import { type Kysely } from "kysely";\nexport async function up(db: Kysely<any>) {}\n';
    const knex = 'import type { Knex } from "knex";\nexport async function up(knex: Knex) {}\n';
    const sequelize = "export const up = (queryInterface) => queryInterface.dropTable('t');\n";
    expect(layoutOf(folderWith({ "1_a.ts": kysely, "1_a.d.ts": "" }))).toBe("kysely");
    expect(layoutOf(folderWith({ "1_a.ts": knex }))).toBe("knex");
    expect(layoutOf(folderWith({ "1_a.mjs": sequelize }))).toBe("sequelize");
  });
});

describe("a checkout with other line ends", () => {
  test.each(["drizzle", "prisma", "flyway", "graphile-migrate"] as const)("is no edit of a file of %s", (tool) => {
    const original = filesIn(tool, projectOf(tool)).files;
    const folder = copyOf(tool);
    for (const { name } of original) {
      writeInto(folder, { [name]: readFileSync(join(folder, name), "utf8").replaceAll("\n", "\r\n") });
    }
    const copied = filesIn(tool, folder).files;
    for (const [index, file] of original.entries()) {
      expect(copied[index]?.checksums).toEqual(expect.arrayContaining([file.checksums?.[0]]));
      expect(copied[index]?.migration.checksum).toBe(file.migration.checksum);
    }
  });
});
