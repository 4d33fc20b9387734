import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { sourceFiles } from "./source-files.ts";

const root = join(import.meta.dirname, "../..");
const manifest: {
  readonly bin: Readonly<Record<string, string>>;
  readonly files: readonly string[];
  readonly exports: Readonly<Record<string, unknown>>;
  readonly types: string;
  readonly scripts: Readonly<Record<string, string>>;
  readonly dependencies: Readonly<Record<string, string>>;
  readonly peerDependencies: Readonly<Record<string, string>>;
} = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

test("the package brings what is built, and the three texts that belong to it", () => {
  expect([...manifest.files].sort()).toEqual(["CHANGELOG.md", "LICENSE", "README.md", "dist"]);
  for (const name of ["CHANGELOG.md", "LICENSE", "README.md"]) {
    expect(existsSync(join(root, name)), name).toBe(true);
  }
});

test("the package has one command, one module and its types", () => {
  expect(manifest.bin).toEqual({ lockkeeper: "dist/lockkeeper.js" });
  expect(manifest.exports).toEqual({
    ".": { types: "./dist/types/index.d.ts", default: "./dist/index.js" },
    "./package.json": "./package.json",
  });
  expect(manifest.types).toBe("./dist/types/index.d.ts");
});

test("what src imports from npm is a dependency, and every dependency is imported", () => {
  const packages = sourceFiles("src")
    .flatMap(({ imports }) => imports)
    .filter((name) => !name.startsWith(".") && !name.startsWith("node:"))
    .map((name) => (name.startsWith("@") ? name.split("/").slice(0, 2).join("/") : (name.split("/")[0] ?? "")));
  expect([...new Set(packages)].sort()).toEqual(Object.keys(manifest.dependencies).sort());
});

test("every file that a script runs is there", () => {
  const files = Object.values(manifest.scripts).flatMap((script) => [...script.matchAll(/\S+\.ts\b/g)].map(String));
  expect(files.length).toBeGreaterThan(0);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});

test("the lock file names the packages of every platform, without which npm ci refuses it", () => {
  const lock: { readonly packages: Readonly<Record<string, LockedPackage>> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  const missing = Object.entries(lock.packages).flatMap(([path, { optionalDependencies = {} }]) =>
    Object.entries(optionalDependencies)
      .filter(([, version]) => /^\d/.test(version))
      .filter(([name, version]) => resolveLocked(lock.packages, path, name)?.version !== version)
      .map(([name, version]) => `${path} needs ${name}@${version}`),
  );
  expect(missing).toEqual([]);
});

interface LockedPackage {
  readonly version?: string;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/** As Node finds a package from the folder of another: in its own `node_modules`, then in those above it. */
function resolveLocked(
  packages: Readonly<Record<string, LockedPackage>>,
  from: string,
  name: string,
): LockedPackage | undefined {
  const found = packages[`${from === "" ? "" : `${from}/`}node_modules/${name}`];
  return found !== undefined || from === ""
    ? found
    : resolveLocked(packages, from.slice(0, Math.max(0, from.lastIndexOf("/node_modules/"))), name);
}
