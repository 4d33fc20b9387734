import type { FieldKey } from "../config/fields.ts";
import type { Override } from "../config/settings.ts";

/** Options of the command line that stand for a key of the configuration. */
const OPTIONS: readonly { readonly attribute: string; readonly option: string; readonly key: FieldKey }[] = [
  { attribute: "database", option: "--database", key: "database" },
  { attribute: "scratch", option: "--scratch", key: "scratch" },
  { attribute: "scratchDatabase", option: "--scratch-database", key: "scratchDatabase" },
  { attribute: "migrations", option: "--migrations", key: "migrations" },
  { attribute: "lockTimeout", option: "--lock-timeout", key: "lock.timeout" },
  { attribute: "lockDeadline", option: "--lock-deadline", key: "lock.deadline" },
];

export function overridesOf(options: Readonly<Record<string, unknown>>): Partial<Record<FieldKey, Override>> {
  const overrides: Partial<Record<FieldKey, Override>> = {};
  for (const { attribute, option, key } of OPTIONS) {
    const value = options[attribute];
    if (typeof value === "string") {
      overrides[key] = { option, value };
    }
  }
  return overrides;
}
