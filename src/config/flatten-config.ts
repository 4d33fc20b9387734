import { describeType, invalidConfig } from "./config-invalid.ts";
import { FIELD_KEYS, type FieldKey } from "./fields.ts";

const groupOf = (key: string): string | undefined => /^([^.]+)\./.exec(key)?.[1];
const GROUPS = new Set(FIELD_KEYS.map(groupOf));

/**
 * `{ lock: { timeout } }` as `lock.timeout`; the values are not looked at.
 *
 * @throws LockkeeperError `config_invalid` for keys that nobody knows
 */
export function flattenConfig(config: unknown, file: string): ReadonlyMap<FieldKey, unknown> {
  if (!isRecord(config)) {
    throw invalidConfig(`${file} gives ${describeType(config)}; expected an object.`, { file });
  }
  const found = new Map<FieldKey, unknown>();
  const add = (key: string, value: unknown): void => {
    const field = FIELD_KEYS.find((candidate) => candidate === key);
    if (value === undefined) {
      return;
    }
    if (field === undefined) {
      throw invalidConfig(`${file}: there is no key \`${key}\`; ${insteadOf(key)}`, { file, key });
    }
    found.set(field, value);
  };
  for (const [key, value] of Object.entries(config)) {
    if (!GROUPS.has(key)) {
      add(key, value);
      continue;
    }
    if (!isRecord(value)) {
      throw invalidConfig(`${file}: \`${key}\` is ${describeType(value)}; expected an object.`, { file, key });
    }
    for (const [inner, innerValue] of Object.entries(value)) {
      add(`${key}.${inner}`, innerValue);
    }
  }
  return found;
}

/** What is said once for all has no place in a group. */
function insteadOf(key: string): string {
  const inner = key.slice((groupOf(key)?.length ?? -1) + 1);
  return inner !== key && FIELD_KEYS.some((candidate) => candidate === inner)
    ? `did you mean \`${inner}\`, which holds for all?`
    : `the keys are ${siblings(key).join(", ")}.`;
}

function siblings(key: string): readonly string[] {
  const group = groupOf(key);
  return group === undefined ? FIELD_KEYS : FIELD_KEYS.filter((candidate) => groupOf(candidate) === group);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
