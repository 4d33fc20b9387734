import { CHECK_SEVERITIES } from "../../checks/check.ts";
import { parseAge, parseDuration } from "../../config/duration.ts";
import type { GatePhase } from "../../config/gate-config.ts";
import { parseBytes } from "../../config/sizes.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import { nearestName } from "../../errors/nearest-name.ts";
import { SEVERITIES } from "../../hazards/finding.ts";
import { windowDefect } from "../windows/window.ts";
import type { Gate, GateKind, GateRule } from "./gate.ts";

const PHASES: readonly GatePhase[] = ["expand", "migrate", "cutover", "contract", "down"];
const GOING_UP: readonly GatePhase[] = ["expand", "migrate", "cutover"];
const COMMON = ["gate", "name", "phases", "severity", "override"];

/**
 * The gates as the configuration has them, in its order.
 *
 * @param written what stands at `gates`
 * @param file the configuration's, as people know it
 * @throws LockkeeperError `config_invalid` naming the gate and what is wrong with it
 */
export function gatePolicy(written: readonly Readonly<Record<string, unknown>>[], file?: string): readonly Gate[] {
  const gates = written.map((one, index) => readGate(one, `gates[${index}]`, file));
  for (const [index, { name }] of gates.entries()) {
    if (gates.findIndex((one) => one.name === name) === index) continue;
    throw invalid(`there are two gates \`${name}\`; give one of them another \`name\``, `gates[${index}]`, file);
  }
  return gates;
}

function readGate(written: Readonly<Record<string, unknown>>, key: string, file: string | undefined): Gate {
  const kind = Object.keys(RULES).find((one) => one === written["gate"]) as GateKind | undefined;
  if (kind === undefined) {
    throw invalid(`\`gate\` is one of ${Object.keys(RULES).join(", ")}`, key, file);
  }
  const fields = new Fields(written, (reason) => invalid(reason, `${key} (${kind})`, file));
  const rule = RULES[kind](fields);
  const name = fields.optional("name", nameOf, "a word of small letters, digits and -") ?? kind;
  const severity = fields.optional("severity", oneOf(SEVERITIES), `one of ${SEVERITIES.join(", ")}`);
  const phases = fields.optional("phases", listOf(oneOf(PHASES)), `a list of ${PHASES.join(", ")}`);
  const mayOverride = fields.optional("override", flag, "true or false") ?? false;
  fields.refuseOthers();
  const ahead = phases?.find((phase) => kind === "rehearsal" && !GOING_UP.includes(phase));
  if (ahead !== undefined) throw fields.wrong(`\`phases\`: what goes up is rehearsed, with its way back; not ${ahead}`);
  return {
    name,
    phases: phases ?? (kind === "rehearsal" ? GOING_UP : PHASES.filter((phase) => phase !== "down")),
    ...(severity === undefined ? {} : { severity }),
    mayOverride,
    rule,
  };
}

const RULES: { readonly [K in GateKind]: (fields: Fields) => GateRule } = {
  backup: (fields) => ({ gate: "backup", withinMs: fields.required("within", parseAge, AGE) }),
  rehearsal: (fields) => ({ gate: "rehearsal", ...within(fields) }),
  drift: () => ({ gate: "drift" }),
  checks: (fields) => ({
    gate: "checks",
    failOn: fields.optional("failOn", oneOf(CHECK_SEVERITIES), `one of ${CHECK_SEVERITIES.join(", ")}`) ?? "error",
  }),
  "replica-lag": (fields) => {
    const belowBytes = fields.optional("belowBytes", parseBytes, BYTES);
    return {
      gate: "replica-lag",
      belowMs: fields.optional("below", parseDuration, DURATION) ?? 10_000,
      ...(belowBytes === undefined ? {} : { belowBytes }),
      ignore: fields.optional("ignore", listOf(text), "a list of names") ?? [],
    };
  },
  "disk-free": (fields) => {
    const query = fields.optional("query", text, "a query");
    const command = fields.optional("command", text, "a command");
    const reserve = fields.optional("reserve", parseBytes, BYTES) ?? 0;
    if (query !== undefined && command === undefined) return { gate: "disk-free", source: { query }, reserve };
    if (command !== undefined && query === undefined) return { gate: "disk-free", source: { command }, reserve };
    throw fields.wrong("needs either `query` or `command`: the server itself does not tell what is free");
  },
  "long-transactions": (fields) => ({
    gate: "long-transactions",
    longestMs: fields.required("longest", parseDuration, DURATION),
  }),
  "old-applications": (fields) => ({
    gate: "old-applications",
    matching: fields.required("matching", pattern, "a regular expression"),
  }),
  approval: (fields) => ({
    gate: "approval",
    by: fields.required("by", (value) => nonEmpty(listOf(text)(value)), "a list of roles"),
    count: fields.optional("count", count, "a whole number from 1") ?? 1,
    fourEyes: fields.optional("fourEyes", flag, "true or false") ?? false,
    ...within(fields),
  }),
  window: (fields) => {
    const opens = fields.required("opens", oneOrMore, "an expression of cron, or a list of them");
    for (const cron of opens) {
      const defect = windowDefect(cron);
      if (defect !== undefined) throw fields.wrong(`\`opens\`: "${cron}" ${defect}`);
    }
    return {
      gate: "window",
      window: {
        opens,
        lastsMs: fields.required("lasts", (value) => positive(parseDuration(value)), `${DURATION} above 0`),
        timeZone: fields.optional("timeZone", timeZone, "the name of a time zone, such as Europe/Berlin") ?? "UTC",
      },
      waitMs: fields.optional("wait", parseAge, AGE) ?? 0,
    };
  },
};

const AGE = 'an age such as "12h" or "7d"';
const DURATION = 'a duration such as "10s" or "5m"';
const BYTES = 'a size such as "10GB"';

function within(fields: Fields): { readonly withinMs?: number } {
  const withinMs = fields.optional("within", parseAge, AGE);
  return withinMs === undefined ? {} : { withinMs };
}

type Read<T> = (value: unknown) => T | undefined;

/** The fields of one gate, each of which is asked for once. */
class Fields {
  readonly #written: Readonly<Record<string, unknown>>;
  readonly #asked = new Set<string>(COMMON);
  readonly wrong: (reason: string) => LockkeeperError;

  constructor(written: Readonly<Record<string, unknown>>, wrong: (reason: string) => LockkeeperError) {
    this.#written = written;
    this.wrong = wrong;
  }

  optional<T>(key: string, read: Read<T>, expected: string): T | undefined {
    this.#asked.add(key);
    const value = this.#written[key];
    if (value === undefined) return undefined;
    const found = read(value);
    if (found === undefined) throw this.wrong(`\`${key}\` is not ${expected}`);
    return found;
  }

  required<T>(key: string, read: Read<T>, expected: string): T {
    const found = this.optional(key, read, expected);
    if (found === undefined) throw this.wrong(`\`${key}\` is missing: ${expected}`);
    return found;
  }

  refuseOthers(): void {
    const other = Object.keys(this.#written).find((key) => !this.#asked.has(key));
    if (other === undefined) return;
    const meant = nearestName(other, [...this.#asked]);
    throw this.wrong(`there is no key \`${other}\`${meant === undefined ? "" : `; is \`${meant}\` meant?`}`);
  }
}

const text: Read<string> = (value) => (typeof value === "string" && value.trim() !== "" ? value : undefined);
const flag: Read<boolean> = (value) => (typeof value === "boolean" ? value : undefined);
const count: Read<number> = (value) =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 1 ? value : undefined;
const positive = (value: number | undefined): number | undefined => (value === 0 ? undefined : value);
const nonEmpty = <T>(list: readonly T[] | undefined): readonly T[] | undefined =>
  list?.length === 0 ? undefined : list;
const nameOf: Read<string> = (value) =>
  typeof value === "string" && /^[a-z][a-z0-9-]*$/.test(value) ? value : undefined;

const oneOf =
  <T extends string>(allowed: readonly T[]): Read<T> =>
  (value) =>
    allowed.find((one) => one === value);

const listOf =
  <T>(read: Read<T>): Read<readonly T[]> =>
  (value) => {
    if (!Array.isArray(value)) return undefined;
    const found = value.flatMap((one) => read(one) ?? []);
    return found.length === value.length ? found : undefined;
  };

const oneOrMore: Read<readonly string[]> = (value) =>
  nonEmpty(listOf(text)(typeof value === "string" ? [value] : value));

function pattern(value: unknown): RegExp | undefined {
  try {
    return typeof value === "string" && value !== "" ? new RegExp(value, "u") : undefined;
  } catch {
    return undefined;
  }
}

function timeZone(value: unknown): string | undefined {
  try {
    return typeof value === "string"
      ? new Intl.DateTimeFormat("en", { timeZone: value }).resolvedOptions().timeZone
      : undefined;
  } catch {
    return undefined;
  }
}

const invalid = (reason: string, key: string, file: string | undefined): LockkeeperError =>
  new LockkeeperError("config_invalid", {
    message: `${file === undefined ? "" : `${file}: `}\`${key}\`: ${reason}.`,
    notDone: "Nothing was run.",
    action: "docs/gates.md lists the gates with what they take.",
    ...(file === undefined ? {} : { at: { file } }),
    data: { key },
  });
