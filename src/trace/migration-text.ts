import type { DiffStatement } from "../diff/schema-diff.ts";
import type { NeedsFittingRows } from "./run-proven.ts";

/**
 * Statements as the text of a migration. What is lost, and which rows must fit, is said above the statement. A new enum
 * value needs no file of its own: it is committed before a later statement uses it.
 *
 * @param remarks lines at its head
 */
export function migrationText(
  statements: readonly DiffStatement[],
  needing: readonly NeedsFittingRows[] = [],
  remarks: readonly string[] = [],
): string {
  const texts = statements.map(({ sql, losesRows }) => {
    const need = needing.find((one) => one.sql === sql);
    return [
      ...(losesRows === undefined ? [] : [`-- Lost: ${losesRows}.`]),
      ...(need === undefined ? [] : [`-- Rows that are there must fit: ${need.reason}.`]),
      `${sql};\n`,
    ].join("\n");
  });
  const head = remarks.map((remark) => `-- ${remark.replaceAll("\n", "\n-- ")}\n`).join("");
  return [...(head === "" ? [] : [head]), ...texts].join("\n");
}
