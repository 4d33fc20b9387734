import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Kept as text, because the bundled package has no folder of its own to read them from. */
export interface DemoMigration {
  readonly name: string;
  readonly text: string;
}

export interface DemoProject extends AsyncDisposable {
  /** The folder with the migrations. */
  readonly migrations: string;
  /** Adds what the next release brings. */
  add(files: readonly DemoMigration[]): void;
}

/** A project folder of the demo's own, removed in the end. */
export function openDemoProject(): DemoProject {
  const root = mkdtempSync(join(tmpdir(), "lockkeeper-demo-"));
  const migrations = join(root, "migrations");
  mkdirSync(migrations);
  writeFileSync(join(root, "package.json"), '{ "private": true, "type": "module" }\n');
  return {
    migrations,
    add(files) {
      for (const { name, text } of files) {
        writeFileSync(join(migrations, name), text);
      }
    },
    async [Symbol.asyncDispose]() {
      rmSync(root, { recursive: true, force: true });
    },
  };
}
