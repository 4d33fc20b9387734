import { normalizeText, sha256Hex } from "../sql/normalize-text.ts";
import { readDirectives } from "./directives.ts";
import type { Migration } from "./migration.ts";

/**
 * A migration of our own layout from its text, without a file of its way back.
 *
 * @throws LockkeeperError those of `readDirectives`
 */
export const sqlMigration = ({ id, file, text }: Pick<Migration, "id" | "file" | "text">): Migration => ({
  id,
  kind: "sql",
  file,
  firstLine: 1,
  text,
  checksum: sha256Hex(normalizeText(text)),
  directives: readDirectives(text, file),
  layout: "lockkeeper",
});
