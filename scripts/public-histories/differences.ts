import { stableJson } from "../../src/catalog/stable-json.ts";

/**
 * The places at which two catalogs, or parts of them, differ. What has a name is found by it and not by its position.
 *
 * @param words what the two are called
 */
export const differences = (one: unknown, other: unknown, words: readonly [string, string]): readonly string[] =>
  compare("", one, other, words);

function compare(path: string, one: unknown, other: unknown, words: readonly [string, string]): string[] {
  if (isObject(one) && isObject(other)) {
    const [left, right] = [entriesOf(one), entriesOf(other)];
    return [...new Set([...left.keys(), ...right.keys()])].flatMap((key) =>
      compare(`${path}/${key}`, left.get(key), right.get(key), words),
    );
  }
  return one === other ? [] : [`${path}: ${words[0]} ${shown(one)}, ${words[1]} ${shown(other)}`];
}

const isObject = (value: unknown): value is object => typeof value === "object" && value !== null;

const shown = (value: unknown): string => (value === undefined ? "nothing" : stableJson(value).slice(0, 300));

function entriesOf(value: object): ReadonlyMap<string, unknown> {
  if (!Array.isArray(value)) return new Map(Object.entries(value));
  const named = new Map(value.map((one) => [keyOf(one), one]));
  return named.size === value.length && value.every((one) => isObject(one) && "name" in one)
    ? named
    : new Map(value.map((one) => [stableJson(one), one]));
}

function keyOf(value: unknown): string {
  if (!isObject(value)) return stableJson(value);
  const { schema, table, name, arguments: args } = value as Readonly<Record<string, unknown>>;
  return [schema, table, name, args].filter((part) => part !== undefined).join(".");
}
