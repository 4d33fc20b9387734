import { beforeAll, describe, expect, inject, test } from "vitest";
import { diffStates, type StateDiff } from "../../src/desired/diff-states.ts";
import { type LoadStateOptions, loadStates } from "../../src/desired/load-state.ts";
import type { DiffStatement } from "../../src/diff/schema-diff.ts";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { type ChangeProof, proveChange } from "../../src/trace/prove-change.ts";
import { writeProject } from "../support/project.ts";

let options: LoadStateOptions;
let found: StateDiff;

beforeAll(async () => {
  const { from, to } = await statesOf({
    "from.sql": "CREATE TABLE t (id int PRIMARY KEY, a int NOT NULL);",
    "to.sql": "CREATE TABLE t (id int PRIMARY KEY, a bigint NOT NULL, b text, c int NOT NULL);",
  });
  found = diffStates(from, to);
});

function statesOf(project: Readonly<Record<string, string>>): ReturnType<typeof loadStates> {
  options = {
    cwd: writeProject(project),
    places: { named: inject("serverUrl") },
    timeoutMs: 30_000,
    commandTimeoutMs: 30_000,
    signal: new AbortController().signal,
    migrations: () => [],
  };
  const files = (file: string) => ({ kind: "files", files: [file] }) as const;
  return loadStates(files("from.sql"), files("to.sql"), options);
}

const B_IS_LOST = { losesRows: "the values of b and c", for: ["column:public.t.b", "column:public.t.c"] };
const written = (texts: readonly string[]): DiffStatement[] => texts.map((sql) => ({ sql, ...B_IS_LOST }));

/** Proves statements that are to lead to the schema; those of the differ back, or others. */
const prove = (up: readonly string[], down?: readonly string[]): Promise<ChangeProof> =>
  proveChange(
    {
      ...found,
      up: written(up),
      down: down === undefined ? found.back().statements : written(down),
    },
    options,
  );

async function failure(...args: Parameters<typeof prove>): Promise<LockkeeperError> {
  const error = await prove(...args).catch((thrown: unknown) => thrown);
  if (error instanceof LockkeeperError) return error;
  throw new Error(`it is proven: ${JSON.stringify(error)}`);
}

const THERE = [
  "ALTER TABLE t ALTER a TYPE bigint",
  "ALTER TABLE t ADD b text, ADD c int NOT NULL DEFAULT 1",
  "ALTER TABLE t ALTER c DROP DEFAULT",
];

describe("the proof of a change", () => {
  test("tells what was written anew, and which statement needs rows that fit", async () => {
    const fitting = "ALTER TABLE public.t ADD COLUMN c integer NOT NULL";
    expect(await prove(["ALTER TABLE t ALTER a TYPE bigint", "ALTER TABLE t ADD b text", fitting])).toEqual({
      rewrites: ["public.t"],
      needsFittingRows: [
        {
          sql: fitting,
          reason: 'column "c" of relation "t" contains null values',
        },
      ],
      rows: { filled: [{ table: "public.t", rows: 3 }], empty: [] },
    });
  });

  test("fails where the statements lead elsewhere, there or back", async () => {
    const there = await failure(THERE.slice(1));
    expect(there).toMatchObject({ code: "change_unproven", notDone: "No file was made." });
    expect(there.message).toMatch(/^The statements do not lead to .*: column:public\.t\.a would be changed/);
    const back = await failure(THERE, ["ALTER TABLE t DROP b, DROP c"]);
    expect(back.message).toMatch(/^The way back does not lead to .*: column:public\.t\.a would be changed/);
  });

  test("fails where rows are lost and no statement says so, and where a statement fails", async () => {
    const lost = await failure([...THERE, "DELETE FROM t"]);
    expect(lost.message).toBe("On the way there rows are lost of which no statement says so: the rows of public.t.");
    const error = await failure(["ALTER TABLE nothing ADD b text"]);
    expect(error.message).toBe(
      'On the way there a statement fails: relation "nothing" does not exist\nALTER TABLE nothing ADD b text',
    );
  });

  test("asks no statement to speak of values that are computed, nor twice of those that are told to be lost", async () => {
    const { from, to } = await statesOf({
      "from.sql":
        "CREATE TYPE x AS ENUM ('a'); CREATE TABLE t (id int, g int GENERATED ALWAYS AS (id + 1) STORED, v x);",
      "to.sql": "CREATE DOMAIN x AS text; CREATE TABLE t (id int, v x);",
    });
    const other = diffStates(from, to);
    expect(other.diff.statements.map(({ sql }) => sql)).toContain("ALTER TABLE public.t DROP COLUMN g");
    const { rows } = await proveChange({ ...other, up: other.diff.statements, down: other.back().statements }, options);
    expect(rows.filled).toEqual([{ table: "public.t", rows: 3 }]);
  });

  test("leaves privileges that others gave to the server where they are", async () => {
    const { from, to } = await statesOf({
      "from.sql": `CREATE TABLE t (id int);
        GRANT SELECT ON t TO pg_monitor WITH GRANT OPTION; SET ROLE pg_monitor; GRANT SELECT ON t TO pg_read_all_data;`,
      "to.sql": "CREATE TABLE t (id int, a int); GRANT SELECT ON t TO pg_monitor;",
    });
    const other = diffStates(from, to);
    expect(other.diff.statements.map(({ sql }) => sql)).toContain("SET ROLE pg_monitor");
    expect(
      await proveChange({ ...other, up: other.diff.statements, down: other.back().statements }, options),
    ).toMatchObject({
      rewrites: [],
    });
  });
});
