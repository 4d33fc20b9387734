import type { QualifiedName } from "../catalog/model/names.ts";
import { camelCase, snakeCase } from "./names.ts";
import type { TypesOptions } from "./types-options.ts";

/** What tables and columns are called in TypeScript. */
export class PropertyNames {
  readonly #isCamel: boolean;
  readonly #unreachable = new Set<string>();

  constructor({ names }: Pick<TypesOptions, "names">) {
    this.#isCamel = names === "camelCase";
  }

  /** Names that CamelCasePlugin, as it is by default, would not write into SQL again as they are. */
  get unreachable(): readonly string[] {
    return [...this.#unreachable];
  }

  of(name: string): string {
    if (!this.#isCamel) return name;
    const camel = camelCase(name);
    if (snakeCase(camel) !== name) this.#unreachable.add(name);
    return camel;
  }

  /** With its schema, unless that is `public`. */
  qualified({ schema, name }: QualifiedName): string {
    return schema === "public" ? this.of(name) : `${this.of(schema)}.${this.of(name)}`;
  }
}
