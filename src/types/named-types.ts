import type { Catalog } from "../catalog/catalog.ts";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { CompositeType, Domain, EnumType, RangeType } from "../catalog/model/type.ts";
import { byQualifiedName } from "./by-qualified-name.ts";
import { docComment } from "./doc-comment.ts";
import { propertyKey, quoted } from "./names.ts";
import { orNull } from "./ts-type.ts";
import type { TypesContext } from "./types-context.ts";

/** Enums, domains, ranges and composite types, in this order and then in that of their names. */
export function namedTypes({ enums, domains, ranges, composites }: Catalog, context: TypesContext): readonly string[] {
  const nameOf = (type: QualifiedName): string => context.typeNames.of(type) ?? "";
  return [
    ...enums.toSorted(byQualifiedName).map((type) => enumText(type, nameOf(type))),
    ...domains.toSorted(byQualifiedName).map((type) => domainText(type, nameOf(type), context)),
    ...ranges.toSorted(byQualifiedName).map((type) => rangeText(type, nameOf(type))),
    ...composites.toSorted(byQualifiedName).map((type) => compositeText(type, nameOf(type), context)),
  ];
}

const declaration = (comments: readonly (string | undefined)[], text: string): string =>
  [...docComment(comments, ""), text].join("\n");

function enumText({ labels, comment }: EnumType, name: string): string {
  return declaration([comment], `export type ${name} = ${labels.map(quoted).join(" | ") || "never"};`);
}

function domainText({ base, comment }: Domain, name: string, { resolver }: TypesContext): string {
  return declaration([comment, `Domain over ${base.text}.`], `export type ${name} = ${resolver.resolve(base).select};`);
}

function rangeText({ subtype, comment }: RangeType, name: string): string {
  return declaration([comment, `Range of ${subtype.text}, as PostgreSQL writes it.`], `export type ${name} = string;`);
}

/** The attributes of a composite type never forbid null. */
function compositeText(type: CompositeType, name: string, { properties, resolver }: TypesContext): string {
  return declaration(
    [type.comment, "A column of this type is given as text; this is what a query of its attributes gives."],
    [
      `export interface ${name} {`,
      ...type.attributes.flatMap((attribute) => [
        ...docComment([attribute.comment], "  "),
        `  ${propertyKey(properties.of(attribute.name))}: ${orNull(resolver.resolve(attribute.type).select)};`,
      ]),
      "}",
    ].join("\n"),
  );
}
