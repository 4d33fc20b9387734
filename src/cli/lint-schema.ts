import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { parseCatalog } from "../catalog/parse-catalog.ts";
import { applyStatement } from "../catalog/state/apply-statement.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { emptyCatalog } from "../catalog/state/empty-catalog.ts";
import { settle } from "../hazards/settle.ts";
import { decodeUtf8 } from "../sql/normalize-text.ts";
import { parseStatement } from "../sql/parse-statement.ts";
import { splitSql } from "../sql/split-sql.ts";

/**
 * What a schema given as files holds: SQL that makes it, or one catalog that `lockkeeper catalog` wrote. No server is
 * asked.
 *
 * @throws LockkeeperError `sql_syntax`, `snapshot_invalid`, `migrations_unreadable`
 */
export function stateOfSchema(files: readonly string[], cwd: string, version: number): CatalogState {
  const [snapshot] = files;
  if (files.length === 1 && snapshot?.endsWith(".json") === true) {
    return CatalogState.of(parseCatalog(readFileSync(resolve(cwd, snapshot), "utf8")));
  }
  const state = CatalogState.of(emptyCatalog(version));
  for (const file of files) {
    const text = decodeUtf8(readFileSync(resolve(cwd, file)), file);
    for (const source of splitSql(text, file).statements) {
      applyStatement(state, parseStatement(source, file, text));
    }
  }
  settle(state);
  return state;
}
