import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { CATALOGUE } from "../../src/errors/catalogue.ts";
import { type TestDatabase, testDatabase } from "../support/database.ts";
import { type InstalledPackage, installPackage, type ShellResult } from "./installed-package.ts";
import { dialogues, readmeBlocks, shapes, shownTypeScript } from "./readme-blocks.ts";

const ROOT = join(import.meta.dirname, "../..");
const manifest: { readonly version: string } = JSON.parse(readFileSync(join(ROOT, "package.json"), "utf8"));

let installed: InstalledPackage;
let database: TestDatabase;

/** Packing builds, and installing asks the registry. */
const INSTALL_TIMEOUT_MS = 300_000;

beforeAll(async () => {
  installed = await installPackage();
  database = await testDatabase();
}, INSTALL_TIMEOUT_MS);

afterAll(async () => {
  await database?.drop();
  installed?.[Symbol.dispose]();
});

const write = (name: string, text: string): void => {
  const path = join(installed.folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
};

describe("the tarball", () => {
  test("holds what is built and three texts, and nothing else", () => {
    const { stdout } = spawnSync("tar", ["-tzf", installed.tarball], { encoding: "utf8" });
    const names = stdout.trim().split("\n");
    const others = names.filter((name) => !name.startsWith("package/dist/"));
    expect(others.sort()).toEqual(
      ["CHANGELOG.md", "LICENSE", "README.md", "package.json"].map((name) => `package/${name}`),
    );
    expect(names.filter((name) => !/\.(js|d\.ts|md|json)$|\/LICENSE$/.test(name))).toEqual([]);
    expect(names).toEqual(
      expect.arrayContaining(["lockkeeper.js", "index.js", "demo-load.js"].map((name) => `package/dist/${name}`)),
    );
  });

  test("brings no path of the machine it was built on", async () => {
    const { output } = await installed.shell(`grep -rlF "${ROOT}" node_modules/lockkeeper || true`);
    expect(output).toBe("");
  });
});

describe("the installed command", () => {
  test("tells its version", async () => {
    expect(await installed.shell("npx lockkeeper --version")).toEqual({ status: 0, output: `${manifest.version}\n` });
  });

  test("lists its commands", async () => {
    const { status, output } = await installed.shell("npx lockkeeper --help");
    expect(status).toBe(0);
    expect(output).toMatch(/^Usage: lockkeeper/);
    expect(output).toMatch(/^ {2}up /m);
  });

  test("applies a migration, and a TypeScript one after it", async () => {
    write(
      "db/0001_things.sql",
      "CREATE TABLE things (id int PRIMARY KEY);\nCREATE INDEX CONCURRENTLY things_idx ON things (id);\n",
    );
    write(
      "db/0002_fill.ts",
      `import { defineMigration } from "lockkeeper";
export default defineMigration({
  steps: [{ script: "fill" }],
  scripts: {
    async fill({ query }): Promise<void> {
      await query("INSERT INTO things SELECT generate_series(1, $1)", [3]);
    },
  },
});
`,
    );
    const { status, output } = await installed.shell("npx lockkeeper up --migrations db", {
      env: { DATABASE_URL: database.url },
    });
    expect(output).toContain("2 in force");
    expect(status).toBe(0);
    expect(await database.query("SELECT count(*)::int AS n FROM things")).toEqual([{ n: 3 }]);
  });
});

test("the servers that embedded_missing asks for can be installed beside it", async () => {
  // All their versions are prereleases, which an ordinary range of peers does not admit.
  const { status, output } =
    await installed.shell(`mkdir -p servers && cd servers && echo '{"private":true}' >package.json
npm install --prefer-offline --no-audit --no-fund "${installed.tarball}"
${CATALOGUE.embedded_missing.action} --prefer-offline --no-audit --no-fund`);
  expect(output).not.toContain("ETARGET");
  expect(status).toBe(0);
});

describe("the installed library", () => {
  test("is typed, and applies what is pending", async () => {
    await using own = await testDatabase();
    write("migrations/0001_notes.sql", "CREATE TABLE notes (id int PRIMARY KEY);\n");
    write(
      "start.ts",
      `import { LockkeeperError, migrate, type MigrateResult } from "lockkeeper";

const url = process.env["DATABASE_URL"];
const result: MigrateResult = await migrate(url === undefined ? {} : { url });
const again = await migrate();
console.log(JSON.stringify([result.applied, again.applied]));
try {
  await migrate({ url: "nonsense" });
} catch (error) {
  console.log(error instanceof LockkeeperError ? error.code : "another error");
}
// @ts-expect-error options are checked
migrate({ databse: 1 }).catch(() => {});
`,
    );
    expect(await typeCheck(["start.ts"])).toEqual({ status: 0, output: "" });
    const { status, output } = await installed.shell("node start.ts", { env: { DATABASE_URL: own.url } });
    expect(output).toBe('[["0001_notes"],[]]\ndatabase_url_invalid\n');
    expect(status).toBe(0);
  });
});

/** As strictly as a reader may ask for, our own declarations included. */
function typeCheck(files: readonly string[]): Promise<ShellResult> {
  const compilerOptions = {
    module: "nodenext",
    target: "es2024",
    strict: true,
    noEmit: true,
    skipLibCheck: false,
    types: ["node"],
    typeRoots: [join(ROOT, "node_modules/@types")],
  };
  write("tsconfig.json", JSON.stringify({ compilerOptions, files }));
  return installed.shell(`node "${join(ROOT, "node_modules/typescript/bin/tsc")}" -p .`);
}

test("the TypeScript that the README and the guides show is typed", async () => {
  const files = shownTypeScript().map((text, index) => {
    write(`shown/${index}.ts`, text);
    return `shown/${index}.ts`;
  });
  expect(files.length).toBeGreaterThan(3);
  expect(await typeCheck(files)).toEqual({ status: 0, output: "" });
});

describe("the README", () => {
  test("its first migration runs as it is written", async () => {
    await using own = await testDatabase();
    const root = "first-migration";
    const blocks = readmeBlocks("A first migration on your own database");
    const commands = [`mkdir -p ${root}`, `cd ${root}`];
    for (const { language, file, text } of blocks) {
      if (file !== "") {
        commands.push(`cat >"${file}" <<'END_OF_FILE'\n${text}END_OF_FILE`);
      } else if (language === "sh") {
        // The package is installed from its tarball, and the database is the test's.
        commands.push(
          text.replace("npm install lockkeeper\n", "").replace(/^(export DATABASE_URL)=.*$/m, `$1=${own.url}`),
        );
      }
    }
    expect(commands.join("\n")).toContain(own.url);
    const { status, output } = await installed.shell(commands.join("\n"));
    expect(output).toContain("Took back 1 migration");
    expect(status).toBe(0);
    expect(await own.query("SELECT to_regclass('notes') AS notes")).toEqual([{ notes: null }]);
  });

  test("its look shows what the commands print while a report reads the table", async () => {
    await using own = await testDatabase();
    write(
      "look/migrations/0001_orders.sql",
      `CREATE TABLE orders (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, customer_id bigint, total numeric);
INSERT INTO orders (customer_id, total) SELECT g % 1000, g FROM generate_series(1, 100000) AS g;
`,
    );
    const env = { DATABASE_URL: own.url };
    await installed.shell("cd look && npx lockkeeper up", { env });
    const report = await own.connect();
    await report.query("SET application_name = 'nightly-report'");
    await report.query("BEGIN");
    await report.query("SELECT sum(total) FROM orders");
    let ended: Promise<unknown> | undefined;
    const onOutput = (output: string): void => {
      // The report holds its lock until it has been in the way once.
      ended ??= output.includes("gave way") ? report.query("COMMIT") : undefined;
    };
    const [block] = readmeBlocks("A look").filter(({ language }) => language === "console");
    const shown = dialogues(block?.text ?? "");
    expect(shown.length).toBe(3);
    for (const { command, output } of shown) {
      const file = /^cat (\S+)$/.exec(command)?.[1];
      if (file !== undefined) {
        write(`look/${file}`, output);
        continue;
      }
      const printed = await installed.shell(`cd look && ${command}`, { env, onOutput });
      expect(shapes(printed.output), `${command} printed:\n${printed.output}`).toEqual(shapes(output));
    }
    await ended;
  });
});
