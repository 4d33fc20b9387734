import { secondsInWords } from "../../effects/numbers-in-words.ts";
import { type LongStep, longSteps } from "../windows/long-steps.ts";
import { Window, type WindowSpec, type WindowState } from "../windows/window.ts";
import type { Gate, GateRule, GateVerdict } from "./gate.ts";
import type { GateSight } from "./gate-sight.ts";
import { phaseOf } from "./phases-of.ts";

type WindowRule = Extract<GateRule, { readonly gate: "window" }>;

/** Whether the steps that stop others could start, or may wait until they can. */
export function judgeWindow(
  { phases }: Pick<Gate, "phases">,
  { window: spec, waitMs }: WindowRule,
  { flight, policy, now }: Pick<GateSight, "flight" | "policy" | "now">,
): GateVerdict {
  const long = longSteps(flight.plans, policy).filter(({ phase }) =>
    phases.includes(phaseOf({ phase }, flight.direction)),
  );
  const [first] = long;
  if (first === undefined) return { state: "not needed", reason: "No step stops others for longer than `brief`." };
  const endless = long.find(({ seconds }) => (seconds ?? 0) * 1_000 > spec.lastsMs);
  if (endless !== undefined) {
    return {
      state: "does not hold",
      reason: `${nameOf(endless)} fits in no window of ${secondsInWords(spec.lastsMs / 1_000)}.`,
    };
  }
  const state = new Window(spec).stateAt(now);
  if (hasRoom(state, first.seconds, now)) {
    const until = state.until === null ? "" : ` until ${shownAt(state.until, spec)}`;
    return { state: "holds", reason: `The window is open${until}.` };
  }
  const why = `${nameOf(first)} waits for the window, which opens at ${shownAt(state.next, spec)}.`;
  return state.next - now <= waitMs
    ? { state: "holds", reason: why }
    : { state: "does not hold", reason: state.isOpen ? `The window closes too soon: ${why}` : why };
}

/** A step of which nobody knows how long it takes may start as long as the window is open. */
export const hasRoom = ({ isOpen, until }: WindowState, seconds: number | null, now: number): boolean =>
  isOpen && (until === null || now + (seconds ?? 0) * 1_000 <= until);

const nameOf = ({ migration, step, title, seconds }: LongStep): string =>
  `Step ${step} of ${migration} (${title}; ${seconds === null ? "for how long, nobody can tell" : secondsInWords(seconds)})`;

/** `2026-03-29 03:00 (Europe/Berlin)`. */
export function shownAt(instant: number, { timeZone }: Pick<WindowSpec, "timeZone">): string {
  const shown = new Intl.DateTimeFormat("sv-SE", { timeZone, dateStyle: "short", timeStyle: "short" }).format(instant);
  return `${shown} (${timeZone})`;
}
