import type { Machine } from "../runner/machine.ts";
import { median } from "../runner/report.ts";
import type { Traffic } from "../runner/round-trip-counter.ts";
import type { Contender } from "./contender.ts";
import type { SampleSize } from "./sample-model.ts";
import type { Verdict } from "./verdict.ts";

export const PHASES = ["no change", "100 changes"] as const;
export type Phase = (typeof PHASES)[number];

/** A contender's numbers in one phase while they come in. */
export interface Figures {
  /** One number a round. */
  readonly seconds: number[];
  readonly cpuSeconds: number[];
  readonly serverCpuSeconds: number[];
  /** Of the first pass, through the counting proxy. */
  first?: { readonly seconds: number; readonly traffic: Traffic; readonly verdict: Verdict };
  failure?: string;
}

export interface Standing {
  readonly contender: Pick<Contender, "name" | "wanted" | "note">;
  readonly version: string;
  /** Why it could not be started at all. */
  readonly missing?: string;
  readonly figures: Readonly<Record<Phase, Figures>>;
}

export interface Report {
  readonly size: SampleSize;
  readonly rounds: number;
  readonly machine: Machine;
  /** Objects that are not the same before and after the 100 changes, by kind. */
  readonly changed: Readonly<Record<string, number>>;
  readonly changeKinds: readonly string[];
  readonly standings: readonly Standing[];
}

const TITLES: Readonly<Record<Contender["wanted"], string>> = {
  database: "From one database to another",
  file: "From a database to a schema file",
};

export function markdown(report: Report): string {
  const { size, rounds, machine, standings, changed, changeKinds } = report;
  const isBusy = machine.loadAtStart > machine.cores / 2;
  const number = (value: number): string => value.toLocaleString("en");
  return [
    `# Differs side by side: a schema of ${number(size.tables)} tables`,
    "",
    ...(isBusy ? ["> **THE MACHINE WAS BUSY** with other work: compare CPU seconds.", ""] : []),
    ...failures(standings).map((text) => `> **NOT MEASURED: ${text}**\n`),
    `Written by \`npm run bench:diff\` on ${machine.date}: ${machine.cores} × ${machine.cpu}, Node ${machine.node}, PostgreSQL`,
    `${machine.postgres}, load at the start ${machine.loadAtStart.toFixed(2)}. ${number(size.tables)} tables with ${number(size.columns)} columns, ${number(size.indexes)} indexes,`,
    `${number(size.foreignKeys)} foreign keys, ${number(size.functions)} functions, ${number(size.views)} views, and policies, triggers, grants and comments.`,
    `Up to ${rounds} interleaved rounds in a rotated order (fewer for those that take long, see \`rounds\`); each measurement is a whole`,
    "process. `server CPU` is what the server's processes used meanwhile. Statements and round trips were counted by a proxy in a",
    "pass of its own, in which the SQL of each was also run in a copy of the database: `misses` are objects that are not as",
    "the server says that they are in the target, by an account that is none of the contenders'.",
    "",
    ...(["database", "file"] as const).flatMap((wanted) =>
      PHASES.flatMap((phase) => [
        `## ${TITLES[wanted]}: ${phase}`,
        "",
        ...phaseTable(
          standings.filter(({ contender }) => contender.wanted === wanted),
          phase,
        ),
        "",
      ]),
    ),
    `The 100 changes are five of each of these: ${changeKinds.join(", ")}. They change`,
    `${Object.entries(changed)
      .map(([kind, count]) => `${count} of kind ${kind}`)
      .join(", ")}.`,
    "",
    ...standings.flatMap(({ contender: { name, wanted, note } }) =>
      note === undefined ? [] : [`- ${name} (${wanted}): ${note}.`],
    ),
    "",
    "The seconds of the single rounds are in `diff.json`.",
    "",
  ].join("\n");
}

/** What could not be measured, and why. */
export const failures = (standings: readonly Standing[]): readonly string[] =>
  standings.flatMap(({ contender: { name, wanted }, missing, figures }) =>
    missing === undefined
      ? PHASES.flatMap((phase) => {
          const { failure } = figures[phase];
          return failure === undefined ? [] : [`${name} (${wanted}), ${phase}: ${failure}`];
        })
      : [`${name} (${wanted}): ${missing}`],
  );

/** Fewer than it would have had: in the first pass it took so long that it had no other. */
const secondsOf = ({ seconds, first }: Figures): readonly number[] =>
  seconds.length > 0 ? seconds : first === undefined ? [] : [first.seconds];

function phaseTable(standings: readonly Standing[], phase: Phase): string[] {
  const measured = standings
    .map(({ contender, version, figures }) => ({ name: `${contender.name} ${version}`, figures: figures[phase] }))
    .filter(({ figures }) => figures.failure === undefined && secondsOf(figures).length > 0)
    .toSorted((one, other) => median(secondsOf(one.figures)) - median(secondsOf(other.figures)));
  return [
    "| contender | median s | min–max s | rounds | CPU s | server CPU s | statements | round trips | leads to the target |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...measured.map(({ name, figures }) => {
      const seconds = secondsOf(figures);
      const { first, cpuSeconds, serverCpuSeconds } = figures;
      const cells = [
        name,
        median(seconds).toFixed(3),
        `${Math.min(...seconds).toFixed(3)}–${Math.max(...seconds).toFixed(3)}`,
        figures.seconds.length === 0 ? "the counting pass" : String(seconds.length),
        cpuSeconds.length === 0 ? "–" : median(cpuSeconds).toFixed(2),
        serverCpuSeconds.length === 0 ? "–" : median(serverCpuSeconds).toFixed(2),
        first === undefined ? "–" : String(first.traffic.statements),
        first === undefined ? "–" : String(first.traffic.roundTrips),
        first === undefined ? "–" : verdictText(first.verdict),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

/** `yes, 112 lines of SQL`, or what is missing. */
export function verdictText({ statements, missed, refused }: Verdict): string {
  const kinds = Object.entries(missed).map(([kind, count]) => `${count} ${kind}`);
  const misses = kinds.length === 0 ? "" : `misses ${kinds.join(", ")}`;
  if (refused !== undefined) return `**no: the server refused** (${refused.replaceAll("|", "\\|")})`;
  if (misses !== "") return `no: ${misses}`;
  return statements === 0 ? "yes" : `yes, ${statements} statements`;
}
