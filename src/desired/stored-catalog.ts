import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Catalog } from "../catalog/catalog.ts";
import { parseCatalog } from "../catalog/parse-catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";

/**
 * Reads a file that `lockkeeper catalog` printed, with `--json` or without.
 *
 * @throws LockkeeperError `usage` when it cannot be read, `snapshot_invalid`
 */
export function storedCatalog(file: string, cwd: string): Catalog {
  let text: string;
  try {
    text = readFileSync(resolve(cwd, file), "utf8");
  } catch (cause) {
    throw new LockkeeperError("usage", {
      message: `${file} cannot be read (${(cause as NodeJS.ErrnoException).code}).`,
      notDone: "Nothing was run.",
      cause,
    });
  }
  return parseCatalog(withoutEnvelope(text), file);
}

/** `--json` puts every result into an envelope. */
function withoutEnvelope(text: string): string {
  const envelope = /^\s*\{\s*"ok"\s*:\s*true\b/.test(text) ? (JSON.parse(text) as { result?: unknown }) : undefined;
  return envelope?.result === undefined ? text : JSON.stringify(envelope.result);
}
