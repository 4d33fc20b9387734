import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { GateConfig } from "../../src/config/gate-config.ts";
import { loadConfig } from "../../src/config/load-config.ts";
import { readProject } from "../../src/migrations/read-project.ts";
import { connect } from "../../src/postgres/session.ts";
import { contract } from "../../src/run/contract.ts";
import { down } from "../../src/run/down.ts";
import { lookForDrift } from "../../src/run/drift/drift-of.ts";
import { history } from "../../src/run/history.ts";
import { resume } from "../../src/run/resume.ts";
import { Stop } from "../../src/run/stop.ts";
import { up } from "../../src/run/up.ts";
import { upAndContract } from "../../src/run/up-and-contract.ts";
import { recordEvidence } from "../../src/safety/evidence.ts";
import { approve } from "../../src/safety/gates/approve.ts";
import type { FlightReport, GateOptions } from "../../src/safety/gates/gate-flight.ts";
import { gateFlight } from "../../src/safety/gates/gate-flight.ts";
import { gatePolicy } from "../../src/safety/gates/gate-policy.ts";
import { guardOf } from "../../src/safety/gates/guard.ts";
import type { GateReport, Overrides } from "../../src/safety/gates/judge-gates.ts";
import { type FlightOptions, plannedFlight } from "../../src/safety/gates/planned-flight.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { applyAll, operationOn, RECORDING_POLICY, TEST_POLICY } from "../support/operations.ts";
import { writeProject } from "../support/project.ts";
import { testRole } from "../support/role.ts";

const FIRST = { "0001_note.sql": "ALTER TABLE orders ADD COLUMN note text;\n" };
/** Stops everybody for as long as it takes to write the table anew. */
const DIRECT = { "0002_wide.sql": "-- lockkeeper: mode direct\nALTER TABLE orders ALTER COLUMN id TYPE bigint;\n" };
const POLICY = { ...TEST_POLICY, briefMs: 0 };

let db: TestDatabase;
let config: Awaited<ReturnType<typeof loadConfig>>;
beforeAll(async () => {
  db = await testDatabase();
  // No table is too small to speak of.
  config = { ...(await loadConfig({ cwd: writeProject({}), env: {} })), lint: { smallRows: 0 } };
  await db.query("CREATE TABLE orders AS SELECT g AS id FROM generate_series(1, 1000) AS g; ANALYZE orders");
});
afterAll(async () => {
  await db[Symbol.asyncDispose]();
});

interface Asked {
  readonly files?: Readonly<Record<string, string>>;
  readonly overrides?: Overrides;
  readonly now?: string;
  readonly flight?: Partial<FlightOptions>;
  readonly url?: string;
}

function optionsOf({ files = FIRST, overrides, now, url }: Asked) {
  const { emit, stop, events } = operationOn(db);
  const folder = writeProject(files);
  const options: GateOptions = {
    url: url ?? db.url,
    config,
    migrations: readProject(folder),
    policy: POLICY,
    stop,
    cwd: folder,
    ...(overrides === undefined ? {} : { overrides }),
    ...(now === undefined ? {} : { now: () => Date.parse(now) }),
  };
  return { options, emit, events };
}

const gatesOf = (gates: readonly GateConfig[]) => gatePolicy(gates as never);

/** How the gates stand for what would run. */
async function stateOf(gates: readonly GateConfig[], asked: Asked = {}): Promise<FlightReport> {
  const { options } = optionsOf(asked);
  const { answer: report } = await plannedFlight({ ...options, direction: "up", ...asked.flight }, (flight) =>
    gateFlight(flight, gatesOf(gates), options),
  );
  if (report === undefined) throw new Error("nothing would run");
  return report;
}

async function gateOf(gate: GateConfig, asked: Asked = {}): Promise<GateReport | undefined> {
  return (await stateOf([gate], asked)).gates[0];
}

/** Of a run with a guard. */
function runWith(gates: readonly GateConfig[], asked: Asked = {}) {
  const { options, emit, events } = optionsOf(asked);
  return { run: { ...options, emit, guard: guardOf(gatesOf(gates), options) }, events };
}

async function evidence(kind: "backup" | "rehearsal", held: boolean, report: object, boundTo?: string): Promise<void> {
  await using session = await connect(db.url);
  await recordEvidence(session, { kind, held, report, ...(boundTo === undefined ? {} : { boundTo }) });
}

describe("before the first run of a database", () => {
  test("a run that no gate lets through has changed nothing, and names them all", async () => {
    const { run } = runWith([{ gate: "backup", within: "1d" }, { gate: "drift" }, { gate: "rehearsal" }]);
    await expect(up(run)).rejects.toMatchObject({
      code: "gate_closed",
      exitCode: 3,
      notDone: "Nothing was changed.",
      message: expect.stringMatching(/^2 gates .*\n {2}backup: No backup[\s\S]*\n {2}rehearsal: /),
      data: { gates: [{ name: "backup", action: "lockkeeper backup --verify" }, { name: "rehearsal" }] },
    });
    expect(await db.query("SELECT 1 FROM pg_namespace WHERE nspname = 'lockkeeper'")).toEqual([]);
  });

  test("an approval has no place yet, and the state schema is not made by whoever approves", async () => {
    const { options } = optionsOf({});
    const asked = { ...options, direction: "up", gates: gatesOf([{ gate: "approval", by: ["postgres"] }]) } as const;
    await expect(approve(asked)).rejects.toMatchObject({ code: "permission_denied" });
    expect(await db.query("SELECT 1 FROM pg_namespace WHERE nspname = 'lockkeeper'")).toEqual([]);
  });

  test("there is nothing from which the schema could have drifted", async () => {
    expect(await gateOf({ gate: "drift" })).toMatchObject({ state: "not needed" });
  });
});

test("a gate is passed by with a reason where the policy allows it, and the run tells of it", async () => {
  const gates: readonly GateConfig[] = [{ gate: "backup", within: "1d", override: true }, { gate: "checks" }];
  expect((await stateOf(gates, { overrides: { backup: "restored by hand" } })).gates).toMatchObject([
    { name: "backup", state: "overridden", because: "restored by hand" },
    { name: "checks", state: "holds" },
  ]);
  await up(runWith(gates, { overrides: { backup: "restored by hand" } }).run);
  const [last] = await history({ url: db.url, limit: 1 });
  expect(last).toMatchObject({
    migration: "0001_note",
    overrides: [{ gate: "backup", because: "restored by hand", actor: "postgres" }],
  });
  expect(await db.query("SELECT action, subject, detail ->> 'direction' AS direction FROM lockkeeper.audit")).toEqual([
    { action: "override", subject: "backup", direction: "up" },
  ]);
});

test.each([
  ["that there is not", { bakcup: "why" }, "usage", "is backup meant?"],
  ["without a reason", { backup: " " }, "usage", "has to say why"],
  ["that the policy keeps closed", { backup: "why" }, "gate_closed", "lets nobody override"],
])("an override of a gate %s is refused", (_, overrides, code, message) => {
  const { options } = optionsOf({ overrides });
  expect(() => guardOf(gatesOf([{ gate: "backup", within: "1d" }]), options)).toThrow(
    expect.objectContaining({ code, message: expect.stringContaining(message) }),
  );
});

describe("evidence", () => {
  const second = { ...FIRST, "0002_more.sql": "ALTER TABLE orders ADD COLUMN more text;\n" };
  const backup: GateConfig = { gate: "backup", within: "1d" };

  test("a backup counts by the age of its data, and when it was restored", async () => {
    const asked = { files: second };
    await evidence("backup", false, { failure: { code: "backup_invalid", message: "a byte is flipped." } });
    expect(await gateOf(backup, asked)).toMatchObject({
      state: "does not hold",
      reason: expect.stringContaining("a byte is flipped."),
    });
    await evidence("backup", true, { takenAt: new Date(Date.now() - 2 * 86_400_000).toISOString() });
    expect(await gateOf(backup, asked)).toMatchObject({
      state: "does not hold",
      reason: "The newest backup that was restored is 2 days old; the policy allows 1 day.",
    });
    await evidence("backup", true, { takenAt: new Date().toISOString(), catalog: "another" });
    expect(await gateOf(backup, asked)).toMatchObject({ reason: expect.stringContaining("another schema") });
    await evidence("backup", true, { takenAt: new Date().toISOString() });
    expect(await gateOf(backup, asked)).toMatchObject({ state: "holds", evidence: { actor: "postgres" } });
  });

  test("a rehearsal counts for exactly the plan that it was of", async () => {
    const rehearsal: GateConfig = { gate: "rehearsal" };
    const { digest } = await stateOf([rehearsal], { files: second });
    await evidence("rehearsal", false, { binding: null }, digest);
    expect(await gateOf(rehearsal, { files: second })).toMatchObject({ reason: expect.stringContaining("failed") });
    await evidence("rehearsal", true, { binding: null }, digest);
    expect(await gateOf(rehearsal, { files: second })).toMatchObject({ state: "holds" });
    const other = { ...FIRST, "0002_more.sql": "ALTER TABLE orders ADD COLUMN more integer;\n" };
    expect(await gateOf(rehearsal, { files: other })).toMatchObject({
      state: "does not hold",
      reason: expect.stringContaining("Something else was rehearsed"),
    });
  });

  test("an approval is of one person, for one plan, by somebody who may give it", async () => {
    await using dba = await testRole(db);
    await using alice = await testRole(db);
    await db.query(`GRANT ${dba.name} TO ${alice.name}`);
    const gate: GateConfig = { gate: "approval", by: [dba.name], fourEyes: true };
    const gates = gatesOf([gate]);
    const { digest } = await stateOf([gate], { files: second });
    const by = (url: string, more: object = {}) =>
      approve({ ...optionsOf({ files: second, url }).options, direction: "up", gates, digest, ...more });
    expect(await gateOf(gate, { files: second })).toMatchObject({
      state: "does not hold",
      action: `lockkeeper approve --plan ${digest}`,
    });
    // A superuser is nobody's member.
    await expect(by(db.url)).rejects.toMatchObject({ code: "permission_denied" });
    await expect(by(alice.url)).rejects.toMatchObject({
      code: "permission_denied",
      action: expect.stringContaining("GRANT"),
    });
    await db.query(`GRANT USAGE ON SCHEMA lockkeeper TO ${dba.name};
      GRANT INSERT (kind, held, bound_to, report) ON lockkeeper.evidence TO ${dba.name};
      GRANT INSERT (action, subject, reason, detail) ON lockkeeper.audit TO ${dba.name}`);
    // She may not plan, and is not sent to the role that runs.
    await expect(by(alice.url, { digest: digest.slice(0, 8) })).rejects.toMatchObject({
      code: "permission_denied",
      action: expect.stringContaining("all 64 digits"),
    });
    expect(await by(alice.url, { because: "seen" })).toMatchObject({ actor: alice.name, digest, withdrawn: false });
    const found = await gateOf(gate, { files: second });
    expect(found).toMatchObject({ state: "holds", evidence: { actor: alice.name } });
    await by(alice.url, { withdraw: true });
    expect(await gateOf(gate, { files: second })).toMatchObject({ reason: expect.stringContaining("withdrew") });
    await by(alice.url);
    await db.query(`REVOKE ${dba.name} FROM ${alice.name}`);
    expect(await gateOf(gate, { files: second })).toMatchObject({ state: "does not hold" });
    await expect(by(alice.url, { digest: "0".repeat(64), withdraw: true })).rejects.toMatchObject({
      code: "permission_denied",
    });
    await expect(
      by(db.url, { digest: "0".repeat(64), gates: gatesOf([{ gate: "approval", by: ["postgres"] }]) }),
    ).rejects.toMatchObject({
      code: "plan_changed",
      message: expect.stringContaining(`(up 0002_more) has the digest ${digest}, not 000`),
    });
    await expect(
      by(db.url, { digest: "00000000", gates: gatesOf([{ gate: "approval", by: ["postgres"] }]) }),
    ).rejects.toMatchObject({ code: "plan_changed" });
    expect(await gateOf({ gate: "approval", by: ["postgres"], fourEyes: true }, { files: second })).toMatchObject({
      reason: expect.stringContaining("who runs it"),
    });
    await db.query(`DROP OWNED BY ${dba.name}`);
  });
});

describe("the server", () => {
  const files = { ...FIRST, ...DIRECT };

  test("has no transaction that is too old", async () => {
    const gate: GateConfig = { gate: "long-transactions", longest: 0 };
    expect(await gateOf(gate, { files })).toMatchObject({ state: "holds" });
    const client = await db.connect();
    await client.query("SET application_name = 'report'; BEGIN; SELECT 1");
    expect(await gateOf(gate, { files })).toMatchObject({
      state: "does not hold",
      reason: expect.stringContaining("report (pid"),
      action: expect.stringContaining("pg_terminate_backend"),
    });
    await client.query("ROLLBACK");
  });

  test("has no session of an older application", async () => {
    const gate: GateConfig = { gate: "old-applications", matching: "^shop-1" };
    const client = await db.connect();
    await client.query("SET application_name = 'shop-1.4'");
    expect(await gateOf(gate, { files })).toMatchObject({
      state: "does not hold",
      reason: "Still connected: shop-1.4 (1 session).",
    });
    await client.query("SET application_name = 'shop-2'");
    expect(await gateOf(gate, { files })).toMatchObject({ state: "holds" });
  });

  test.each([
    ["enough", { query: "SELECT 10000000000" }, "holds", "are needed"],
    ["too little", { query: "SELECT 1000" }, "does not hold", "Only 1000 bytes are free"],
    ["nothing that is known", { query: "SELECT 'much'" }, "unknown", "no number of bytes"],
    ["a query that fails", { query: "SELECT 1 / 0" }, "unknown", "division by zero"],
    ["statements that would write", { query: "SELECT 1; COMMIT; DROP TABLE orders" }, "unknown", "multiple commands"],
    ["what a command prints last", { command: "echo Avail; echo 10000000000" }, "holds", "are needed"],
    ["a command that fails", { command: "exit 3" }, "unknown", "exit code 3"],
  ] as const)("has %s of free space", async (_, source, state, reason) => {
    const gate = { gate: "disk-free", ...source } as GateConfig;
    expect(await gateOf(gate, { files })).toMatchObject({ state, reason: expect.stringContaining(reason) });
  });

  test("has no replica that is behind", async () => {
    expect(await gateOf({ gate: "replica-lag" }, { files })).toMatchObject({ state: "holds" });
  });
});

test("a gate is asked of the phases and from the severity on that the policy names", async () => {
  const files = { ...FIRST, ...DIRECT };
  const backup = { gate: "backup", within: 0 } as const;
  expect(await gateOf({ ...backup, phases: ["contract"] }, { files })).toMatchObject({ state: "not needed" });
  expect(await gateOf({ ...backup, severity: "error" }, { files })).toMatchObject({ state: "does not hold" });
  const harmless = { ...FIRST, "0002_more.sql": "ALTER TABLE orders ADD COLUMN more text;\n" };
  expect(await gateOf({ ...backup, severity: "error" }, { files: harmless })).toMatchObject({ state: "not needed" });
  const back: Asked = { files: FIRST, flight: { direction: "down" } };
  expect(await gateOf(backup, back)).toMatchObject({ state: "not needed" });
  expect(await gateOf({ ...backup, phases: ["down"] }, back)).toMatchObject({ state: "does not hold" });
  await expect(down(runWith([{ ...backup, phases: ["down"] }]).run)).rejects.toMatchObject({ code: "gate_closed" });
});

describe("a step that stops others", () => {
  const window = {
    gate: "window",
    opens: "0 3 * * *",
    lasts: "1h",
    timeZone: "Europe/Berlin",
    override: true,
  } as const;
  const files = {
    ...FIRST,
    "0002_more.sql":
      "-- lockkeeper: mode direct\n-- lockkeeper: transaction each\nALTER TABLE orders ADD COLUMN more text;\nALTER TABLE orders ALTER COLUMN id TYPE bigint;\n",
  };

  test("keeps the run from starting while the window is closed", async () => {
    expect(await gateOf(window, { files, now: "2026-03-28T01:59:00Z" })).toMatchObject({
      state: "does not hold",
      reason: expect.stringContaining("opens at 2026-03-28 03:00 (Europe/Berlin)"),
    });
    expect(await gateOf({ ...window, wait: "2h" }, { files, now: "2026-03-28T01:59:00Z" })).toMatchObject({
      state: "holds",
    });
    expect(await gateOf(window, { files, now: "2026-03-28T02:30:00Z" })).toMatchObject({ state: "holds" });
    const harmless = { ...FIRST, "0002_more.sql": "ALTER TABLE orders ADD COLUMN more text;\n" };
    expect(await gateOf(window, { files: harmless })).toMatchObject({ state: "not needed" });
  });

  test("ends a run that comes to it too late, which is resumed in the next window or with a reason", async () => {
    const { options, emit } = optionsOf({ files });
    let clock = Date.parse("2026-03-28T02:30:00Z");
    const guard = guardOf(gatesOf([window]), { ...options, now: () => clock });
    const late = { ...options, emit, guard };
    const watch = {
      ...late,
      emit: (event: { type: string }) => {
        if (event.type === "step.done") clock = Date.parse("2026-03-28T03:00:00Z");
      },
    };
    await expect(up(watch)).rejects.toMatchObject({
      code: "window_closed",
      exitCode: 3,
      data: { step: 2, opensAt: "2026-03-29T01:00:00.000Z" },
    });
    expect(await history({ url: db.url, limit: 1 })).toMatchObject([
      { state: "failed", error: { code: "window_closed" }, steps: [{ state: "done" }] },
    ]);
    const again = guardOf(gatesOf([window]), { ...options, now: () => clock });
    await expect(resume({ ...late, guard: again })).rejects.toMatchObject({ code: "window_closed" });
    const forced = guardOf(gatesOf([window]), {
      ...options,
      now: () => clock,
      overrides: { window: "nobody is here" },
    });
    expect(await resume({ ...late, guard: forced })).toMatchObject({ finished: ["0002_more"] });
    expect(await history({ url: db.url, limit: 1 })).toMatchObject([
      { state: "done", overrides: [{ gate: "window", because: "nobody is here" }] },
    ]);
  });
});

test("contract asks its gates too, and what is removed by itself stays while they do not hold", async () => {
  const files = {
    ...FIRST,
    "0002_more.sql":
      "-- lockkeeper: mode direct\n-- lockkeeper: transaction each\nALTER TABLE orders ADD COLUMN more text;\nALTER TABLE orders ALTER COLUMN id TYPE bigint;\n",
    "0003_gone.sql": "ALTER TABLE orders DROP COLUMN note;\n",
  };
  const approval: GateConfig = { gate: "approval", by: ["postgres"], phases: ["contract"] };
  await up(runWith([approval], { files }).run);
  const { run } = runWith([approval], { files });
  await expect(contract(run)).rejects.toMatchObject({ code: "gate_closed", data: { gates: [{ name: "approval" }] } });
  expect(await db.query("SELECT contract FROM lockkeeper.migration WHERE id = '0003_gone'")).toEqual([
    { contract: "waiting" },
  ]);
  // A start of the application does not fail because of it.
  const auto = {
    ...run,
    policy: { ...run.policy, contract: { ...run.policy.contract, when: "auto" as const, afterMs: 0 } },
  };
  const notices: string[] = [];
  const left = await upAndContract({
    ...auto,
    emit: (event) => {
      if (event.type === "notice") notices.push(event.message);
    },
  });
  expect(left).not.toHaveProperty("contracted");
  expect(notices.join()).toMatch(/stays for now: .*approval/s);
  const approved = await approve({
    ...optionsOf({ files }).options,
    direction: "contract",
    gates: gatesOf([approval]),
  });
  expect(approved).toMatchObject({ migrations: ["0003_gone"], direction: "contract" });
  expect(await contract(run)).toMatchObject({ contracted: ["0003_gone"] });
});

test("what was let start goes on under any command, and what is changed behind it is asked for again", async () => {
  await using shop = await testDatabase();
  await shop.query("CREATE TABLE item AS SELECT g AS cents FROM generate_series(1, 100) AS g; ANALYZE item");
  const files = {
    "0001_note.sql": "ALTER TABLE item ADD COLUMN note text;\n",
    "0002_cents.sql": "ALTER TABLE item ALTER COLUMN cents TYPE bigint;\n",
    "0003_more.sql": "ALTER TABLE item ADD COLUMN more text;\n",
  };
  const policy = { ...RECORDING_POLICY, briefMs: 0 };
  const asked = (which: Readonly<Record<string, string>>, stop = new Stop()) => {
    const { options, emit } = optionsOf({ files: which, url: shop.url });
    const own = { ...options, policy, stop };
    const gates = gatesOf([{ gate: "approval", by: ["nobody"] }, { gate: "drift" }]);
    return { ...own, emit, guard: guardOf(gates, own) };
  };
  await applyAll(shop, { "0001_note.sql": files["0001_note.sql"] }, { policy });
  const stop = new Stop();
  let steps = 0;
  await expect(
    up({
      ...asked(files, stop),
      // A runner that is killed records no schema.
      policy: { ...policy, drift: TEST_POLICY.drift },
      guard: undefined,
      emit: ({ type }) => {
        if (type === "step.done" && ++steps === 2) stop.afterStep("interrupted");
      },
    }),
  ).rejects.toMatchObject({ code: "interrupted" });
  expect(await shop.query("SELECT tgname FROM pg_trigger WHERE tgrelid = 'item'::regclass")).not.toEqual([]);
  await using session = await connect(shop.url);
  expect((await lookForDrift(session, policy)).report).toMatchObject({
    objects: [],
    ofRuns: expect.arrayContaining([expect.stringContaining("lockkeeper_new_cents")]),
  });
  const flight = await plannedFlight({ ...asked(files), direction: "up" }, async ({ plans }) => plans);
  expect(flight).toEqual({ begun: ["0002_cents", "0003_more"] });

  const edited = { ...files, "0003_more.sql": "ALTER TABLE item ADD COLUMN more integer;\n" };
  for (const command of [up, resume]) {
    await expect(command(asked(edited))).rejects.toMatchObject({
      code: "gate_closed",
      data: { gates: [{ name: "approval" }] },
      action: expect.stringContaining("`lockkeeper up --to 0002_cents` finishes it first"),
    });
  }
  expect(await up({ ...asked(files), to: "0002_cents" })).toMatchObject({ applied: ["0002_cents"] });
  expect(await resume(asked(files))).toMatchObject({ finished: ["0003_more"] });
});

test.each([
  ["a gate that there is not", [{ gate: "backups" }], "`gate` is one of"],
  ["a key that there is not", [{ gate: "backup", within: "1d", wihtin: 1 }], "is `within` meant?"],
  ["a value of another form", [{ gate: "backup", within: "soon" }], "an age such as"],
  ["nothing that has to be said", [{ gate: "approval" }], "`by` is missing"],
  ["two gates of one name", [{ gate: "drift" }, { gate: "drift" }], "two gates `drift`"],
  ["a window that never opens", [{ gate: "window", opens: "0 2 30 2 *", lasts: "1h" }], "cannot be understood"],
  ["a zone that there is not", [{ gate: "window", opens: "0 2 * * *", lasts: "1h", timeZone: "Berlin" }], "time zone"],
  ["no way to ask what is free", [{ gate: "disk-free" }], "either `query` or `command`"],
  ["a rehearsal of ways back", [{ gate: "rehearsal", phases: ["down"] }], "what goes up is rehearsed"],
])("a policy with %s is refused with the place", (_, gates, message) => {
  expect(() => gatePolicy(gates, "lockkeeper.config.ts")).toThrow(
    expect.objectContaining({ code: "config_invalid", message: expect.stringContaining(message) }),
  );
});
