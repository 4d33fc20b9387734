import type { TypeReference } from "../../catalog/model/names.ts";
import { sameType } from "../../catalog/state/apply/type-reference.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { type CastContext, castMethod } from "./casts.ts";
import { timeZoneIsUtc } from "./time-zone.ts";
import { modifierFits } from "./type-modifiers.ts";
import { baseTypeOf, domainsOf, isConstrained, type PlainType, plainType } from "./written-type.ts";

/** What becomes of the stored values: left as they are, all written again, or no way there without USING. */
export type TypeChange = "kept" | "rewritten" | "impossible";

export interface Step {
  readonly to: TypeReference;
  readonly context: CastContext;
}

/**
 * Follows a value through casts and says whether its bytes stay.
 *
 * Source: `ATColumnChangeRequiresRewrite` in `src/backend/commands/tablecmds.c`, over what `coerce_to_target_type` builds
 * and the planner simplifies. A cast hides the modifier of what it casts: varchar(10) → text → varchar(20) is coerced
 * again.
 */
export function changeThrough(from: TypeReference, steps: readonly Step[], state: CatalogState): TypeChange {
  let outcome: TypeChange = "kept";
  let now: Value = { is: from, plain: plainType(from) };
  for (const { to, context } of steps) {
    const [change, next] = coerced(now, to, context, state);
    if (change === "impossible") return "impossible";
    if (change === "rewritten") outcome = "rewritten";
    now = next;
  }
  return outcome;
}

interface Value {
  readonly is: TypeReference;
  /** Its modifiers are empty where the server does not know them any more. */
  readonly plain: PlainType;
}

function coerced(value: Value, to: TypeReference, context: CastContext, state: CatalogState): [TypeChange, Value] {
  const reached: Value = { is: to, plain: plainType(to) };
  if (sameType(value.is, to) && value.plain.modifiers.join() === reached.plain.modifiers.join())
    return ["kept", reached];
  const source = domainsOf(value.is, state).length > 0 ? withoutModifier(baseTypeOf(value.is, state)) : value.plain;
  const target = plainType(baseTypeOf(to, state));
  const method = castMethod(source, target, context, state.major);
  if (method === "none") return ["impossible", reached];
  const keeps =
    method === "same" || method === "binary" || (isTimestamp(source) && isTimestamp(target) && timeZoneIsUtc(state));
  const fits = modifierFits(method === "same" ? source : { ...source, modifiers: [], fields: "" }, target);
  return [keeps && fits && !isConstrained(to, state) ? "kept" : "rewritten", reached];
}

const withoutModifier = (type: TypeReference): PlainType => ({ ...plainType(type), modifiers: [], fields: "" });

const isTimestamp = ({ name, schema, array }: PlainType): boolean =>
  schema === "pg_catalog" && !array && (name === "timestamp" || name === "timestamptz");
