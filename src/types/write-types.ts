import type { Catalog } from "../catalog/catalog.ts";
import { HELPERS, type Helper } from "./helpers-text.ts";
import { kyselyTypes } from "./kysely.ts";
import { namedTypes } from "./named-types.ts";
import { relationShapes } from "./relation-shapes.ts";
import { routineTypes } from "./routines.ts";
import { rowTypes } from "./row-types.ts";
import { typesContext } from "./types-context.ts";
import type { TypesOptions } from "./types-options.ts";

export interface WrittenTypes {
  /** A module of TypeScript that declares types and nothing else. */
  readonly text: string;
  /** Keys of the overrides that stand for nothing in the catalog. */
  readonly unused: { readonly overrides: readonly string[]; readonly columns: readonly string[] };
  /** Names that Kysely's CamelCasePlugin, as it is by default, cannot find again under what it makes of them. */
  readonly unreachable: readonly string[];
}

const HEAD = "// Written by `lockkeeper types`: what is changed here is lost when it is written again.";

/**
 * The types of a schema as TypeScript: the same text for the same schema, wherever and whenever it is written.
 *
 * The SQL parser must be loaded: definitions of views and functions are read.
 */
export function writeTypes(catalog: Catalog, options: TypesOptions): WrittenTypes {
  const context = typesContext(catalog, options);
  const relations = relationShapes(catalog, context);
  const kysely = options.kysely ? kyselyTypes(relations) : { imports: [], declarations: [] };
  const declarations = [
    ...namedTypes(catalog, context),
    ...relations.flatMap(rowTypes),
    ...routineTypes(catalog, context),
    ...kysely.declarations,
  ];
  const { helpers, unusedOverrides } = context.resolver;
  const needed = (Object.keys(HELPERS) as Helper[]).filter((helper) => helpers.has(helper));
  const parts = [
    HEAD,
    ...(kysely.imports.length === 0 ? [] : [`import type { ${kysely.imports.join(", ")} } from "kysely";`]),
    ...needed.map((helper) => HELPERS[helper]),
    // A file without declarations would be no module.
    ...(declarations.length === 0 ? ["export {};"] : declarations),
  ];
  return {
    text: `${parts.join("\n\n")}\n`,
    unused: { overrides: unusedOverrides, columns: context.columns.unused },
    unreachable: context.properties.unreachable,
  };
}
