import type { Options } from "../../catalog/model/names.ts";
import { quoteIdentifier, quoteLiteral } from "../../sql/quote.ts";

/** `(fillfactor='70', toast.autovacuum_enabled='false')`, as WITH and SET take it. */
export const storageOptions = (options: Options): string =>
  `(${Object.entries(options)
    .map(([name, value]) => `${optionName(name)}=${quoteLiteral(value)}`)
    .join(", ")})`;

/** ` WITH (…)`, or nothing where there are no options. */
export const withOptions = (options: Options | undefined): string =>
  options === undefined || Object.keys(options).length === 0 ? "" : ` WITH ${storageOptions(options)}`;

/** SET and RESET, behind ALTER and the object's name, that turn one into the other. */
export function changedOptions(before: Options = {}, after: Options = {}): readonly string[] {
  const gone = Object.keys(before).filter((name) => after[name] === undefined);
  const set = Object.entries(after).filter(([name, value]) => before[name] !== value);
  return [
    ...(gone.length === 0 ? [] : [`RESET (${gone.map(optionName).join(", ")})`]),
    ...(set.length === 0 ? [] : [`SET ${storageOptions(Object.fromEntries(set))}`]),
  ];
}

/** The part before the dot names the relation that the option is for. */
const optionName = (name: string): string => name.split(".").map(quoteIdentifier).join(".");
