/** Whether a value is of a type that `lockkeeper types` names; for enums and aliases of text any text is. */
export function conforms(value: unknown, type: string): boolean {
  if (type.endsWith(" | null")) return value === null || conforms(value, type.slice(0, -" | null".length));
  if (type.endsWith("[]")) {
    return Array.isArray(value) && value.length > 0 && value.every((one) => conforms(one, type.slice(0, -2)));
  }
  const is = CHECKS[type];
  return is === undefined ? typeof value === "string" : is(value);
}

const isNumber = (value: unknown): boolean => typeof value === "number" && !Number.isNaN(value);

const isObjectOf = (value: unknown, is: Readonly<Record<string, (part: unknown) => boolean>>): boolean =>
  typeof value === "object" &&
  value !== null &&
  Object.entries(is).every(([key, check]) => check((value as Readonly<Record<string, unknown>>)[key]));

const isPart = (part: unknown): boolean => part === undefined || isNumber(part);
const isMethod = (part: unknown): boolean => typeof part === "function";

const CHECKS: Readonly<Record<string, (value: unknown) => boolean>> = {
  number: isNumber,
  boolean: (value) => typeof value === "boolean",
  Date: (value) => value instanceof Date && !Number.isNaN(value.getTime()),
  Buffer: (value) => Buffer.isBuffer(value),
  Json: (value) => value !== undefined && JSON.stringify(value) !== undefined && typeof value !== "string",
  PostgresInterval: (value) =>
    isObjectOf(value, {
      years: isPart,
      months: isPart,
      days: isPart,
      hours: isPart,
      minutes: isPart,
      seconds: isPart,
      milliseconds: isPart,
      toPostgres: isMethod,
      toISO: isMethod,
      toISOString: isMethod,
    }),
  Point: (value) => isObjectOf(value, { x: isNumber, y: isNumber }),
  Circle: (value) => isObjectOf(value, { x: isNumber, y: isNumber, radius: isNumber }),
};
