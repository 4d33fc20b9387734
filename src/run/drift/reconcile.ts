import { diffCatalogs } from "../../diff/diff-catalogs.ts";
import type { DiffStatement } from "../../diff/schema-diff.ts";
import type { Drift } from "./drift-of.ts";

/** A migration and its way back, as the texts of their files. */
export interface ReconcilingTexts {
  readonly up: string;
  readonly down: string;
}

/**
 * The migration that reconciles a schema with what it should be.
 *
 * @param direction `accept`: makes other databases as this one is; `restore`: takes back here what was changed
 */
export function reconcilingTexts({ expected, live, report }: Drift, direction: "accept" | "restore"): ReconcilingTexts {
  const there = diffCatalogs(expected, live).statements;
  const back = diffCatalogs(live, expected).statements;
  const what = `what was changed outside of Lockkeeper in ${report.database}`;
  return direction === "accept"
    ? { up: sqlText(`Makes part of the migrations ${what}.`, there), down: sqlText(`Takes back ${what}.`, back) }
    : { up: sqlText(`Takes back ${what}.`, back), down: sqlText(`Makes again ${what}.`, there) };
}

/** Plain SQL with a remark at its head; what is lost is said above the statement that loses it. */
function sqlText(remark: string, statements: readonly DiffStatement[]): string {
  return [
    `-- ${remark}`,
    ...statements.flatMap(({ sql, losesRows }) => [
      "",
      ...(losesRows === undefined ? [] : [`-- Loses ${losesRows}.`]),
      `${sql};`,
    ]),
    "",
  ].join("\n");
}
