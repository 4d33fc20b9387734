import type { Effect, StatementEffects } from "../../effects/effect.ts";
import { bytesInWords, rowsInWords, secondsInWords } from "../../effects/numbers-in-words.ts";
import { count } from "../../errors/count.ts";
import { indent, oneLine } from "../format.ts";
import type { Paint } from "../paint.ts";

/** An effect as JSON shows it: names are SQL, what is not known is null. */
export type ReportedEffect = Omit<Effect, "relation" | "on" | "rows" | "bytes" | "seconds"> & {
  readonly relation: string;
  readonly on?: string;
  readonly rows: number | null;
  readonly bytes: number | null;
  readonly seconds: number | null;
};

export interface StatementReport {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly statement: string;
  /** Null when the statement cannot be read. */
  readonly transaction: StatementEffects["transaction"] | null;
  readonly effects: readonly ReportedEffect[];
  readonly unchecked: readonly string[];
  /** Why the statement cannot be read. */
  readonly error?: string;
}

export interface EffectsReport {
  /** server_version_num. */
  readonly serverVersion: number;
  readonly statements: readonly StatementReport[];
}

const WIDTH = 100;

export function effectsText({ statements }: EffectsReport, paint: Paint): string {
  return [...statements.map((one) => statementText(one, paint)), `${count(statements.length, "statement")}.`].join(
    "\n\n",
  );
}

function statementText(one: StatementReport, paint: Paint): string {
  const { file, line, column, statement, transaction, effects, unchecked, error } = one;
  const lines = [
    ...(error === undefined ? [] : [paint("red", error)]),
    ...(transaction === "forbidden" ? ["outside of a transaction only"] : []),
    ...effects.flatMap((effect) => effectLines(effect, paint)),
    ...(effects.length === 0 && error === undefined && unchecked.length === 0 ? ["locks no relation"] : []),
    ...unchecked.map((what) => `not looked into: ${what}`),
  ];
  return [
    `${paint("bold", `${file}:${line}:${column}`)} ${oneLine(statement, WIDTH)}`,
    ...lines.map((text) => indent(text, "  ")),
  ].join("\n");
}

function effectLines(effect: ReportedEffect, paint: Paint): readonly string[] {
  const { relation, kind, role, lock, works, isNew, mayFail } = effect;
  const about = [kind, ...(role === "target" || role === kind ? [] : [role]), ...(isNew ? ["new"] : [])].join(", ");
  return [
    `${paint("cyan", relation)} (${about}): ${lock}${blocksText(effect)}${works.length === 0 ? "" : `; ${workText(effect)}`}`,
    ...mayFail.map(({ sqlState, reason }) => `  fails with ${sqlState} if ${reason}`),
  ];
}

function blocksText({ blocks: { reads, writes } }: ReportedEffect): string {
  if (reads && writes) return ", blocks reads and writes";
  if (reads) return ", blocks reads";
  return writes ? ", blocks writes" : "";
}

function workText({ works, rows, bytes, seconds }: ReportedEffect): string {
  const what = works.map((work) => work.replace("-", " ")).join(", ");
  if (rows === null || bytes === null || seconds === null) return `${what} of unknown size`;
  return `${what} ${secondsInWords(seconds)} (${bytesInWords(bytes)}, ${rowsInWords(rows)})`;
}
