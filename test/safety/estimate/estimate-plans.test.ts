import { beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../../src/catalog/catalog.ts";
import type { RelationFacts } from "../../../src/catalog/model/facts.ts";
import { applyStatement } from "../../../src/catalog/state/apply-statement.ts";
import { CatalogState } from "../../../src/catalog/state/catalog-state.ts";
import { emptyCatalog } from "../../../src/catalog/state/empty-catalog.ts";
import { readDirectives } from "../../../src/migrations/directives.ts";
import { DEFAULT_POLICY, onlinePolicy } from "../../../src/run/policy.ts";
import { Preparation } from "../../../src/run/prepare.ts";
import { type EstimateOptions, estimatePlans, type PlanEstimate } from "../../../src/safety/estimate/estimate.ts";
import { defaultProfile } from "../../../src/safety/estimate/server-profile.ts";
import { loadParser, parseStatement } from "../../../src/sql/parse-statement.ts";

const MB = 1024 ** 2;
const ROWS = 1_000_000;

beforeAll(loadParser);

/** A table of a million rows of 64 bytes, with its key. */
function shop(rows = ROWS): Catalog {
  const state = CatalogState.of(emptyCatalog(180000));
  const text = "CREATE TABLE public.orders (id int PRIMARY KEY, customer int NOT NULL, code text NOT NULL)";
  applyStatement(state, parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "shop.sql"));
  const catalog = state.catalog();
  const column = (name: string, averageWidth: number, distinct: number) => ({
    ...{ name, averageWidth, distinct },
    nullFraction: 0,
    hasMissingValue: false,
  });
  const orders = {
    ...{
      schema: "public",
      name: "orders",
      rows,
      heapBytes: rows * 69,
      indexBytes: rows * 22,
      toastBytes: 0,
      deadRows: 0,
    },
    lastAnalyze: "2026-01-01T00:00:00.000Z",
    lastVacuum: "2026-01-01T00:00:00.000Z",
    columns: [column("id", 4, -1), column("customer", 4, 1_000), column("code", 30, -1)],
    indexes: [{ name: "orders_pkey", bytes: rows * 22 }],
  };
  return { ...catalog, facts: { ...catalog.facts, relations: [orders] } };
}

/** The same table after what its rows have been through. */
function used(change: Partial<RelationFacts>): Catalog {
  const catalog = shop();
  const relations = (catalog.facts.relations ?? []).map(({ lastVacuum: _, ...facts }) => ({ ...facts, ...change }));
  return { ...catalog, facts: { ...catalog.facts, relations } };
}

async function estimate(
  texts: readonly string[],
  options: Partial<EstimateOptions> & { readonly done?: readonly number[] } = {},
): Promise<readonly PlanEstimate[]> {
  const { catalog = shop(), done } = options;
  const migrations = texts.map((text, at) => ({
    ...{ id: `000${at + 1}`, kind: "sql" as const, file: `000${at + 1}.sql`, firstLine: 1, text, checksum: "" },
    ...{ directives: readDirectives(text, "file.sql"), layout: "lockkeeper" as const },
  }));
  const online = { state: CatalogState.of(catalog), policy: onlinePolicy(DEFAULT_POLICY) };
  const plans = await new Preparation(async () => online).plan(migrations);
  return await estimatePlans(
    plans.map(({ plan }) => ({ plan, ...(done === undefined ? {} : { done }) })),
    { catalog, server: defaultProfile(18), policy: DEFAULT_POLICY, ...options },
  );
}

const one = async (text: string, options: Parameters<typeof estimate>[1] = {}) => {
  const [first] = await estimate([text], options);
  if (first === undefined) throw new Error("it has no estimate");
  return first;
};

describe("what is expected", () => {
  test("of an index are its pages, in the database and in the log", async () => {
    const { total, steps } = await one("CREATE INDEX ON orders (code);");
    expect(steps.map(({ works }) => works)).toEqual([
      [{ kind: "index-build", relation: "public.orders", rows: ROWS, bytes: ROWS * 69 }],
    ]);
    expect(total.diskGrowthBytes / MB).toBeGreaterThan(45);
    expect(total.diskGrowthBytes / MB).toBeLessThan(55);
    expect(total.walBytes / total.diskGrowthBytes).toBeCloseTo(0.9, 1);
  });

  test("of an index beside traffic is built by one process, which needs no files; as written, by several", async () => {
    const server = { ...defaultProfile(18), maintenanceWorkMem: 1024 * MB };
    const temporary = async (text: string, buildWorkers = 0) =>
      (await one(text, { server, policy: { ...DEFAULT_POLICY, buildWorkers } })).total.tempBytes;
    const direct = "-- lockkeeper: mode direct\nCREATE INDEX ON orders (code);";
    expect(await temporary("CREATE INDEX ON orders (code);")).toBe(0);
    expect(await temporary("CREATE INDEX ON orders (code);", 2)).toBeGreaterThan(0);
    expect(await temporary(direct)).toBeGreaterThan(0);
  });

  test("of a key that is dropped is the room of its index", async () => {
    const { steps } = await one(
      "-- lockkeeper: transaction each\nALTER TABLE orders ADD CONSTRAINT codes UNIQUE (code);\nALTER TABLE orders DROP CONSTRAINT codes;",
    );
    const grown = steps.map(({ estimate }) => estimate.diskGrowthBytes);
    expect(Math.max(...grown) / MB).toBeGreaterThan(45);
    expect(grown.at(-1)).toBe(-Math.max(...grown));
  });

  test("of an index on few values is a third of that of one on many", async () => {
    const [few, many] = [await one("CREATE INDEX ON orders (customer);"), await one("CREATE INDEX ON orders (id);")];
    expect(few.total.diskGrowthBytes / many.total.diskGrowthBytes).toBeCloseTo(0.32, 1);
  });

  test("grows with the table", async () => {
    const [small, large] = [
      await one("CREATE INDEX ON orders (code);"),
      await one("CREATE INDEX ON orders (code);", { catalog: shop(10 * ROWS) }),
    ];
    expect(large.total.walBytes / small.total.walBytes).toBeCloseTo(10, 0);
    expect(large.total.seconds.likely / small.total.seconds.likely).toBeCloseTo(10, 0);
  });

  test("of a table that is written anew is the old one beside the new one at most", async () => {
    const { total } = await one("-- lockkeeper: mode direct\nALTER TABLE orders ALTER COLUMN customer TYPE bigint;");
    expect(total.diskPeakBytes).toBeGreaterThan(ROWS * 91);
    expect(total.diskGrowthBytes).toBeLessThan(ROWS * 20);
    expect(total.walBytes).toBeGreaterThan(ROWS * 100);
  });

  test("of what only the catalog hears of is next to nothing", async () => {
    const { total } = await one("ALTER TABLE orders ADD COLUMN flag boolean NOT NULL DEFAULT false;");
    expect(total.walBytes).toBeLessThan(MB);
    expect(total.seconds.likely).toBeLessThan(0.1);
    expect(total.diskPeakBytes).toBe(0);
  });

  test("of a later step counts what the steps before it leave behind", async () => {
    const [fill, drop] = await estimate([
      "ALTER TABLE orders ADD COLUMN token uuid DEFAULT gen_random_uuid();\nCREATE INDEX orders_token ON orders (token);",
      "DROP INDEX orders_token;",
    ]);
    const built = fill?.steps.find(({ title }) => title.includes("INDEX"));
    expect(built?.works).toMatchObject([{ kind: "index-build", rows: ROWS }]);
    expect(built?.estimate.diskGrowthBytes).toBeGreaterThan(30 * MB);
    expect(drop?.total.diskGrowthBytes).toBe(-(built?.estimate.diskGrowthBytes ?? 0));
  });

  test("of whoever reads a table first is the log of the pages on which dead rows are cleared away, once", async () => {
    const index = "CREATE INDEX ON orders (code);";
    const both = `${index}\nALTER TABLE orders ADD CHECK (customer > 0);`;
    const heapBytes = ROWS * 86;
    const dead = { catalog: used({ heapBytes, deadRows: ROWS / 4 }) };
    const vacuumed = { catalog: used({ heapBytes, lastVacuum: "2026-01-01T00:00:00.000Z" }) };
    const log = async (text: string, options: typeof dead): Promise<number> =>
      (await one(text, options)).total.walBytes;
    const more = (await log(index, dead)) - (await log(index, vacuumed));
    expect(more / (ROWS * 69)).toBeCloseTo(3 / 4, 1);
    expect((await log(both, dead)) - (await log(both, vacuumed))).toBe(more);
  });

  test("of rows that are changed is no growth where vacuum has made room, and much where the dead are still there", async () => {
    const indexed = "-- lockkeeper: mode direct\nUPDATE orders SET id = id + 1;";
    const heapBytes = ROWS * 138;
    const [packed, vacuumed, dead] = [
      await one(indexed),
      await one(indexed, { catalog: used({ heapBytes, lastVacuum: "2026-01-01T00:00:00.000Z" }) }),
      await one(indexed, { catalog: used({ heapBytes, deadRows: ROWS }) }),
    ];
    const index = packed.total.diskGrowthBytes - ROWS * 69;
    expect(vacuumed.total.diskGrowthBytes).toBeLessThan(0.3 * packed.total.diskGrowthBytes);
    expect(dead.total.diskGrowthBytes - index).toBeGreaterThan(ROWS * 60);
  });

  test("of a rebuilt table are its indexes too, though nobody else knows the table", async () => {
    const [, rebuilt] = await estimate(["CREATE INDEX orders_code ON orders (code);", "VACUUM FULL orders;"]);
    const built = rebuilt?.steps.find(({ title }) => title.includes("CREATE INDEX orders_code"));
    expect(built?.works).toMatchObject([{ kind: "index-build", rows: ROWS }]);
    expect(built?.expected.diskGrowthBytes).toBeGreaterThan(30 * MB);
  });

  test("of rows that go is the log of their long values", async () => {
    const wide = { catalog: used({ toastBytes: 400 * MB, lastVacuum: "2026-01-01T00:00:00.000Z" }) };
    const removal = "DELETE FROM orders WHERE id < 5;";
    const [narrow, long] = [await one(removal), await one(removal, wide)];
    expect(long.total.walBytes - narrow.total.walBytes).toBeGreaterThan(130 * MB);
  });

  test("of rows that lie one behind the other is the log of fewer pages", async () => {
    const removal = "DELETE FROM orders WHERE id < 5;";
    const correlations = new Map([["public.orders.id", 1]]);
    const [anywhere, together] = [
      await one(removal),
      await one(removal, { server: { ...defaultProfile(18), correlations } }),
    ];
    expect((anywhere.total.walBytes - together.total.walBytes) / (ROWS * 69)).toBeCloseTo(2 / 3, 1);
  });

  test("of a sweep with rests is as much longer", async () => {
    const text = "UPDATE orders SET code = 'none';";
    const seconds = async (nice: number) => {
      const { steps } = await one(text, { policy: { ...DEFAULT_POLICY, sweep: { ...DEFAULT_POLICY.sweep, nice } } });
      return steps.find(({ kind }) => kind === "sweep")?.estimate.seconds.likely ?? 0;
    };
    expect((await seconds(3)) / (await seconds(0))).toBeCloseTo(4, 5);
  });

  test("of the server's planner outweighs what a condition looks like", async () => {
    const text = "DELETE FROM orders WHERE code > 'x';";
    const [guessed, asked] = [
      await one(text),
      await one(text, {
        server: { ...defaultProfile(18), rowsOf: new Map([["DELETE FROM orders WHERE code > 'x'", 10]]) },
      }),
    ];
    const rows = ({ steps }: PlanEstimate) =>
      steps.flatMap(({ works }) => works).find(({ kind }) => kind === "delete")?.rows;
    expect(rows(guessed)).toBe(Math.round(ROWS / 3));
    expect(rows(asked)).toBe(10);
  });

  test("of steps that are done is not expected again", async () => {
    const text = "ALTER TABLE orders ADD CHECK (customer > 0);";
    const [whole, rest] = [await one(text), await one(text, { done: [0] })];
    expect(rest.steps.map(({ step }) => step)).toEqual(whole.steps.map(({ step }) => step).slice(1));
  });

  test("of replicas and the archive is the log, once each", async () => {
    const { total } = await one("CREATE INDEX ON orders (id);", {
      server: { ...defaultProfile(18), replicas: 3, archives: true },
    });
    expect(total.replicaBytes).toBe(3 * total.walBytes);
    expect(total.archiveBytes).toBe(total.walBytes);
  });

  test.each([
    ["DO $$ BEGIN DELETE FROM orders; END $$;", /what DO/],
    ["CREATE TABLE copies AS SELECT * FROM orders;", /what CREATE TABLE/],
    ["INSERT INTO orders SELECT i, i, 'x' FROM generate_series(1, 10) AS i;", /how many rows go into public.orders/],
  ])("is not counted in silence: %s", async (text, unknown) => {
    const { steps } = await one(text);
    expect(steps.flatMap((step) => step.unknown)).toContainEqual(expect.stringMatching(unknown));
  });
});
