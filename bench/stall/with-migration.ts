import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** Lends a folder with one migration in it. */
export async function withMigration<T>(
  ending: "sql" | "ts",
  text: string,
  work: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "lockkeeper-bench-stall-"));
  try {
    writeFileSync(join(folder, `0001_change.${ending}`), text);
    return await work(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
