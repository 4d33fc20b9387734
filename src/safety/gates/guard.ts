import { count } from "../../errors/count.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { nearestName } from "../../errors/nearest-name.ts";
import { pause } from "../../postgres/pause.ts";
import type { Flight, Guard, StepToGuard, Waiver } from "../../run/guard.ts";
import { shellWord } from "../rollback/shell-word.ts";
import { longTime } from "../windows/long-steps.ts";
import { Window } from "../windows/window.ts";
import type { Gate, GateRule } from "./gate.ts";
import { type GateOptions, gateFlight } from "./gate-flight.ts";
import { closedGates, type GateReport, type Overrides } from "./judge-gates.ts";
import { hasRoom, shownAt } from "./judge-window.ts";
import { phaseOf } from "./phases-of.ts";

type WindowRule = Extract<GateRule, { readonly gate: "window" }>;

/**
 * Keeps runs from starting while a gate does not hold, and steps that stop others while the window is closed.
 *
 * @throws LockkeeperError `usage` for an override of a gate that there is not, or without a reason; `gate_closed` for one
 *   that the policy does not allow
 */
export function guardOf(gates: readonly Gate[], options: GateOptions): Guard {
  const { overrides = {}, policy, now = Date.now } = options;
  requireOverrides(gates, overrides);
  /** Of these migrations it was said, with the others, whether their steps have to wait. */
  const mayStart = new Map<string, ReadonlySet<string>>();
  return {
    async clear(flight) {
      if (flight.plans.length === 0) return [];
      const { gates: reports, digest } = await gateFlight(flight, gates, options);
      const closed = closedGates(reports);
      if (closed.length > 0) throw gateClosed(closed, flight);
      const free = reports
        .filter(({ state }) => state === "overridden" || state === "not needed")
        .map(({ name }) => name);
      for (const { migration } of flight.plans) mayStart.set(migration, new Set(free));
      return reports.flatMap((report) => waiverOf(report, { direction: flight.direction, digest }));
    },
    async beforeStep(asked) {
      const seconds = longTime(asked.step, policy);
      if (seconds === undefined) return undefined;
      for (const { name, phases, rule, mayOverride } of gates) {
        const isAsked = phases.includes(phaseOf(asked.step, asked.plan.direction));
        if (rule.gate !== "window" || !isAsked || mayStart.get(asked.plan.migration)?.has(name) === true) continue;
        const because = mayOverride && Object.hasOwn(overrides, name) ? overrides[name] : undefined;
        if (because !== undefined && !hasRoom(new Window(rule.window).stateAt(now()), seconds, now())) {
          mayStart.set(asked.plan.migration, new Set([...(mayStart.get(asked.plan.migration) ?? []), name]));
          return { gate: name, because, detail: { step: numberOf(asked), direction: asked.plan.direction } };
        }
        await untilOpen(rule, seconds, asked, now);
      }
      return undefined;
    },
  };
}

/** @throws LockkeeperError `usage`, `gate_closed` */
export function requireOverrides(gates: readonly Gate[], overrides: Overrides): void {
  for (const [name, because] of Object.entries(overrides)) {
    const gate = gates.find((one) => one.name === name);
    if (gate === undefined) {
      const names = gates.map((one) => one.name);
      const meant = nearestName(name, names);
      const known = names.length === 0 ? "the configuration has none" : `there are ${names.join(", ")}`;
      throw new LockkeeperError("usage", {
        message: `There is no gate ${name}; ${meant === undefined ? known : `is ${meant} meant?`}`,
        notDone: "Nothing was changed.",
      });
    }
    if (because.trim() === "") {
      throw new LockkeeperError("usage", {
        message: `Who overrides the gate ${name} has to say why.`,
        notDone: "Nothing was changed.",
      });
    }
    if (!gate.mayOverride) {
      throw new LockkeeperError("gate_closed", {
        message: `The policy lets nobody override the gate ${name}.`,
        notDone: "Nothing was changed.",
        action: "`lockkeeper gates` tells how it is made to hold; `override: true` in its rule would allow it.",
        data: { gates: [name] },
      });
    }
  }
}

const FOR = { up: "", contract: " --for contract", down: " --for down" } as const;

/** What was rehearsed and approved with a schema between two steps is seldom there. */
const finishFirst = (direction: Flight["direction"], last: string | undefined): string =>
  direction !== "up" || last === undefined
    ? ""
    : ` What was let start before needs none of them: \`lockkeeper up --to ${shellWord(last)}\` finishes it first.`;

function gateClosed(closed: readonly GateReport[], { direction, begun }: Flight): LockkeeperError {
  const lines = closed.map(
    ({ name, reason, action }) => `\n  ${name}: ${reason}${action === undefined ? "" : `\n    ${action}`}`,
  );
  return new LockkeeperError("gate_closed", {
    message: `${count(closed.length, "gate")} of the policy ${closed.length === 1 ? "does" : "do"} not hold:${lines.join("")}`,
    notDone: "Nothing was changed.",
    action: `\`lockkeeper gates${FOR[direction]}\` shows them all.${finishFirst(direction, begun.at(-1))}`,
    data: { gates: closed },
  });
}

const waiverOf = (
  { name, state, reason, because }: GateReport,
  detail: Readonly<Record<string, unknown>>,
): readonly Waiver[] =>
  state === "overridden" && because !== undefined
    ? [{ gate: name, because, detail: { ...detail, found: reason } }]
    : [];

/** ms; a clock that is put right is noticed. */
const LOOK_EVERY = 30_000;

/** @throws LockkeeperError `window_closed` where the next one is farther away than the policy lets a run wait */
async function untilOpen(
  { window: spec, waitMs }: WindowRule,
  seconds: number | null,
  asked: StepToGuard,
  now: () => number,
): Promise<void> {
  const window = new Window(spec);
  const begun = now();
  for (let isTold = false; !asked.stop.requested; isTold = true) {
    const at = now();
    const state = window.stateAt(at);
    if (hasRoom(state, seconds, at)) return;
    const when = shownAt(state.next, spec);
    const subject = `Step ${numberOf(asked)} of ${asked.plan.migration} (${asked.step.title})`;
    const fits = (seconds ?? 0) * 1_000 <= spec.lastsMs;
    if (!fits || state.next - begun > waitMs) {
      throw new LockkeeperError("window_closed", {
        message: `${subject} stops others for longer than the policy allows outside of a window, and ${
          fits ? `the next one opens at ${when}` : "no window is long enough for it"
        }.`,
        notDone: "Nothing of it was run; the steps before it stand.",
        data: { migration: asked.plan.migration, step: numberOf(asked), opensAt: new Date(state.next).toISOString() },
      });
    }
    if (!isTold) asked.emit({ type: "notice", message: `${subject} waits for the window, which opens at ${when}.` });
    await pause(Math.min(state.next - at, LOOK_EVERY), asked.stop.soon);
  }
}

/** From 1. */
const numberOf = ({ plan, step }: StepToGuard): number => plan.steps.indexOf(step) + 1;
