import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { describeType, invalidConfig } from "./config-invalid.ts";
import { FIELD_KEYS, FIELDS, type FieldKey, type FieldValue } from "./fields.ts";

/** Checked values by their keys; absent where nobody said anything. */
export type Settings = { -readonly [K in FieldKey]?: FieldValue<K> };

/** A value of the command line and the option that gave it. */
export interface Override {
  readonly option: string;
  readonly value: string;
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
    for (const { value, invalid } of candidates(key, sources)) {
      const { form } = FIELDS[key];
      const read = form.read(value);
      if (read === undefined) {
        throw invalid(`is ${describeType(value)}; expected ${form.expected}.`);
      }
      settings[key] ??= read;
    }
  }
  return settings;
}

interface Candidate {
  readonly value: unknown;
  readonly invalid: (reason: string) => LockkeeperError;
}

/** The strongest first. */
function* candidates(key: FieldKey, { file, env, overrides }: SettingSources): Iterable<Candidate> {
  const override = overrides[key];
  if (override !== undefined) {
    const { option, value } = override;
    yield { value, invalid: (reason) => new LockkeeperError("usage", { message: `${option} ${reason}` }) };
  }
  const variable = FIELDS[key].env;
  const value = nonEmpty(env[variable]);
  if (value !== undefined) {
    yield {
      value,
      invalid: (reason) => invalidConfig(`The environment variable ${variable} ${reason}`, { key: variable }),
    };
  }
  if (file?.values.has(key) === true) {
    yield {
      value: file.values.get(key),
      invalid: (reason) => invalidConfig(`${file.shown}: \`${key}\` ${reason}`, { key, file: file.shown }),
    };
  }
}

/** An empty variable is how many shells and orchestrators write "not set". */
export function nonEmpty(value: string | undefined): string | undefined {
  return value === undefined || value.trim() === "" ? undefined : value;
}
