import { count } from "../../errors/count.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";

/** What the comment of a trigger begins with that keeps columns current until contract. */
const KEEPS = "Lockkeeper: keeps ";

const differ: Check = {
  id: "synced-columns-differ",
  title: "Columns that triggers keep current are current in every row",
  area: "data",
  severity: "error",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask, sampleRows }) {
    const findings: CheckFinding[] = [];
    for (const table of catalog.tables) {
      if (table.kind === "foreign") continue;
      const key = table.constraints.find(({ type }) => type === "primary key")?.columns ?? [];
      for (const { name, comment = "", timing, inherited, events, when } of table.triggers) {
        // For a row that is inserted the function is called where something is to be done: what the condition holds for.
        const isAsked = comment.startsWith(KEEPS) && timing === "before" && !inherited && events.includes("insert");
        if (!isAsked || when === undefined || !/\bnew\./i.test(when)) continue;
        const only = table.kind === "partitioned" ? "" : "ONLY ";
        const shown = key.length === 0 ? "new.*" : key.map((column) => `new.${quoteIdentifier(column)}`).join(", ");
        const [row] = await ask<{ n: string; sample: readonly Record<string, unknown>[] | null }>(
          `WITH differing AS MATERIALIZED (SELECT ${shown} FROM ${only}${quoteQualified(table)} AS new WHERE ${when})
SELECT (SELECT count(*) FROM differing)::text AS n,
       (SELECT json_agg(to_json(d)) FROM (SELECT * FROM differing LIMIT ${sampleRows}) AS d) AS sample`,
        );
        const rows = Number(row?.n ?? 0);
        if (rows === 0) continue;
        findings.push({
          object: quoteQualified(table),
          message: `${count(rows, "row")} of ${quoteQualified(table)} ${rows === 1 ? "is" : "are"} not as the trigger ${name} keeps them: the migration is not through with them, or something wrote past it.`,
          fix: `Where no run is at work: UPDATE ${quoteQualified(table)} AS new SET … = … WHERE ${when};`,
          rows,
          sample: row?.sample ?? [],
        });
      }
    }
    return findings;
  },
};

export const SYNC_CHECKS: readonly Check[] = [differ];
