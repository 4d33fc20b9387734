import type { QualifiedName } from "../catalog/model/names.ts";
import { HELPERS } from "./helpers-text.ts";
import { qualifiedKey } from "./qualified-key.ts";

/** Whose names these are already in the file that is written. */
const TAKEN: readonly string[] = [
  ...Object.keys(HELPERS),
  "JsonInput",
  "Functions",
  "Procedures",
  "Database",
  "ColumnType",
  "Generated",
  "GeneratedAlways",
  "Buffer",
  "Date",
  "Record",
  "Uint8Array",
];

/** What a relation's types are called behind its own name. */
const SUFFIXES = ["Row", "Insert", "Update", "Table"] as const;

/**
 * Gives each type and relation a name of its own; what comes later gives way with a number. Types and relations of a
 * schema never share a name.
 */
export class TypeNames {
  readonly #taken = new Set(TAKEN);
  readonly #names = new Map<string, string>();

  /** @param suffixes what will be put behind the name; all of it is taken */
  #take(of: QualifiedName, suffixes: readonly string[]): void {
    const base = (of.schema === "public" ? "" : pascalCase(of.schema)) + pascalCase(of.name);
    const wanted = /^\d/.test(base) ? `_${base}` : base || "_";
    let name = wanted;
    for (let number = 2; suffixes.some((suffix) => this.#taken.has(name + suffix)); number += 1) {
      name = `${wanted}${number}`;
    }
    for (const suffix of suffixes) this.#taken.add(name + suffix);
    this.#names.set(qualifiedKey(of), name);
  }

  takeType(of: QualifiedName): void {
    this.#take(of, [""]);
  }

  takeRelation(of: QualifiedName): void {
    this.#take(of, SUFFIXES);
  }

  /** Undefined for what took none. */
  of(name: QualifiedName): string | undefined {
    return this.#names.get(qualifiedKey(name));
  }
}

/** `order_items` as `OrderItems`; what cannot stand in an identifier is left out. */
export function pascalCase(name: string): string {
  return name
    .split(/[^\p{L}\p{N}]+/u)
    .map((part) => part.slice(0, 1).toUpperCase() + part.slice(1))
    .join("");
}

/** As Kysely's CamelCasePlugin does it: `order_items` as `orderItems`, and `_id` as `_Id`. */
export function camelCase(name: string): string {
  const [first = "", ...rest] = name;
  return (
    first +
    rest
      .map((char, at) => {
        if (char === "_") return "";
        return (at === 0 ? first : rest[at - 1]) === "_" ? char.toUpperCase() : char;
      })
      .join("")
  );
}

/** How CamelCasePlugin then writes the name into SQL, which need not be the name it came from: `line2` for `line_2`. */
export const snakeCase = (name: string): string =>
  [...name]
    .map((char, at, all) => {
      if (!isCapital(char)) return char;
      return at === 0 || isCapital(all[at - 1] ?? "") ? char.toLowerCase() : `_${char.toLowerCase()}`;
    })
    .join("");

const isCapital = (char: string): boolean => char === char.toUpperCase() && char !== char.toLowerCase();

const isIdentifier = (name: string): boolean => /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(name);

/** A name as a key of an interface. */
export const propertyKey = (name: string): string => (isIdentifier(name) ? name : quoted(name));

/** A text as a literal of TypeScript. */
export const quoted = (text: string): string =>
  JSON.stringify(text).replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029");

/** Words that are no names of parameters. */
const RESERVED = new Set(
  `arguments await break case catch class const continue debugger default delete do else enum eval export extends false
   finally for function if implements import in instanceof interface let new null package private protected public
   return static super switch this throw true try typeof var void while with yield`.split(/\s+/),
);

/** A name as that of a parameter; what cannot stand there becomes an underscore. */
export function parameterName(name: string): string {
  const plain = name.replace(/[^\p{ID_Continue}$]/gu, "_");
  return RESERVED.has(plain) || !isIdentifier(plain) ? `_${plain}` : plain;
}
