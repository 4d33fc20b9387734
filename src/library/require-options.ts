import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { nearestName } from "../errors/nearest-name.ts";

/** What an option may hold. What the configuration checks itself is `any` here. */
export type OptionKind =
  | "any"
  | "text"
  | "yes or no"
  | "count"
  | "number"
  | "duration"
  | "function"
  | "object"
  | "list";

/** Every option of a call with its kind; the compiler sees to it that none is left out. */
export type OptionKinds<T> = { readonly [K in keyof Required<T>]: OptionKind };

const FORMS: Readonly<Record<OptionKind, { readonly expected: string; readonly holds: (value: unknown) => boolean }>> =
  {
    any: { expected: "anything", holds: () => true },
    text: { expected: "a text that is not empty", holds: (value) => typeof value === "string" && value !== "" },
    "yes or no": { expected: "true or false", holds: (value) => typeof value === "boolean" },
    count: { expected: "a whole number from 1", holds: (value) => Number.isInteger(value) && Number(value) >= 1 },
    number: { expected: "a number from 0", holds: isFromZero },
    duration: {
      expected: "a number of milliseconds",
      holds: isFromZero,
    },
    function: { expected: "a function", holds: (value) => typeof value === "function" },
    object: { expected: "an object", holds: isObject },
    list: {
      expected: "a list of texts",
      holds: (value) => Array.isArray(value) && value.every((item) => typeof item === "string"),
    },
  };

/**
 * Holds the options of a call against what it knows: JavaScript has no compiler to do so, and an option that is misspelt
 * would be without effect on a production database.
 *
 * @param call what the options are of, such as `migrate()`
 * @throws LockkeeperError `usage` naming the option; no message repeats a value
 */
export function requireOptions<T extends object>(options: T, kinds: OptionKinds<T>, call: string): void {
  if (!isObject(options)) {
    throw wrong(`${call} takes an object of options.`);
  }
  const known: Readonly<Record<string, OptionKind>> = kinds;
  for (const [name, value] of Object.entries(options)) {
    const kind = Object.hasOwn(known, name) ? known[name] : undefined;
    if (kind === undefined) {
      const meant = nearestName(name, Object.keys(kinds));
      const rest =
        meant === undefined ? `; it knows ${Object.keys(kinds).join(", ")}.` : `; did you mean \`${meant}\`?`;
      throw wrong(`${call} has no option \`${name}\`${rest}`);
    }
    if (value !== undefined && !FORMS[kind].holds(value)) {
      throw wrong(`\`${name}\` of ${call} is not ${FORMS[kind].expected}.`);
    }
  }
}

function isFromZero(value: unknown): boolean {
  return typeof value === "number" && Number.isFinite(value) && value >= 0;
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function wrong(message: string): LockkeeperError {
  return new LockkeeperError("usage", {
    message,
    action: "docs/library.md lists the options.",
    notDone: "Nothing was run.",
  });
}
