import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { SequenceOptions } from "../../model/sequence.ts";
import { optionText } from "./options.ts";

const LIMITS: Readonly<Record<SequenceOptions["type"], readonly [min: bigint, max: bigint]>> = {
  smallint: [-32768n, 32767n],
  integer: [-2147483648n, 2147483647n],
  bigint: [-9223372036854775808n, 9223372036854775807n],
};

const TYPES: Readonly<Record<string, SequenceOptions["type"]>> = { int2: "smallint", int4: "integer", int8: "bigint" };

/** The type of a sequence for a column of that type. */
export const sequenceType = (columnType: string): SequenceOptions["type"] => TYPES[columnType] ?? "bigint";

/**
 * What a sequence is after its options, by `init_params` of src/backend/commands/sequence.c.
 *
 * @param before undefined for a new sequence
 */
export function sequenceOptions(
  nodes: readonly PgNode[] | undefined,
  before: SequenceOptions | undefined,
  type: SequenceOptions["type"] = "bigint",
): SequenceOptions {
  const options = new Map(nodesAs(nodes, "DefElem").map((option) => [option.defname ?? "", option]));
  const text = (name: string): string | undefined => {
    const option = options.get(name);
    return option?.arg === undefined ? undefined : optionText(option);
  };
  const written = nodeAs(options.get("as")?.arg, "TypeName");
  const next = written === undefined ? (before?.type ?? type) : sequenceType(namesOf(written.names).at(-1) ?? "");
  const increment = BigInt(text("increment") ?? before?.increment ?? "1");
  const ascending = increment > 0n;
  const [lowest, highest] = LIMITS[next];
  const retyped = before !== undefined && before.type !== next;
  const [oldLowest, oldHighest] = LIMITS[before?.type ?? next];
  const keeps = (value: string | undefined, limit: bigint): string | undefined =>
    retyped && value === String(limit) ? undefined : value;
  const max =
    text("maxvalue") ??
    (options.has("maxvalue") ? undefined : keeps(before?.max, oldHighest)) ??
    String(ascending ? highest : -1n);
  const min =
    text("minvalue") ??
    (options.has("minvalue") ? undefined : keeps(before?.min, oldLowest)) ??
    String(ascending ? 1n : lowest);
  return {
    type: next,
    start: text("start") ?? before?.start ?? (ascending ? min : max),
    increment: String(increment),
    min,
    max,
    cache: text("cache") ?? before?.cache ?? "1",
    cycle: options.has("cycle") ? text("cycle") !== "false" && text("cycle") !== "0" : (before?.cycle ?? false),
    persistence: before?.persistence ?? "permanent",
  };
}
