import { expect, test } from "vitest";
import { startEmbeddedServer } from "../../../src/postgres/embedded-server.ts";
import type { Way } from "../../../src/safety/rollback/way.ts";
import { ChangeUnderWriters } from "../../support/change-under-writers.ts";
import { runCliHere, shellWords } from "../../support/cli-here.ts";
import { clientPrograms, WITHOUT_CLIENT_PROGRAMS } from "../../support/client-programs.ts";
import { onServer } from "../../support/on-server.ts";
import { writeProject } from "../../support/project.ts";

const ALL = ["0003_gone", "0002_name", "0001_type"];
const wayNamed = async (change: ChangeUnderWriters, kind: string, at = 0) =>
  (await change.restorePoint()).migrations[at]?.ways.find((way) => way.kind === kind);

test("before the cutover: what was begun is taken back, and nothing that was written is lost", async () => {
  await using change = await ChangeUnderWriters.begin(1);
  const before = { schema: await change.schema(), still: await change.still() };
  const last = await change.stepsBeforeCutover();
  expect(last).toBeGreaterThan(1);
  await change.writers.during(async () => {
    const stopped = change.up({
      onEvent: (event, stop) => {
        if (event.type === "step.done" && event.step === last) stop.afterStep("interrupted");
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
  });
  expect((await change.restorePoint()).migrations).toMatchObject([
    {
      id: "0001_type",
      moment: "before cutover",
      state: "failed",
      error: { code: "interrupted" },
      stepsDone: last,
      ways: [
        { kind: "forward", isOpen: true, commands: ["lockkeeper up"] },
        { kind: "down", isOpen: true, commands: [expect.stringMatching(/^lockkeeper down/)] },
        { kind: "backup", isOpen: false },
      ],
    },
  ]);
  await change.writers.during(() => change.down());
  expect(await change.wrong()).toEqual([]);
  expect({ schema: await change.schema(), still: await change.still() }).toEqual(before);
});

test("after an interrupted run: a statement that is cancelled in its middle is taken back, or gone on with", async () => {
  await using change = await ChangeUnderWriters.begin(2);
  const before = { schema: await change.schema(), still: await change.still() };
  const interrupt = () =>
    change.up({
      onEvent: (event, stop) => {
        if (event.type === "step.started" && event.kind === "sweep") stop.immediately("interrupted");
      },
    });
  await change.writers.during(() => expect(interrupt()).rejects.toMatchObject({ code: "interrupted" }));
  expect((await change.restorePoint()).migrations).toMatchObject([
    { moment: "before cutover", error: { code: "interrupted" } },
  ]);
  await change.writers.during(() => change.down());
  expect(await change.wrong()).toEqual([]);
  expect({ schema: await change.schema(), still: await change.still() }).toEqual(before);
  await change.writers.during(() => expect(interrupt()).rejects.toMatchObject({ code: "interrupted" }));
  await change.writers.during(() => change.up());
  expect(await change.wrong()).toEqual([]);
});

test("after the cutover with writes since, and twice in a row: the same each time", async () => {
  await using change = await ChangeUnderWriters.begin(3);
  const before = { schema: await change.schema(), still: await change.still() };
  let after: readonly string[] | undefined;
  for (let time = 0; time < 2; time++) {
    await change.writers.during(() => change.up());
    after ??= await change.schema();
    expect(await change.schema()).toEqual(after);
    expect(await change.wrong()).toEqual([]);
    await change.db.query("UPDATE t SET extra = 'new' WHERE id = 7");
    await change.writers.during(async () => {
      expect(await change.down({ steps: 3 })).toEqual(ALL);
    });
    expect(await change.wrong()).toEqual([]);
    expect({ schema: await change.schema(), still: await change.still() }).toEqual(before);
  }
});

test("what the way back loses is told before it is gone", async () => {
  await using change = await ChangeUnderWriters.begin(4);
  await change.up();
  const { migrations } = await change.restorePoint();
  expect(migrations.map(({ id, moment }) => [id, moment])).toEqual(ALL.map((id) => [id, "waiting for contract"]));
  const [first, second, third] = migrations.map(({ ways }) => ways.find(({ kind }) => kind === "down"));
  expect(first).toMatchObject({ commands: ["lockkeeper down --yes"], loses: [] });
  expect(second?.loses).toEqual(["column extra of public.t"]);
  expect(third?.loses).toEqual(second?.loses);
  expect(third?.keeps.join("\n")).toMatch(/RENAME COLUMN note TO remark.*\n.*ALTER n TYPE bigint/);
  expect(third?.mayStop.map(({ reason }) => reason).join()).not.toContain("lockkeeper_");
  expect(third?.locks.map(({ relation }) => relation)).toContain("t");
});

test("of a subset of the migrations: the others stay in force", async () => {
  await using change = await ChangeUnderWriters.begin(5);
  await change.up({ to: "0001_type" });
  const between = { schema: await change.schema(), still: await change.still() };
  await change.writers.during(() => change.up());
  expect((await change.restorePoint("0001_type")).migrations.map(({ id }) => id)).toEqual(ALL.slice(0, 2));
  await change.writers.during(async () => {
    expect(await change.down({ to: "0001_type" })).toEqual(ALL.slice(0, 2));
  });
  expect(await change.wrong()).toEqual([]);
  expect({ schema: await change.schema(), still: await change.still() }).toEqual(between);
});

test("while others have a long transaction open: nothing is changed until it is over, and then everything", async () => {
  await using change = await ChangeUnderWriters.begin(6);
  const before = { schema: await change.schema(), still: await change.still() };
  await change.up();
  const after = await change.schema();
  const other = await change.db.connect();
  const hold = () => other.query("BEGIN; SELECT FROM t LIMIT 1; SELECT FROM visit LIMIT 1");
  await hold();
  await change.writers.during(async () => {
    const refused = change.down({ steps: 3, policy: { lockDeadlineMs: 150 } });
    await expect(refused).rejects.toMatchObject({ code: "lock_timeout" });
  });
  expect(await change.schema()).toEqual(after);
  let isHeld = true;
  await change.writers.during(async () => {
    const undone = await change.down({
      steps: 3,
      onEvent: (event) => {
        if (event.type !== "lock.retry" || !isHeld) return;
        isHeld = false;
        void other.query("ROLLBACK");
      },
    });
    expect(undone).toEqual(ALL);
  });
  expect(isHeld).toBe(false);
  expect(await change.wrong()).toEqual([]);
  expect({ schema: await change.schema(), still: await change.still() }).toEqual(before);
});

test("while others have a long transaction open: the drop of an index waits beyond the deadline, ends when asked, and goes on", async () => {
  await using change = await ChangeUnderWriters.begin(10, { "0004_index.sql": "CREATE INDEX t_remark ON t (remark);" });
  await change.up({ to: "0003_gone" });
  const between = await change.schema();
  await change.writers.during(() => change.up());
  const other = await change.db.connect();
  await other.query("BEGIN; SELECT FROM t LIMIT 1");
  await change.writers.during(async () => {
    const stopped = change.down({
      policy: { lockDeadlineMs: 150 },
      onEvent: (event, stop) => {
        if (event.type === "lock.waiting" && event.waitedMs > 500) stop.immediately("interrupted");
      },
    });
    await expect(stopped).rejects.toMatchObject({ code: "interrupted" });
  });
  expect((await change.restorePoint()).migrations[0]).toMatchObject({
    id: "0004_index",
    moment: "taking back",
    error: { code: "interrupted" },
    ways: [{ kind: "down", isOpen: true, commands: ["lockkeeper down --yes"] }, { kind: "backup" }],
  });
  await other.query("ROLLBACK");
  await change.writers.during(async () => {
    expect(await change.down()).toEqual(["0004_index"]);
  });
  expect(await change.wrong()).toEqual([]);
  expect(await change.schema()).toEqual(between);
});

test("after a partly failed contract: what is left is told and can be copied out, and contract goes on", async () => {
  await using change = await ChangeUnderWriters.begin(7);
  const [, visits] = await change.still();
  await change.writers.during(() => change.up());
  const other = await change.db.connect();
  await other.query("BEGIN; SELECT FROM visit LIMIT 1");
  await change.writers.during(async () => {
    const stopped = change.contract({ ids: ["0003_gone"], policy: { lockDeadlineMs: 150 } });
    await expect(stopped).rejects.toMatchObject({ code: "lock_timeout" });
  });
  await other.query("ROLLBACK");
  const [point, next] = (await change.restorePoint()).migrations;
  expect(point).toMatchObject({
    id: "0003_gone",
    moment: "contracting",
    stepsDone: 1,
    steps: 2,
    error: { code: "lock_timeout" },
  });
  expect(point?.ways.map(({ kind, isOpen }) => [kind, isOpen])).toEqual([
    ["forward", true],
    ["down", false],
    ["quarantine", true],
    ["backup", false],
  ]);
  expect(next?.ways.find(({ kind }) => kind === "down")?.because).toMatch(/^0003_gone, which came after it, cannot/);
  const [forward, , quarantine] = point?.ways ?? [];
  expect(forward?.commands).toEqual(["lockkeeper contract 0003_gone --yes"]);
  expect(quarantine?.kept).toMatchObject([{ kind: "column", was: "at of visit" }]);
  expect(quarantine?.loses).toEqual(["what was removed by DROP TABLE IF EXISTS lockkeeper_quarantine_old.old"]);
  await change.writers.during(async () => {
    for (const sql of quarantine?.sql ?? []) await change.db.query(sql);
    expect(await change.contract({ ids: ["0003_gone"] })).toEqual(["0003_gone"]);
  });
  expect(
    await change.db.query("SELECT id, lockkeeper_dropped_at::text AS at FROM kept_at_of_visit ORDER BY id"),
  ).toEqual(visits);
  expect(await change.wrong()).toEqual([]);
  expect(await wayNamed(change, "quarantine")).toBeUndefined();
  expect(await wayNamed(change, "down")).toMatchObject({ isOpen: false });
});

test.skipIf(WITHOUT_CLIENT_PROGRAMS)(
  "after a partly failed contract: what it removed is in the backup alone, and is taken from there beside what was written since",
  async () => {
    const { major, folder: programs } = clientPrograms();
    await using server = await startEmbeddedServer({ major, settings: { fsync: "off", log_min_messages: "fatal" } });
    await using change = await ChangeUnderWriters.begin(9, {}, server.url());
    const env = {
      DATABASE_URL: change.db.url,
      LOCKKEEPER_MIGRATIONS: change.folder,
      LOCKKEEPER_SCRATCH: server.url(),
      LOCKKEEPER_BACKUP_FOLDER: writeProject({}),
      LOCKKEEPER_BACKUP_PROGRAMS: programs,
    };
    const restoredUrl = server.url(`${change.db.name}_restored`);
    const follow = async (way: Way | undefined): Promise<void> => {
      const line = way?.commands[0] ?? "";
      const [program, ...args] = shellWords(line.replace('"$RESTORE_URL"', restoredUrl));
      expect(program).toBe("lockkeeper");
      const { code, printed } = await runCliHere(args, { cwd: change.folder, env });
      expect(code, printed).toBe(0);
    };
    const all = `SELECT (SELECT json_agg(t ORDER BY id) FROM t) AS t, (SELECT json_agg(o ORDER BY id) FROM old AS o) AS old,
      (SELECT json_agg(v ORDER BY id) FROM visit AS v) AS visit`;
    await change.up({ to: "0001_type" });
    await change.writers.during(async () => {});
    const before = await change.db.query(all);
    await follow(await wayNamed(change, "backup"));
    await change.writers.during(() => change.up());
    const other = await change.db.connect();
    await other.query("BEGIN; SELECT FROM visit LIMIT 1");
    const stopped = change.contract({ ids: ["0003_gone"], policy: { lockDeadlineMs: 150 } });
    await expect(stopped).rejects.toMatchObject({ code: "lock_timeout" });
    await other.query("ROLLBACK");
    const [, , quarantine, backup] = (await change.restorePoint()).migrations[0]?.ways ?? [];
    expect(quarantine?.loses).toEqual(["what was removed by DROP TABLE IF EXISTS lockkeeper_quarantine_old.old"]);
    expect(backup).toMatchObject({ kind: "backup", isOpen: true });
    await change.writers.during(() => follow(backup));
    await onServer(restoredUrl, async (restored) => {
      expect((await restored.query(all)).rows).toEqual(before);
      const { rows } = await restored.query("SELECT json_agg(o) AS old FROM old AS o");
      await change.db.query("CREATE TABLE old (id int PRIMARY KEY, x text UNIQUE)");
      await change.db.query("INSERT INTO old SELECT * FROM json_populate_recordset(NULL::old, $1)", [
        JSON.stringify(rows[0]?.old),
      ]);
    });
    await change.writers.during(() => change.contract({ ids: ["0003_gone"] }));
    expect(await change.db.query("SELECT json_agg(o ORDER BY id) AS old FROM old AS o")).toEqual([
      { old: before[0]?.["old"] },
    ]);
    expect(await change.wrong()).toEqual([]);
  },
);

test("roll-forward: what stopped the run is mended, and the run goes on to its end", async () => {
  await using change = await ChangeUnderWriters.begin(8, {
    "0004_check.sql": "ALTER TABLE t ADD CONSTRAINT positive CHECK (id > 1);",
  });
  await change.writers.during(() => expect(change.up()).rejects.toMatchObject({ code: "statement_failed" }));
  const [point] = (await change.restorePoint()).migrations;
  expect(point).toMatchObject({ id: "0004_check", moment: "before cutover", error: { code: "statement_failed" } });
  expect(point?.ways[0]).toMatchObject({
    kind: "forward",
    commands: ["lockkeeper up"],
    because: expect.stringMatching(/^Mend/),
  });
  await change.db.query("UPDATE t SET id = 999 WHERE id = 1");
  await change.writers.during(async () => {
    expect(await change.up()).toEqual(["0004_check"]);
  });
  await change.db.query("ALTER TABLE t DROP CONSTRAINT positive; UPDATE t SET id = 1 WHERE id = 999");
  expect(await change.wrong()).toEqual([]);
});
