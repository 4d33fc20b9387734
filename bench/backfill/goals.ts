import { ONE_UPDATE, OURS, OURS_TWICE, PGROLL_ADD, PGROLL_ALTER } from "./contenders.ts";
import { figure, find, type Result } from "./results.ts";

export interface Goal {
  readonly text: string;
  readonly wanted: string;
  readonly found: string;
  readonly isMet: boolean;
}

/** What the sweep is to reach on each table against one UPDATE, and against pgroll. */
export function goals(results: readonly Result[]): readonly Goal[] {
  return results.flatMap((result) => {
    const where = `${result.rows.toLocaleString("en")} rows, ${result.indexes} indexes`;
    const against = (name: string, key: Parameters<typeof figure>[1]): number => {
      const other = find(results, name, result);
      return other === undefined ? Number.NaN : figure(result, key) / figure(other, key);
    };
    const atMost = (what: string, found: number, limit: number): readonly Goal[] => one(what, found, "≤", limit);
    const atLeast = (what: string, found: number, limit: number): readonly Goal[] => one(what, found, "≥", limit);
    const one = (what: string, found: number, sign: "≤" | "≥", limit: number): readonly Goal[] =>
      Number.isNaN(found)
        ? []
        : [
            {
              text: `${where}: ${what}`,
              wanted: `${sign} ${limit.toFixed(2)}`,
              found: found.toFixed(2),
              isMet: sign === "≤" ? found <= limit : found >= limit,
            },
          ];
    if (result.name === OURS_TWICE) {
      return atMost("wall time with two workers against one UPDATE", against(ONE_UPDATE, "wallSeconds"), 0.6);
    }
    if (result.name !== OURS) return [];
    const cpu = against(ONE_UPDATE, "cpuSeconds");
    return [
      ...(result.indexes <= 1 ? atLeast("rows per CPU second against one UPDATE", 1 / cpu, 0.85) : []),
      ...(result.indexes < 5
        ? []
        : [
            ...atMost("CPU against one UPDATE", cpu, 0.35),
            ...atMost("WAL against one UPDATE", against(ONE_UPDATE, "walBytes"), 0.55),
            ...atMost("growth of the heap", figure(result, "heapGrowth"), 0.25),
          ]),
      ...[PGROLL_ADD, PGROLL_ALTER].flatMap((name) =>
        atLeast(`rows per CPU second against ${name}`, 1 / against(name, "cpuSeconds"), 4),
      ),
    ];
  });
}
