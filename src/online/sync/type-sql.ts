import type { TypeReference } from "../../catalog/model/names.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { namesOf } from "../../sql/object-name.ts";

/** The type as SQL that means the same under every search_path. */
export function typeSql({ schema, text }: TypeReference): string {
  const names = namesOf(nodeAs(parseExpression(`NULL::${text}`), "TypeCast")?.typeName?.names);
  return schema === "pg_catalog" && names.length === 1 ? `pg_catalog.${text}` : text;
}
