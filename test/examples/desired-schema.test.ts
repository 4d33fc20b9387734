import { chmodSync, copyFileSync, cpSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { runCli } from "../support/cli.ts";
import { testDatabase } from "../support/database.ts";
import { addFiles, writeProject } from "../support/project.ts";

const root = join(import.meta.dirname, "../..");

/** What the tools printed for the models as they are edited here, and which: its README says so. */
const recorded = (tool: string): string => join(root, "test/fixtures/desired-schema", tool);

interface Team {
  readonly name: string;
  /** The command that prints the models, without `npx`. */
  readonly command?: string;
  readonly model: string;
  /** How the unique address and the customer of an order are said, under the names that the tool gives. */
  readonly unique: string;
  readonly foreignKey: string;
}

const TEAMS: readonly Team[] = [
  {
    name: "plain-sql",
    model: "schema/tables.sql",
    unique: "ALTER TABLE public.customers ADD CONSTRAINT customers_email_key UNIQUE (email);",
    foreignKey:
      "ALTER TABLE public.orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id);",
  },
  {
    name: "drizzle",
    command: "drizzle-kit export --dialect postgresql --schema schema.ts",
    model: "schema.ts",
    unique: "ALTER TABLE public.customers ADD CONSTRAINT customers_email_unique UNIQUE (email);",
    foreignKey:
      "ALTER TABLE public.orders ADD CONSTRAINT orders_customer_id_customers_id_fk FOREIGN KEY (customer_id) REFERENCES public.customers(id);",
  },
  {
    name: "prisma",
    command: "prisma migrate diff --from-empty --to-schema schema.prisma --script",
    model: "schema.prisma",
    unique: "CREATE UNIQUE INDEX customers_email_key ON public.customers USING btree (email);",
    foreignKey:
      "ALTER TABLE public.orders ADD CONSTRAINT orders_customer_id_fkey FOREIGN KEY (customer_id) REFERENCES public.customers(id) ON UPDATE CASCADE ON DELETE RESTRICT;",
  },
];

/** Stands for `npx`: prints what the tool printed for the edited model, and knows no other command and no other model. */
function recordedNpx({ name, command = "", model }: Team): string {
  const folder = recorded(name);
  const text = [
    "#!/bin/sh",
    `[ "$*" = "${command}" ] || { echo "not recorded: $*" >&2; exit 1; }`,
    `cmp -s ${model} "${folder}/${model}.after.txt" || { echo "not recorded: another model" >&2; exit 1; }`,
    `cat "${folder}/after.sql"`,
    "",
  ].join("\n");
  const bin = writeProject({ npx: text });
  chmodSync(join(bin, "npx"), 0o755);
  return bin;
}

function edit(cwd: string, { name, model }: Team): void {
  if (name !== "plain-sql") {
    copyFileSync(join(recorded(name), `${model}.after.txt`), join(cwd, model));
    return;
  }
  const edited = readFileSync(join(cwd, model), "utf8")
    .replace("'sent')", "'sent', 'returned')")
    .replace("email text NOT NULL", "email text NOT NULL UNIQUE")
    .replace("customer_id bigint NOT NULL,", "customer_id bigint NOT NULL REFERENCES customers,\n  note text,");
  writeFileSync(join(cwd, model), edited);
}

test.each(TEAMS)("a team whose models are in $name edits the model and has an online migration", async (team) => {
  await using db = await testDatabase();
  const cwd = writeProject({});
  cpSync(join(root, "examples/desired-schema", team.name), cwd, { recursive: true });
  addFiles(cwd, { "package.json": '{ "type": "module" }' });
  const env = { DATABASE_URL: db.url, PATH: `${recordedNpx(team)}:${process.env["PATH"]}` };
  const run = async (...args: string[]): Promise<string> => {
    const { code, stdout, stderr } = await runCli(args, { cwd, env });
    expect({ args, code, stderr: code === 0 ? "" : stderr }).toEqual({ args, code: 0, stderr: "" });
    return stdout;
  };

  await run("up");
  await db.query(
    "INSERT INTO customers (email) VALUES ('ann@example.com'), ('bob@example.com'); INSERT INTO orders (customer_id) VALUES (1), (2)",
  );

  edit(cwd, team);
  expect(await run("new", "returns", "--from-schema", "--scratch", db.url)).toBe(
    "migrations/0002_returns.sql\nmigrations/0002_returns.down.sql\n",
  );
  const written = readFileSync(join(cwd, "migrations/0002_returns.sql"), "utf8");
  // Nothing but what was edited: the migration before it made the model as it was.
  expect(
    written
      .split("\n\n")
      .map((statement) => statement.trim())
      .toSorted(),
  ).toEqual(
    [
      "ALTER TYPE public.order_state ADD VALUE 'returned';",
      "ALTER TABLE public.orders ADD COLUMN note text;",
      team.unique,
      team.foreignKey,
    ].toSorted(),
  );

  const plan = await run("plan");
  expect(plan).toMatch(/CREATE UNIQUE INDEX CONCURRENTLY \S+ ON public\.customers/);
  expect(plan).toMatch(/ADD CONSTRAINT orders_customer_id_\w+ FOREIGN KEY .* NOT VALID/);
  expect(plan).toMatch(/VALIDATE CONSTRAINT orders_customer_id_/);

  await run("up");
  expect(await run("diff", "--exit-code", "--scratch", db.url)).toBe("");
  await db.query("INSERT INTO orders (customer_id, note, state) VALUES (1, 'too small', 'returned')");
  expect(await db.query("SELECT customer_id::int, note, state::text FROM orders ORDER BY id")).toEqual([
    { customer_id: 1, note: null, state: "new" },
    { customer_id: 2, note: null, state: "new" },
    { customer_id: 1, note: "too small", state: "returned" },
  ]);
});
