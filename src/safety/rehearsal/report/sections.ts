import { bytesInWords } from "../../../effects/numbers-in-words.ts";
import { count } from "../../../errors/count.ts";
import type { LoadReport } from "../load/load-report.ts";
import type { RehearsalFinding, RehearsalReport, RehearsedStep, SeenRelation } from "../rehearsal-report.ts";

/** A part of the report, in whatever form it is shown. */
export interface Section {
  readonly title: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

const SOURCES: Readonly<Record<RehearsalReport["source"]["kind"], string>> = {
  backup: "restored",
  clone: "a clone of",
  prepared: "prepared by hand:",
  made: "made of",
};

/** What was rehearsed and how it came out, in a sentence or two. */
export function verdictOf({ held, migrations, findings, source }: RehearsalReport): string {
  const errors = findings.filter(({ severity }) => severity === "error").length;
  const what = `${count(migrations.length, "migration")} on a copy (${SOURCES[source.kind]} ${source.of})`;
  return held ? `The rehearsal held: ${what}.` : `The rehearsal did not hold: ${what}; ${count(errors, "error")}.`;
}

/** `step 2 of 0004_email (VALIDATE CONSTRAINT …)`. */
export const stepInWords = ({ step }: Pick<RehearsalFinding, "step">): string =>
  step === undefined ? "" : `step ${step.step} of ${step.migration} (${step.title})`;

export const rowInWords = (row: Readonly<Record<string, unknown>>): string =>
  Object.entries(row)
    .map(([name, value]) => {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      return name === "" ? text : `${name}=${text}`;
    })
    .join(", ");

const relationInWords = ({ relation, lock, blocks, works }: SeenRelation): string =>
  [
    `${relation}:`,
    ...(lock === undefined ? [] : [lockInWords(lock)]),
    ...(blocks === undefined || blocks === "nothing" ? [] : [`stops ${blocks}`]),
    ...(works === undefined || works.observed === "" ? [] : [works.observed.replaceAll("-", " ")]),
  ].join(" ");

const lockInWords = ({ predicted, observed, differs }: NonNullable<SeenRelation["lock"]>): string =>
  differs ? `${observed} (foreseen: ${predicted})` : observed === "not seen" ? predicted : observed;

/** `32 ms`, `1.5 s`, `4 min`. */
export function timeInWords(length: number): string {
  if (length < 1) return `${Math.round(length * 1_000)} ms`;
  if (length < 90) return `${length.toFixed(length < 10 ? 1 : 0)} s`;
  return length < 5_400 ? `${Math.round(length / 60)} min` : `${(length / 3_600).toFixed(1)} h`;
}

const bytes = (number: number | undefined): string => (number === undefined ? "" : bytesInWords(Math.abs(number)));
const signed = (number: number | undefined): string =>
  number === undefined ? "" : `${number < 0 ? "-" : ""}${bytesInWords(Math.abs(number))}`;
const seconds = (number: number | undefined): string => (number === undefined ? "" : timeInWords(number));

export const stagesOf = ({ stages }: RehearsalReport): Section => ({
  title: "What was done",
  head: ["stage", "outcome", "took"],
  rows: stages.map(({ name, outcome, ms, reason }) => [
    name,
    reason === undefined ? outcome : `${outcome}: ${reason}`,
    outcome === "skipped" ? "" : seconds(ms / 1_000),
  ]),
});

const PASSES: Readonly<Record<RehearsedStep["pass"], string>> = {
  run: "The steps",
  undo: "The way back",
  "run again": "The steps again",
  contract: "Contract",
};

export function stepsOf({ steps }: RehearsalReport): readonly Section[] {
  const passes = Object.entries(PASSES) as [RehearsedStep["pass"], string][];
  return passes.flatMap(([pass, title]) => {
    const rows = steps.filter((step) => step.pass === pass).map(stepRow);
    return rows.length === 0 ? [] : [{ title, head: STEP_HEAD, rows }];
  });
}

const STEP_HEAD = ["migration", "step", "took", "WAL", "disk", "peak", "temporary", "rows", "locks and work seen"];

const stepRow = ({ migration, step, title, measured, rows, relations }: RehearsedStep): readonly string[] => [
  migration,
  `${step} ${title}`,
  seconds(measured.seconds),
  bytes(measured.walBytes),
  signed(measured.diskGrowthBytes),
  bytes(measured.diskPeakBytes),
  bytes(measured.tempBytes),
  rows === null ? "" : String(rows),
  relations.map(relationInWords).join("; "),
];

export function productionOf({ production }: RehearsalReport): Section | undefined {
  if (production === null) return undefined;
  const { steps, total } = production;
  const row = (name: readonly string[], one: typeof total): readonly string[] => [
    ...name,
    `${seconds(one.seconds.likely)} (${seconds(one.seconds.low)} to ${seconds(one.seconds.high)})`,
    bytes(one.walBytes),
    bytes(one.diskPeakBytes),
    bytes(one.replicaBytes),
  ];
  return {
    title: "Expected on production",
    head: ["migration", "step", "seconds", "WAL", "disk peak", "to replicas"],
    rows: [
      ...steps.map(({ migration, step, title, estimate }) => row([migration, `${step} ${title}`], estimate)),
      row(["all", ""], total),
    ],
  };
}

export const loadOf = ({ scripts }: LoadReport): Section => ({
  title: "The load",
  head: ["script", "calls", "p95 before", "p95 meanwhile", "longest before", "longest meanwhile", "at", "failed"],
  rows: scripts.map(({ name, before, during, longestAt, errors }) => [
    name,
    String(before.calls + during.calls),
    ...[before.p95Ms, during.p95Ms, before.longestMs, during.longestMs].map((ms) => `${ms} ms`),
    longestAt === null ? "" : stepInWords({ step: longestAt }),
    errors.map(({ count: times, message }) => `${times} × ${message}`).join("; "),
  ]),
});

/** What was done to the copy before, and what people should know of it. */
export const notesOf = ({ masked, sampled, filled, leftOut, notes }: RehearsalReport): readonly string[] => [
  ...(masked.length === 0 ? [] : [`Masked: ${masked.join(", ")}.`]),
  ...sampled.map(({ table, percent, rows }) => `Of ${table}, ${percent} % were kept: ${count(rows, "row")}.`),
  ...(filled?.empty ?? []).map(({ table, reason }) => `${table} has no rows: ${reason}.`),
  ...leftOut.map(({ file, line, reason }) => `Left out: ${file}:${line}: ${reason}.`),
  ...notes,
];
