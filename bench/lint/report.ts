import { availableParallelism, cpus, loadavg } from "node:os";
import { median } from "../runner/report.ts";

export const PHASES = ["first", "cold", "warm"] as const;
export type Phase = (typeof PHASES)[number];

export type Standing = {
  readonly name: string;
  readonly version: string;
  /** One number a round. */
  readonly seconds: Readonly<Record<Phase, number[]>>;
  readonly cpuSeconds: Readonly<Record<Phase, number[]>>;
  findings: number;
  failure?: string;
};

export interface Report {
  readonly files: number;
  readonly statements: number;
  readonly rounds: number;
  readonly machine: Machine;
  readonly standings: readonly Standing[];
}

interface Machine {
  readonly date: string;
  readonly cores: number;
  readonly cpu: string;
  readonly node: string;
  /** Of the last minute; above 0.5 a core, other work disturbed the run. */
  readonly loadAtStart: number;
}

export const thisMachine = (): Machine => ({
  date: new Date().toISOString().slice(0, 10),
  cores: availableParallelism(),
  cpu: cpus()[0]?.model.trim() ?? "unknown",
  node: process.version,
  loadAtStart: loadavg()[0] ?? 0,
});

const TITLES: Readonly<Record<Phase, string>> = {
  first: "First start: no cache at all",
  cold: "Nothing judged before, program compiled",
  warm: "Everything judged before",
};

/** All ratios are to this linter. */
const FLOOR = "squawk";

export function markdown({ files, statements, rounds, machine, standings }: Report): string {
  const isBusy = machine.loadAtStart > machine.cores / 2;
  return [
    `# Linters side by side: ${files.toLocaleString("en")} files, ${statements.toLocaleString("en")} statements`,
    "",
    `Written by \`npm run bench:lint\` on ${machine.date}: ${machine.cores} × ${machine.cpu}, Node ${machine.node}, load at the`,
    `start ${machine.loadAtStart.toFixed(2)}. Interleaved rounds: ${rounds}, in a rotated order. Each measurement is a whole process that is`,
    "given all files by name and writes JSON to a file; the files are in the page cache throughout.",
    "",
    ...(isBusy
      ? [
          "> **THE MACHINE WAS BUSY** with other work: the spread is wide; compare CPU seconds, and the shortest times.",
          "",
        ]
      : []),
    ...standings.flatMap(({ name, failure }) =>
      failure === undefined ? [] : [`> **NOT MEASURED: ${name}**: ${failure}`, ""],
    ),
    ...PHASES.flatMap((phase) => [`## ${TITLES[phase]}`, "", ...phaseTable(standings, phase), ""]),
    "Lockkeeper keeps what it found by the content of the file, and Node the compiled program. `First start` has neither,",
    "`nothing judged before` only the latter, `everything judged before` both and no file changed. squawk (its native",
    "program, without the Node start of its npm package) and pgfence keep nothing, so that the three are the same for them.",
    "The linters have different rules: the numbers of findings say that they worked, not who is right.",
    "",
  ].join("\n");
}

function phaseTable(standings: readonly Standing[], phase: Phase): string[] {
  const measured = standings
    .filter(({ failure, seconds }) => failure === undefined && seconds[phase].length > 0)
    .toSorted((one, other) => median(one.seconds[phase]) - median(other.seconds[phase]));
  const floor = measured.find(({ name }) => name === FLOOR);
  return [
    `| linter | median s | min–max s | ratio to ${FLOOR} | CPU s | findings |`,
    "| --- | --- | --- | --- | --- | --- |",
    ...measured.map(({ name, version, seconds, cpuSeconds, findings }) => {
      const all = seconds[phase];
      const spread = `${Math.min(...all).toFixed(3)}–${Math.max(...all).toFixed(3)}`;
      const ratio = floor === undefined ? "–" : (median(all) / median(floor.seconds[phase])).toFixed(2);
      return `| ${name} ${version} | ${median(all).toFixed(3)} | ${spread} | ${ratio} | ${median(cpuSeconds[phase]).toFixed(2)} | ${findings.toLocaleString("en")} |`;
    }),
  ];
}
