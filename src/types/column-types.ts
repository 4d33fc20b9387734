import type { QualifiedName } from "../catalog/model/names.ts";
import type { TsType } from "./ts-type.ts";
import { overriddenType } from "./type-resolver.ts";
import type { TypeOverride } from "./types-options.ts";

/** Types that the configuration gives single columns. */
export class ColumnTypes {
  readonly #overrides: Readonly<Record<string, TypeOverride>>;
  readonly #unused: Set<string>;

  constructor(overrides: Readonly<Record<string, TypeOverride>>) {
    this.#overrides = overrides;
    this.#unused = new Set(Object.keys(overrides));
  }

  get unused(): readonly string[] {
    return [...this.#unused];
  }

  find({ schema, name }: QualifiedName, column: { readonly name: string }): TsType | undefined {
    const short = `${name}.${column.name}`;
    const key = [`${schema}.${short}`, ...(schema === "public" ? [short] : [])].find((one) =>
      Object.hasOwn(this.#overrides, one),
    );
    const override = key === undefined ? undefined : this.#overrides[key];
    if (key === undefined || override === undefined) {
      return undefined;
    }
    this.#unused.delete(key);
    return overriddenType(override);
  }
}
