import { factsOfMajor } from "./facts-of-version.ts";
import { CASTS } from "./type-facts.ts";
import type { PlainType } from "./written-type.ts";

/** How values of a type become values of another; `none`: only by a USING expression. */
export type CastMethod = "same" | "binary" | "function" | "text" | "none";

/** Where the cast stands: in a statement's USING, or where the server puts it itself. */
export type CastContext = "explicit" | "assignment";

/** Types of well-known extensions; their schema is where the extension was put. */
const OF_EXTENSIONS = `
citext text b i
citext varchar b i
citext bpchar b a
text citext b a
varchar citext b a
bpchar citext f a
bool citext f a
inet citext f a
`;

const TEXTS: ReadonlySet<string> = new Set(["text", "varchar", "bpchar", "name", "citext"]);

type Known = ReadonlyMap<string, { readonly method: string; readonly context: string }>;

const known = new Map<number, Known>();

/**
 * Which way the server goes from one type to another (neither a domain). Modifiers play no part here.
 *
 * Source: `find_coercion_pathway` in `src/backend/parser/parse_coerce.c`.
 */
export function castMethod(from: PlainType, to: PlainType, context: CastContext, major: number): CastMethod {
  if (from.schema === to.schema && from.name === to.name && from.array === to.array) return "same";
  if (from.array && to.array) {
    const elements = castMethod({ ...from, array: false }, { ...to, array: false }, context, major);
    return elements === "none" ? "none" : "function";
  }
  const cast = from.array || to.array ? undefined : castsOf(major).get(`${nameOf(from)} ${nameOf(to)}`);
  if (cast !== undefined && (context === "explicit" || cast.context !== "e")) {
    return cast.method === "b" ? "binary" : cast.method === "f" ? "function" : "text";
  }
  if (!to.array && TEXTS.has(nameOf(to))) return "text";
  return context === "explicit" && !from.array && TEXTS.has(nameOf(from)) ? "text" : "none";
}

/** A type of somebody's own has no cast here, whatever its name. */
const nameOf = ({ schema, name }: PlainType): string =>
  schema === "pg_catalog" || name === "citext" ? name : `${schema}.${name}`;

function castsOf(major: number): Known {
  let casts = known.get(major);
  if (casts === undefined) {
    casts = new Map(
      [...factsOfMajor(CASTS, major), ...factsOfMajor(OF_EXTENSIONS, major)].map(
        ([source = "", target = "", method = "", context = ""]) => [`${source} ${target}`, { method, context }],
      ),
    );
    known.set(major, casts);
  }
  return casts;
}
