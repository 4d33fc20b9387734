import type { Machine } from "../runner/machine.ts";
import { median } from "../runner/report.ts";
import { BASE } from "./contenders.ts";

export interface Standing {
  readonly name: string;
  readonly note: string;
  readonly version?: string;
  /** One number a round. */
  readonly seconds: number[];
  /** In how many rows it found the tables to differ. */
  found?: number | undefined;
  failure?: string;
}

interface Report {
  readonly rows: number;
  readonly different: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly standings: readonly Standing[];
}

export function markdown({ rows, different, rounds, machine, standings }: Report): string {
  const secondsOf = (name: string): number | undefined => {
    const seconds = standings.find((one) => one.name === name)?.seconds ?? [];
    return seconds.length === 0 ? undefined : median(seconds);
  };
  const base = secondsOf(BASE);
  const own = secondsOf("Lockkeeper");
  const peer = secondsOf("reladiff hashdiff");
  const ratio = (one: number | undefined, other: number | undefined): string =>
    one === undefined || other === undefined ? "not measured" : `${(one / other).toFixed(2)} ×`;
  return [
    `# Two tables of ${rows.toLocaleString("en")} rows that differ in ${different}`,
    "",
    `Written by \`npm run bench:compare\` on ${machine.date}: ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, PostgreSQL ${machine.postgres},`,
    `Node ${machine.node}, load at the start ${machine.loadAtStart.toFixed(2)}. Rounds: ${rounds}, after one that fills the caches; medians. Both tables are in`,
    "one database, because EXCEPT and joindiff cannot do otherwise.",
    "",
    "| | seconds | beside one scan a side | rows found | |",
    "|---|---|---|---|---|",
    ...standings.map(({ name, version, seconds, found, failure, note }) => {
      const time = seconds.length === 0 ? undefined : median(seconds);
      const said = failure === undefined ? note : `${note}; not measured: ${failure}`;
      return `| ${name}${version === undefined ? "" : ` (${version})`} | ${time?.toFixed(2) ?? "–"} | ${time === undefined ? "–" : ratio(time, base)} | ${found ?? "–"} | ${said} |`;
    }),
    "",
    `Goals: at least 3 × as fast as reladiff (${ratio(peer, own)}); at most 1.5 × one checksum scan a side (${ratio(own, base)}).`,
    "",
  ].join("\n");
}
