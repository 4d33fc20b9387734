import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { Catalog } from "../../src/catalog/catalog.ts";
import { readCatalog } from "../../src/catalog/read-catalog.ts";
import { connect } from "../../src/postgres/session.ts";
import { loadParser } from "../../src/sql/parse-statement.ts";
import type { TypesOptions } from "../../src/types/types-options.ts";
import { type WrittenTypes, writeTypes } from "../../src/types/write-types.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";

const fixtures = join(import.meta.dirname, "../fixtures/types");

let db: TestDatabase;
let catalog: Catalog;
beforeAll(async () => {
  await loadParser();
  db = await testDatabase();
  await db.query(readFileSync(join(fixtures, "schema.sql"), "utf8"));
  await using session = await connect(db.url);
  catalog = await readCatalog(session.query);
});
afterAll(() => db.drop());

const write = (options: Partial<TypesOptions> = {}, from: Catalog = catalog): WrittenTypes =>
  writeTypes(from, { kysely: true, names: "database", overrides: {}, columns: {}, ...options });

/** The lines of one declaration, without its comments. */
function declared(text: string, name: string): readonly string[] {
  const [, body = ""] = new RegExp(`^export interface ${name} \\{\n(.*?)^\\}`, "ms").exec(text) ?? [];
  return body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("/**"));
}

describe("the types of a schema", () => {
  test("are those of test/fixtures/types/database.ts", async () => {
    await expect(write().text).toMatchFileSnapshot(join(fixtures, "database.ts"));
  });

  test("compile under the strictest flags with queries that must and must not compile", () => {
    const tsc = join(import.meta.dirname, "../../node_modules/typescript/bin/tsc");
    const { status, stdout } = spawnSync(process.execPath, [tsc, "-p", fixtures], { encoding: "utf8" });
    expect(stdout).toBe("");
    expect(status).toBe(0);
  });

  test("do not depend on the order of the catalog's lists", () => {
    const reversed = Object.fromEntries(
      Object.entries(catalog).map(([key, value]) => [key, Array.isArray(value) ? value.toReversed() : value]),
    ) as unknown as Catalog;
    expect(write({}, reversed).text).toBe(write().text);
  });

  test("need nothing of Kysely unless asked for", () => {
    const { text } = write({ kysely: false });
    expect(text).not.toContain("kysely");
    expect(text).not.toContain("Table {");
    expect(write().text).toContain(
      text.slice(text.indexOf("export interface"), text.indexOf("/** Arguments of procedures")),
    );
  });

  test("of an empty database are still a module", () => {
    const none = Object.fromEntries(
      Object.entries(catalog).map(([key, value]) => [key, Array.isArray(value) ? [] : value]),
    ) as unknown as Catalog;
    expect(write({ kysely: false }, none).text).toMatch(/\n\nexport \{\};\n$/);
    expect(declared(write({}, none).text, "Database")).toEqual([]);
  });
});

describe("what the configuration says", () => {
  test("names as Kysely's CamelCasePlugin makes them, and tells which it does not find again", () => {
    const { text, unreachable } = write({ names: "camelCase" });
    expect(declared(text, "OpenItemsRow")).toEqual([
      "orderId: number;",
      "line: number;",
      "amount: BillingAmount;",
      "doubled: string | null;",
      "shipped: Date | null;",
    ]);
    expect(declared(text, "Database")).toContain("orderItems: OrderItems2Table;");
    expect(declared(text, "BillingInvoicesRow")).toContain("sentTo: string | null;");
    expect(declared(text, "Functions").at(-1)).toContain("{ customerId: string | null; total: string | null }[]");
    expect(unreachable).toEqual(["OrderItems", "line_2"]);
  });

  test("types of PostgreSQL are what it says they are, however they are written", () => {
    const overrides = {
      int8: { select: "bigint", insert: "bigint | number" },
      "timestamp with time zone": "string",
      "order_state[]": "OrderState[]",
      "billing.amount": "import('decimal.js').Decimal",
      citext: "() => string",
    };
    const { text, unused } = write({ overrides });
    expect(declared(text, "CustomersRow")).toEqual(
      expect.arrayContaining(["id: bigint;", "favourite_order_states: OrderState[];", "name: () => string;"]),
    );
    expect(declared(text, "OrderItems2Row")).toEqual(
      expect.arrayContaining([
        "customer_id: bigint;",
        "amount: import('decimal.js').Decimal;",
        "created_at: string;",
        "shipped: Date | null;",
      ]),
    );
    expect(declared(text, "OrderItems2Insert")).toContain("customer_id: bigint | number;");
    expect(declared(text, "Functions")).toContain("numbers(): (bigint | null)[];");
    expect(unused).toEqual({ overrides: [], columns: [] });
  });

  test("single columns are what it says they are, with null where they may be null", () => {
    const columns = {
      "customers.settings": "import('./settings.ts').Settings",
      "public.customers.nick": { select: "Nick", insert: "string" },
      "billing.invoices.state": "() => void",
    };
    const { text, unused } = write({ columns });
    expect(declared(text, "CustomersTable")).toEqual(
      expect.arrayContaining([
        "settings: Generated<import('./settings.ts').Settings>;",
        "nick: ColumnType<Nick | null, string | null, string | null>;",
      ]),
    );
    expect(declared(text, "BillingInvoicesRow")).toContain("state: () => void;");
    expect(unused.columns).toEqual([]);
  });

  test("what stands for nothing in the schema is told", () => {
    const { unused } = write({
      overrides: { int8: "bigint", nosuch: "string", "int8; DROP": "string", "int4, int8": "string" },
      columns: { "customers.nothing": "string", "invoices.state": "string" },
    });
    expect(unused).toEqual({
      overrides: ["nosuch", "int8; DROP", "int4, int8"],
      columns: ["customers.nothing", "invoices.state"],
    });
  });
});
