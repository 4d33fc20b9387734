import type { Machine } from "../runner/machine.ts";
import { median } from "../runner/report.ts";
import type { Traffic } from "../runner/round-trip-counter.ts";
import type { Contender } from "./contender.ts";
import type { SampleSize } from "./sample-model.ts";
import type { Verdict } from "./verdict.ts";

export const PHASES = ["no change", "100 changes"] as const;
export type Phase = (typeof PHASES)[number];

/** By one start. */
export interface Taken {
  readonly seconds: number;
  /** Of its own process. */
  readonly cpuSeconds: number;
  readonly serverCpuSeconds: number;
}

/** A contender's numbers in one phase while they come in. */
export interface Figures {
  readonly rounds: Taken[];
  /** Of the first pass, through the counting proxy. */
  first?: Taken & { readonly traffic: Traffic; readonly verdict: Verdict };
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
    `${machine.postgres} (data on ${machine.fileSystem}), load at the start ${machine.loadAtStart.toFixed(2)}. ${number(size.tables)} tables with ${number(size.columns)} columns, ${number(size.indexes)} indexes,`,
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

/** Who has no round of its own has the first pass. */
const taken = ({ rounds, first }: Figures): readonly Taken[] =>
  rounds.length > 0 ? rounds : first === undefined ? [] : [first];

function phaseTable(standings: readonly Standing[], phase: Phase): string[] {
  const secondsOf = ({ figures }: Standing): readonly number[] => taken(figures[phase]).map(({ seconds }) => seconds);
  const measured = standings
    .filter((standing) => standing.figures[phase].failure === undefined && secondsOf(standing).length > 0)
    .toSorted((one, other) => median(secondsOf(one)) - median(secondsOf(other)));
  return [
    "| contender | median s | min–max s | rounds | CPU s | server CPU s | statements | round trips | leads to the target |",
    "| --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ...measured.map((standing) => {
      const { contender, version } = standing;
      const { first, rounds } = standing.figures[phase];
      const seconds = secondsOf(standing);
      const all = taken(standing.figures[phase]);
      const cells = [
        `${contender.name} ${version}`,
        median(seconds).toFixed(3),
        `${Math.min(...seconds).toFixed(3)}–${Math.max(...seconds).toFixed(3)}`,
        rounds.length === 0 ? "the counting pass" : String(rounds.length),
        median(all.map(({ cpuSeconds }) => cpuSeconds)).toFixed(2),
        median(all.map(({ serverCpuSeconds }) => serverCpuSeconds)).toFixed(2),
        String(first?.traffic.statements ?? "–"),
        String(first?.traffic.roundTrips ?? "–"),
        first === undefined ? "–" : verdictText(first.verdict),
      ];
      return `| ${cells.join(" | ")} |`;
    }),
  ];
}

/** `yes, 112 lines of SQL`, or what is missing. */
export function verdictText({ statements, missed, refused }: Verdict): string {
  const kinds = Object.entries(missed).map(([kind, count]) => `${count} ${kind}`);
  const faults = [
    ...(refused === undefined
      ? []
      : [`the server refuses ${refused.times}, first: ${refused.first.replaceAll("|", "\\|")}`]),
    ...(kinds.length === 0 ? [] : [`misses ${kinds.join(", ")}`]),
  ];
  if (faults.length > 0) return `**no**: ${faults.join("; ")}`;
  return statements === 0 ? "yes" : `yes, ${statements} statements`;
}
