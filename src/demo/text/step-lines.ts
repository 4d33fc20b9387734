import type { Blocker } from "../../run/events.ts";
import type { MeasuredStep } from "../demo-report.ts";
import { columns } from "./columns.ts";
import { duration } from "./numbers.ts";
import type { Paint } from "./paint.ts";

/** Lock modes of tables, weakest first, and what other clients can do meanwhile (documentation, "Explicit Locking"). */
const MEANWHILE: Readonly<Record<string, string>> = {
  ShareUpdateExclusiveLock: "reads and writes go on",
  ShareLock: "reads go on, writes wait",
  ShareRowExclusiveLock: "reads go on, writes wait",
  ExclusiveLock: "reads go on, writes wait",
  AccessExclusiveLock: "reads and writes wait",
};
const STRENGTH = Object.keys(MEANWHILE);

/** @param inUse tables that clients use; what else a step locks, it has just made itself */
export function stepLines(step: MeasuredStep, inUse: ReadonlySet<string>, paint: Paint): string[] {
  const part = step.steps > 1 ? ` (${step.step} of ${step.steps})` : "";
  const gaveWay = step.attempts === 2 ? "an attempt" : `${step.attempts - 1} attempts`;
  const tries = step.attempts > 1 ? `, ${duration(step.lockWaitMs)} of it for ${gaveWay} that gave way` : "";
  return [
    `   ${paint("green", "✔")} ${step.migration}${part}  ${paint("bold", duration(step.durationMs))}${tries}`,
    // The way back has been shown in full before it began.
    ...(step.direction === "down" ? [] : step.statements).map((sql) => `     ${shortened(sql, 90)}`),
    ...lockLines(step, inUse).map((line) => `     ${paint("dim", line)}`),
  ];
}

function lockLines({ locks, kind }: MeasuredStep, inUse: ReadonlySet<string>): string[] {
  const strongest = new Map<string, string>();
  for (const { relation, mode } of locks) {
    if (inUse.has(relation) && STRENGTH.indexOf(mode) > STRENGTH.indexOf(strongest.get(relation) ?? "")) {
      strongest.set(relation, mode);
    }
  }
  if (strongest.size === 0) {
    // Outside a transaction the locks are looked at from the side, now and then.
    return [kind === "concurrent" ? "over before its locks were looked at" : "locks no table in use, but to read it"];
  }
  return [...strongest].map(([relation, mode]) => `${lockName(mode)} on ${relation}: ${MEANWHILE[mode]}`);
}

/** The sessions in the way, as a table. */
export function blockerLines(blockers: readonly Blocker[], paint: Paint): string[] {
  const [header = "", ...rows] = columns(
    [
      ["pid", "application", "state", "open for", "holds", "query"],
      ...blockers.map((blocker) => [
        String(blocker.pid),
        blocker.application || blocker.user,
        blocker.state,
        duration(blocker.ageMs),
        `${blocker.modes.map(lockName).join(", ")} on ${blocker.relation ?? "a transaction"}`,
        shortened(blocker.query, 48),
      ]),
    ],
    [0, 3],
  );
  return [`     ${paint("dim", header)}`, ...rows.map((row) => `     ${row}`)];
}

/** `AccessExclusiveLock` as PostgreSQL's documentation writes it. */
function lockName(mode: string): string {
  return mode
    .replace(/Lock$/, "")
    .replace(/(?<=[a-z])(?=[A-Z])/g, " ")
    .toUpperCase();
}

function shortened(text: string, length: number): string {
  const line = text.replace(/\s+/g, " ").trim();
  return line.length > length ? `${line.slice(0, length - 1)}…` : line;
}
