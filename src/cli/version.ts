import { readFile } from "node:fs/promises";
import { findPackageJSON } from "node:module";

/** Of the package this file is in, be it run from its sources or built. */
export async function version(): Promise<string> {
  const manifest = findPackageJSON(import.meta.url);
  return manifest === undefined ? "unknown" : JSON.parse(await readFile(manifest, "utf8")).version;
}
