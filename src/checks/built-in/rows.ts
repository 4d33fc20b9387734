import type { Table } from "../../catalog/model/table.ts";
import { count } from "../../errors/count.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import type { Check, CheckFinding } from "../check.ts";
import { keepsRows } from "./relations.ts";

/** Words in the names of columns, of which the first is never later than the second. */
const ORDERED: readonly (readonly [string, string])[] = [
  ["start", "end"],
  ["starts", "ends"],
  ["started", "ended"],
  ["started", "finished"],
  ["begin", "end"],
  ["begins", "ends"],
  ["opened", "closed"],
  ["created", "updated"],
  ["created", "deleted"],
  ["valid_from", "valid_to"],
  ["valid_from", "valid_until"],
];
const TIMES: ReadonlySet<string> = new Set(["date", "timestamp without time zone", "timestamp with time zone"]);

const temporalOrder: Check = {
  id: "temporal-order",
  title: "Nothing ends before it began, as far as the names of columns tell",
  area: "data",
  severity: "warning",
  depth: "whole",
  phase: "both",
  async find({ catalog, ask }) {
    const findings: CheckFinding[] = [];
    for (const table of catalog.tables) {
      const pairs = keepsRows(table) ? pairsOf(table) : [];
      if (pairs.length === 0) continue;
      const counts = pairs.map(
        ([first, second], nth) =>
          `(count(*) FILTER (WHERE ${quoteIdentifier(first)} > ${quoteIdentifier(second)}))::text AS n${nth}`,
      );
      const [row = {}] = await ask<Record<string, string>>(
        `SELECT ${counts.join(", ")} FROM ONLY ${quoteQualified(table)}`,
      );
      for (const [nth, [first, second]] of pairs.entries()) {
        const rows = Number(row[`n${nth}`]);
        if (rows === 0) continue;
        findings.push({
          object: quoteQualified(table),
          message: `In ${count(rows, "row")} of ${quoteQualified(table)} ${first} is later than ${second}.`,
          rows,
        });
      }
    }
    return findings;
  },
};

function pairsOf({ columns }: Table): readonly (readonly [string, string])[] {
  const types = new Map(columns.map(({ name, type }) => [name, type.text]));
  return columns.flatMap(({ name, type }) =>
    TIMES.has(type.text)
      ? ORDERED.flatMap(([first, second]) => {
          const other = name.replace(new RegExp(`(^|_)${first}(?=_|$)`), `$1${second}`);
          return other !== name && types.get(other) === type.text ? [[name, other] as const] : [];
        })
      : [],
  );
}

export const ROW_CHECKS: readonly Check[] = [temporalOrder];
