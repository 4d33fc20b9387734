import { beforeAll, describe, expect, test } from "vitest";
import { CatalogState } from "../../src/catalog/state/catalog-state.ts";
import type { FileReport } from "../../src/hazards/finding.ts";
import { judgeFile } from "../../src/hazards/judge-file.ts";
import { lintUnits } from "../../src/hazards/lint-units.ts";
import { DEFAULT_LINT_POLICY } from "../../src/hazards/policy.ts";
import { RULES } from "../../src/hazards/rules.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import { lint, stateAfter } from "./lint.ts";

beforeAll(loadParser);

const ORDERS = "CREATE TABLE orders (id bigint PRIMARY KEY, note text, total numeric);";

const placesOf = ({ findings }: FileReport, rule: string): string[] =>
  findings.filter((one) => one.rule === rule).map(({ line, column }) => `${line}:${column}`);

describe("places", () => {
  test("each subcommand of an ALTER TABLE has its own", () => {
    const report = lint({
      setup: ORDERS,
      sql: "ALTER TABLE orders\n  ALTER note SET NOT NULL, -- a, b\n  ADD CONSTRAINT t CHECK (total IN (1, 2));",
    });
    expect(placesOf(report, "set-not-null")).toEqual(["1:1"]);
    expect(placesOf(report, "add-check-without-not-valid")).toEqual(["3:3"]);
  });

  test("columns count characters, also behind characters of several bytes", () => {
    const report = lint({ sql: "CREATE TABLE t (id bigint PRIMARY KEY, größe text, 𝕕 json);" });
    expect(placesOf(report, "prefer-jsonb")).toEqual(["1:52"]);
  });

  test("a section of a file keeps the lines of the file", () => {
    const unit = { file: "a.sql", text: "SELECT 1;\nDROP TABLE orders;", firstLine: 11, wrapping: "none" } as const;
    const report = judgeFile(unit, stateAfter(ORDERS, 180000), DEFAULT_LINT_POLICY);
    expect(placesOf(report, "drop-table")).toEqual(["12:1"]);
  });
});

describe("what cannot be read", () => {
  test("hides nothing before and behind it", () => {
    const report = lint({ setup: ORDERS, sql: "DROP TABLE orders;\nSELEC 1;\nTRUNCATE orders;" });
    expect(report.unchecked).toEqual([
      { kind: "syntax", file: "example.sql", line: 2, column: 1, reason: 'syntax error at or near "SELEC"' },
    ]);
    expect(placesOf(report, "drop-table")).toEqual(["1:1"]);
    expect(report.findings.some(({ rule, line }) => rule === "truncate" && line === 3)).toBe(true);
  });

  test("a bracket that is never closed hides nothing behind it", () => {
    const report = lint({ setup: ORDERS, sql: "SELECT foo( ;\nDROP TABLE orders;" });
    expect(report.unchecked.map(({ line }) => line)).toEqual([1]);
    expect(placesOf(report, "drop-table")).toEqual(["2:1"]);
    expect(report.statements).toBe(2);
  });

  test("a string that is never closed hides nothing before it", () => {
    const report = lint({ setup: ORDERS, sql: "DROP TABLE orders;\nSELECT 'a;\nDROP TABLE x;" });
    expect(report.unchecked.map(({ line, column }) => [line, column])).toEqual([[2, 8]]);
    expect(placesOf(report, "drop-table")).toEqual(["1:1"]);
  });

  test("commands of psql and data of COPY are passed over", () => {
    const sql = "\\set ON_ERROR_STOP on\nCOPY orders (id) FROM stdin;\n1\n\\.\nDROP TABLE orders;\n";
    const report = lint({ setup: ORDERS, sql });
    expect(report.unchecked).toEqual([]);
    expect(placesOf(report, "unchecked-dynamic-sql")).toEqual(["1:1"]);
    expect(placesOf(report, "drop-table")).toEqual(["5:1"]);
  });
});

describe("suppressions", () => {
  test("above the first statement hold for the file", () => {
    const report = lint({
      setup: ORDERS,
      sql: '-- lockkeeper: allow truncate because "a test database"\nTRUNCATE orders;\nTRUNCATE orders;',
    });
    expect(report.findings.filter(({ rule }) => ["truncate", "unused-ignore"].includes(rule))).toEqual([]);
  });

  test("directly above a statement hold for that one", () => {
    const report = lint({
      setup: ORDERS,
      sql: 'SELECT 1;\n-- lockkeeper: allow truncate because "empty"\nTRUNCATE orders;\nTRUNCATE orders;',
    });
    expect(placesOf(report, "truncate")).toEqual(["4:1"]);
    expect(placesOf(report, "unused-ignore")).toEqual([]);
  });

  test.each([
    ["without a reason", "-- lockkeeper: allow truncate", "needs a rule and a reason"],
    ["in other letters", '-- Lockkeeper: allow truncate because "x"', "is written"],
    ["without a colon", '-- lockkeeper allow truncate because "x"', "is written"],
    ["of an unknown rule", '-- lockkeeper: allow truncat because "x"', "there is no rule `truncat`"],
  ])("%s are an error, and suppress nothing", (_, directive, reason) => {
    const report = lint({ setup: ORDERS, sql: `${directive}\nTRUNCATE orders;` });
    expect(report.unchecked).toMatchObject([{ kind: "directive", line: 1, reason: expect.stringContaining(reason) }]);
    expect(placesOf(report, "truncate")).toEqual(["2:1"]);
  });

  test("that allow nothing any more are reported, unless their rule is off", () => {
    const sql = 'SELECT 1;\n-- lockkeeper: allow truncate because "empty"\nSELECT 2;';
    expect(placesOf(lint({ sql }), "unused-ignore")).toEqual(["2:1"]);
    expect(placesOf(lint({ sql }, { severities: { truncate: "off" } }), "unused-ignore")).toEqual([]);
  });

  test("that stand above nothing are an error", () => {
    const report = lint({ sql: 'SELECT 1;\n-- lockkeeper: allow truncate because "empty"\n' });
    expect(report.unchecked).toMatchObject([{ kind: "directive", line: 2 }]);
  });
});

describe("bodies", () => {
  test("statements of a DO block are judged at their own lines, as one transaction", () => {
    const report = lint({
      setup: ORDERS,
      sql: "SELECT 1;\nDO $body$\nBEGIN\n  IF true THEN\n    DROP TABLE orders;\n  END IF;\n  PERFORM pg_sleep(1);\n  CREATE INDEX CONCURRENTLY i ON orders (id);\nEND $body$;",
    });
    expect(placesOf(report, "drop-table")).toEqual(["5:5"]);
    expect(placesOf(report, "concurrently-in-transaction")).toEqual(["8:3"]);
  });

  test("EXECUTE of a constant is judged, of anything else reported", () => {
    const sql = "DO $$ BEGIN\n  EXECUTE 'DROP TABLE ' || 'orders';\n  EXECUTE 'DROP TABLE ' || current_user;\nEND $$";
    const report = lint({ setup: ORDERS, sql });
    expect(placesOf(report, "drop-table")).toEqual(["2:11"]);
    expect(placesOf(report, "unchecked-dynamic-sql")).toEqual(["3:11"]);
    expect(report.unchecked).toMatchObject([{ kind: "dynamic", line: 3 }]);
  });

  test("a function that a statement calls is read", () => {
    const sql = [
      "CREATE FUNCTION clean() RETURNS void LANGUAGE plpgsql AS $$ BEGIN TRUNCATE orders; END $$;",
      "CREATE FUNCTION wipe() RETURNS void LANGUAGE sql AS 'DELETE FROM orders';",
      "SELECT clean();",
      "SELECT wipe();",
    ].join("\n");
    const { findings } = lint({ setup: ORDERS, sql });
    expect(findings.find(({ rule }) => rule === "truncate")).toMatchObject({
      line: 3,
      message: expect.stringMatching(/^in clean\(\): /),
    });
    expect(findings.find(({ rule }) => rule === "delete-without-where")).toMatchObject({ line: 4 });
  });

  test("a body in another language is reported as unchecked", () => {
    const { unchecked } = lint({ sql: "DO LANGUAGE plperl $$ spi_exec_query('DROP TABLE orders') $$;" });
    expect(unchecked).toMatchObject([{ kind: "dynamic", reason: "a DO block in plperl" }]);
  });
});

describe("who opens transactions", () => {
  const concurrently = "ALTER TABLE orders ADD COLUMN a int;\nCREATE INDEX CONCURRENTLY i ON orders (a);";

  test.each([
    ["own", []],
    ["none", []],
    ["tool", ["2:1"]],
  ] as const)("CONCURRENTLY in a file that is run as %s", (wrapping, places) => {
    expect(placesOf(lint({ setup: ORDERS, sql: concurrently, wrapping }), "concurrently-in-transaction")).toEqual(
      places,
    );
  });

  test("our own runner ends its transaction before a statement that cannot stand in one", () => {
    const sql = `${concurrently}\nSELECT count(*) FROM orders;`;
    expect(placesOf(lint({ setup: ORDERS, sql, wrapping: "own" }), "statement-after-access-exclusive")).toEqual([]);
  });

  test("a missing lock_timeout is said once a file", () => {
    const sql = "ALTER TABLE orders ADD COLUMN a int;\nALTER TABLE orders ADD COLUMN b int;";
    expect(placesOf(lint({ setup: ORDERS, sql }), "missing-lock-timeout")).toEqual(["1:1"]);
  });

  test.each([
    ["SET lock_timeout = 0;", 1],
    ["SET lock_timeout TO '0';", 1],
    ["SET lock_timeout = '2s'; RESET lock_timeout;", 1],
    ["SET SESSION lock_timeout = 2000;", 0],
    ["SELECT set_config('lock_timeout', '2s', false);", 0],
    ["SELECT set_config('lock_timeout', '2s', true);", 1],
    ["BEGIN; SET LOCAL lock_timeout = '2s'; COMMIT;", 1],
  ])("a lock_timeout that is in force or not after %s", (sql, count) => {
    const report = lint({ setup: ORDERS, sql: `${sql}\nALTER TABLE orders ADD COLUMN a int;` });
    expect(placesOf(report, "missing-lock-timeout")).toHaveLength(count);
  });
});

describe("safe forms", () => {
  const fixOf = (setup: string, sql: string, rule: string): string | undefined =>
    lint({ setup, sql }).findings.find((one) => one.rule === rule)?.fix;

  test("an index of partitions of partitions is made level by level", () => {
    const setup = `CREATE TABLE e (k int, l int) PARTITION BY RANGE (k);
      CREATE TABLE e1 PARTITION OF e FOR VALUES FROM (0) TO (9) PARTITION BY LIST (l);
      CREATE TABLE e11 PARTITION OF e1 FOR VALUES IN (1);`;
    expect(fixOf(setup, "CREATE INDEX e_l ON e (l);", "create-index-on-partitioned")).toBe(
      [
        "CREATE INDEX e_l ON ONLY public.e (l);",
        "CREATE INDEX e1_l_idx ON ONLY public.e1 (l);",
        "CREATE INDEX CONCURRENTLY e11_l_idx ON public.e11 (l);",
        "ALTER INDEX public.e1_l_idx ATTACH PARTITION public.e11_l_idx;",
        "ALTER INDEX public.e_l ATTACH PARTITION public.e1_l_idx;",
      ].join("\n"),
    );
  });

  test("a view without a unique index is not refreshed concurrently", () => {
    const view = "CREATE TABLE t (a int); CREATE MATERIALIZED VIEW m AS SELECT a FROM t;";
    const rule = "refresh-matview-non-concurrent";
    expect(fixOf(view, "REFRESH MATERIALIZED VIEW m;", rule)).toBeUndefined();
    const keyed = `${view} CREATE UNIQUE INDEX m_a ON m (a);`;
    expect(fixOf(keyed, "REFRESH MATERIALIZED VIEW m;", rule)).toBe("REFRESH MATERIALIZED VIEW CONCURRENTLY m;");
  });
});

describe("what `lockkeeper up` does about it", () => {
  const own = (sql: string, setup: string | undefined = ORDERS) =>
    lint({ ...(setup === "" ? {} : { setup }), sql, wrapping: "own" }).findings;
  const EVENTS = `${ORDERS}
    CREATE TABLE stays (during tstzrange);
    CREATE DOMAIN amount AS int; CREATE TABLE bills (total amount);`;

  test.each(
    RULES.flatMap((rule) => (rule.online === undefined ? [] : rule.bad.map((bad) => ({ rule, bad, id: rule.id })))),
  )("$id: $bad.sql is no error where it has a form", ({ rule, bad }) => {
    const { findings } = lint({ major: rule.until ?? 18, ...bad, wrapping: "own" });
    for (const one of findings.filter((finding) => finding.rule === rule.id)) {
      if (one.severity === rule.online)
        expect(one).toMatchObject({ message: expect.stringMatching(/`lockkeeper up` (runs|chooses)/) });
      else
        expect(one).toMatchObject({
          severity: rule.severity,
          message: expect.stringContaining("`lockkeeper up` refuses it"),
        });
    }
  });

  test("it says what runs instead", () => {
    expect(own("CREATE INDEX i ON orders (note);")).toMatchObject([
      {
        rule: "create-index-non-concurrent",
        severity: "info",
        message:
          "blocks writes of orders while an index is built (SHARE), if it runs as written; `lockkeeper up` runs CREATE INDEX CONCURRENTLY i ON orders (note)",
      },
    ]);
    expect(own("UPDATE orders SET note = '';")[0]).toMatchObject({
      rule: "bulk-update",
      severity: "info",
      message: expect.stringContaining("runs it as a sweep"),
    });
    expect(own("DROP TABLE orders;")[0]).toMatchObject({
      rule: "drop-table",
      severity: "warning",
      message: expect.stringContaining("what is old goes with `lockkeeper contract`"),
    });
  });

  test.each([
    ["refuses", "ALTER TABLE stays ADD CONSTRAINT c EXCLUDE USING gist (during WITH &&);", "add-exclusion-constraint"],
    ["refuses", "ALTER DOMAIN amount ADD CHECK (VALUE > 0);", "alter-domain-add-constraint"],
    [
      "runs as written in `mode direct`",
      "-- lockkeeper: mode direct\nCREATE INDEX i ON orders (note);",
      "create-index-non-concurrent",
    ],
    [
      "runs as written in a DO block",
      "DO $$ BEGIN CREATE INDEX i ON orders (note); END $$;",
      "create-index-non-concurrent",
    ],
    ["drops under `contract ID`", "-- lockkeeper: contract 0001\nDROP TABLE orders;", "drop-table"],
  ])("what it %s is an error: %s", (_, sql, rule) => {
    expect(own(sql, EVENTS).find((one) => one.rule === rule)).toMatchObject({ severity: "error" });
  });

  test("of tables that nobody knows it says that the form is chosen later", () => {
    const [finding] = own("CREATE INDEX i ON orders (note);", "");
    expect(finding).toMatchObject({ severity: "info", message: expect.stringContaining("chooses a form") });
  });

  test("that it refuses a statement is said once, and not for what only PostgreSQL can write", () => {
    const setup = "CREATE TABLE t (a text, b int); CREATE DOMAIN d AS int CHECK (VALUE > 0);";
    const said = own("ALTER TABLE t ADD c int NOT NULL, ADD CONSTRAINT x EXCLUDE (a WITH =);", setup);
    expect(said.filter(({ message }) => message.includes("refuses it before"))).toHaveLength(1);
    const unit = {
      file: "a.sql",
      text: "CREATE TABLE t (a text); CREATE VIEW v AS SELECT a FROM t;",
      wrapping: "own",
      own: { mode: "online", using: [] },
    } as const;
    const later = { ...unit, file: "b.sql", text: "ALTER TABLE t ALTER a TYPE varchar(9);" };
    const state = CatalogState.unknown(180_000);
    const [, report] = lintUnits([unit, later], { policy: DEFAULT_LINT_POLICY, version: 180_000, state, apart: true });
    expect(report?.findings.find(({ rule }) => rule === "alter-column-type-dependent-view")).toMatchObject({
      severity: "info",
      message: expect.stringContaining("chooses a form for it on the catalog that it finds"),
    });
  });

  test("a severity that somebody chose holds", () => {
    const policy = { severities: { "create-index-non-concurrent": "error" } } as const;
    const { findings } = lint({ setup: ORDERS, sql: "CREATE INDEX i ON orders (note);", wrapping: "own" }, policy);
    expect(findings).toMatchObject([{ severity: "error" }]);
  });

  test("what it runs apart is not judged as if it shared a transaction", () => {
    const sql = [
      "ALTER TABLE orders ADD CONSTRAINT c CHECK (total > 0) NOT VALID;",
      "ALTER TABLE orders VALIDATE CONSTRAINT c;",
      "UPDATE orders SET note = 'x' WHERE note IS NULL;",
    ].join("\n");
    const found = own(sql).map(({ rule }) => rule);
    for (const rule of ["validate-in-same-transaction", "ddl-and-backfill-in-one-transaction"]) {
      expect(found).not.toContain(rule);
    }
  });
});

describe("what others work with", () => {
  const rows = (count: number, bytes: number) => {
    const catalog = stateAfter(ORDERS, 180000).catalog();
    const size = { heapBytes: bytes, indexBytes: 0, toastBytes: 0, deadRows: 0, columns: [], indexes: [] };
    return {
      ...catalog,
      facts: { ...catalog.facts, relations: [{ schema: "public", name: "orders", rows: count, ...size }] },
    };
  };
  const judged = async (count: number, bytes: number) => {
    const unit = {
      file: "a.sql",
      text: "ALTER TABLE orders ALTER COLUMN note SET NOT NULL;",
      wrapping: "own",
    } as const;
    return judgeFile(unit, CatalogState.of(rows(count, bytes)), DEFAULT_LINT_POLICY).findings.find(
      ({ rule }) => rule === "set-not-null",
    );
  };

  test("a large table is named with its size and the time", async () => {
    const finding = await judged(62_000_000, 14 * 1024 ** 3);
    expect(finding?.message).toMatch(
      /^blocks reads and writes of orders \(14 GB, 62 M rows\) for about \d+ (seconds|minutes), while every row is read/,
    );
  });

  test("work on a small or empty table is no hazard", async () => {
    expect(await judged(500, 65_536)).toBeUndefined();
    expect(await judged(-1, 0)).toBeUndefined();
  });

  test("a table whose rows nobody has counted is judged by its bytes", async () => {
    expect(await judged(-1, 8192)).toBeDefined();
  });
});

test("work inside of a DO block is named once, where it stands", () => {
  const report = lint({
    setup: ORDERS,
    sql: "DO $$ BEGIN\n  ALTER TABLE orders ALTER COLUMN note SET NOT NULL;\nEND $$;",
  });
  const errors = report.findings.filter(({ severity }) => severity === "error");
  expect(errors.map(({ rule, line }) => `${line} ${rule}`)).toEqual(["2 missing-lock-timeout", "2 set-not-null"]);
});

test.each([
  ["REINDEX TABLE t", "reindex-non-concurrent"],
  ["VACUUM FULL t", "vacuum-full-cluster"],
  ["CLUSTER t USING i", "vacuum-full-cluster"],
  ["REFRESH MATERIALIZED VIEW m", "refresh-matview-non-concurrent"],
  ["ALTER TABLE t ALTER CONSTRAINT c ENFORCED", "alter-constraint-enforced"],
  ["ALTER TABLE t ALTER COLUMN c TYPE bigint", "alter-column-type-rewrite"],
  ["ALTER TABLE t SET UNLOGGED", "set-logged-unlogged"],
  ["ALTER TABLE p ATTACH PARTITION t FOR VALUES IN (1)", "attach-partition-scan"],
  ["ALTER DOMAIN d ADD CHECK (VALUE > 0)", "alter-domain-add-constraint"],
])("the worst is feared of what is not known: %s", (sql, rule) => {
  expect(lint({ sql }).findings.map((one) => one.rule)).toContain(rule);
});
