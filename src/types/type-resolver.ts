import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { Domain } from "../catalog/model/type.ts";
import { BUILT_IN, type BuiltIn, TEXT } from "./built-in-types.ts";
import type { Helper } from "./helpers-text.ts";
import type { TypeNames } from "./names.ts";
import { qualifiedKey } from "./qualified-key.ts";
import { arrayOf, readonlyArrayOf, type TsType } from "./ts-type.ts";
import { readTypeKey } from "./type-key.ts";
import type { TypeOverride } from "./types-options.ts";

/** A type where it is used; for an array the schema and name of its element. */
export type UsedType = QualifiedName & { readonly array: boolean };

/** Says what values of a type are, and keeps account of what that took. */
export class TypeResolver {
  /** Helpers that something resolved so far is written with. */
  readonly helpers = new Set<Helper>();
  readonly #names: TypeNames;
  readonly #overrides: Overrides;
  readonly #domains: ReadonlyMap<string, Domain>;
  /** Whose values are what the alias says. */
  readonly #aliases: ReadonlySet<string>;

  constructor(catalog: Catalog, names: TypeNames, overrides: Readonly<Record<string, TypeOverride>>) {
    this.#names = names;
    this.#overrides = new Overrides(overrides);
    this.#domains = new Map(catalog.domains.map((domain) => [qualifiedKey(domain), domain]));
    this.#aliases = new Set([...catalog.enums, ...catalog.ranges].map(qualifiedKey));
  }

  /** Overrides that stand for no type that was resolved. */
  get unusedOverrides(): readonly string[] {
    return this.#overrides.unused;
  }

  resolve(type: UsedType): TsType {
    return this.#overrides.find(type) ?? (type.array ? this.#arrayOf(type) : this.#scalar(type));
  }

  /** A domain that forbids null, or stands on one that does. */
  forbidsNull(type: UsedType): boolean {
    return this.#isDomainThat(type, ({ notNull }) => notNull);
  }

  hasDefault(type: UsedType): boolean {
    return this.#isDomainThat(type, (domain) => domain.default !== undefined);
  }

  #isDomainThat(type: UsedType, holds: (domain: Domain) => boolean): boolean {
    const domain = type.array ? undefined : this.#domains.get(qualifiedKey(type));
    return domain !== undefined && (holds(domain) || this.#isDomainThat(domain.base, holds));
  }

  #scalar(type: UsedType): TsType {
    const domain = this.#domains.get(qualifiedKey(type));
    const name = this.#names.of(type) ?? "string";
    if (domain !== undefined) {
      // The server says of a value of a domain only what its base is, so it is given as one of the base.
      const base = this.resolve(domain.base);
      return { select: name, insert: base.insert === base.select ? name : base.insert };
    }
    return this.#aliases.has(qualifiedKey(type)) ? { select: name, insert: name } : this.#used(builtIn(type));
  }

  #arrayOf(type: UsedType): TsType {
    const { element } = this.#used(builtIn(type));
    // What is chosen for a type is not chosen for its arrays: they have parsers of their own.
    const insert = readonlyArrayOf(this.#scalar(type).insert);
    return element === undefined
      ? { select: "string", insert: `${insert} | string` }
      : { select: arrayOf(element), insert };
  }

  #used(type: BuiltIn): BuiltIn {
    for (const helper of type.helpers ?? []) this.helpers.add(helper);
    return type;
  }
}

const builtIn = ({ schema, name }: UsedType): BuiltIn => (schema === "pg_catalog" ? BUILT_IN[name] : undefined) ?? TEXT;

/** Types of the configuration by the types they stand for. */
class Overrides {
  readonly #byKey = new Map<string, { readonly written: string; readonly type: TsType }>();
  readonly #unused: Set<string>;

  constructor(overrides: Readonly<Record<string, TypeOverride>>) {
    this.#unused = new Set(Object.keys(overrides));
    for (const [written, override] of Object.entries(overrides)) {
      const key = readTypeKey(written);
      if (key !== undefined) this.#byKey.set(nameOf(key), { written, type: overriddenType(override) });
    }
  }

  get unused(): readonly string[] {
    return [...this.#unused];
  }

  find(type: UsedType): TsType | undefined {
    const found = this.#byKey.get(nameOf(type)) ?? this.#byKey.get(nameOf({ name: type.name, array: type.array }));
    if (found !== undefined) this.#unused.delete(found.written);
    return found?.type;
  }
}

const nameOf = ({ schema, name, array }: Partial<UsedType>): string => JSON.stringify([schema ?? "", name, array]);

export const overriddenType = (override: TypeOverride): TsType =>
  typeof override === "string"
    ? { select: override, insert: override }
    : { select: override.select, insert: override.insert ?? override.select };
