import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { describeType, invalidConfig } from "./config-invalid.ts";
import { FIELD_KEYS, FIELDS, type FieldForm, type FieldKey, type FieldValue } from "./fields.ts";

/** Checked values by their keys; absent where nobody said anything. */
export type Settings = { -readonly [K in FieldKey]?: FieldValue<K> };

/** A value of the caller, be it a command line or a program, and the option that gave it. */
export interface Override {
  readonly option: string;
  readonly value: unknown;
}

export interface SettingSources {
  readonly file: { readonly shown: string; readonly values: ReadonlyMap<FieldKey, unknown> } | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly overrides: Readonly<Partial<Record<FieldKey, Override>>>;
}

/**
 * What is said on the command line outweighs the environment, which outweighs the file. All of it is checked, so that a
 * wrong value is found by the first command and not by the first one that needs it.
 *
 * @throws LockkeeperError `config_invalid`, and `usage` for the command line
 */
export function resolveSettings(sources: SettingSources): Settings {
  const settings: Record<string, unknown> = {};
  for (const key of FIELD_KEYS) {
    for (const { value, invalid, isAlwaysOurs } of candidates(key, sources)) {
      const form: FieldForm<unknown> = FIELDS[key].form;
      const read = form.read(value);
      if (read === undefined) {
        throw invalid(`is ${describeType(value)}; expected ${form.expected}.`);
      }
      const refusal = settings[key] === undefined || isAlwaysOurs ? form.refuse?.(read) : undefined;
      if (refusal !== undefined) {
        throw invalid(refusal.reason, refusal.code);
      }
      settings[key] ??= read;
    }
  }
  requireOrder(settings as Settings);
  return settings;
}

/** Each may stand without the other, but not against it. */
function requireOrder({ "lock.backoffMin": min, "lock.backoffMax": max }: Settings): void {
  if (min !== undefined && max !== undefined && min > max) {
    throw invalidConfig(`\`lock.backoffMin\` (${min} ms) is longer than \`lock.backoffMax\` (${max} ms).`, {
      key: "lock.backoffMin",
    });
  }
}

interface Candidate {
  readonly value: unknown;
  /** False for what may be there for another program: `DATABASE_URL` is no name of ours. */
  readonly isAlwaysOurs: boolean;
  readonly invalid: (reason: string, code?: "database_url_invalid") => LockkeeperError;
}

/** The strongest first. */
function* candidates(key: FieldKey, { file, env, overrides }: SettingSources): Iterable<Candidate> {
  const override = overrides[key];
  if (override !== undefined) {
    const { option, value } = override;
    yield {
      value,
      isAlwaysOurs: true,
      invalid: (reason, code) => new LockkeeperError(code ?? "usage", { message: `${option} ${reason}` }),
    };
  }
  const variable = FIELDS[key].env;
  const value = nonEmpty(env[variable]);
  if (value !== undefined) {
    yield {
      value,
      isAlwaysOurs: false,
      invalid: (reason, code) =>
        invalidConfig(`The environment variable ${variable} ${reason}`, { key: variable }, code),
    };
  }
  if (file?.values.has(key) === true) {
    yield {
      value: file.values.get(key),
      isAlwaysOurs: true,
      invalid: (reason, code) => invalidConfig(`${file.shown}: \`${key}\` ${reason}`, { key, file: file.shown }, code),
    };
  }
}

/** An empty variable is how many shells and orchestrators write "not set". */
export function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}
