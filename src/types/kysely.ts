import { propertyKey } from "./names.ts";
import { type ColumnShape, isWritable, type RelationShape } from "./relation-shape.ts";
import { interfaceText } from "./row-types.ts";

/** One of Kysely's types, as `import` takes it. */
type KyselyType = "ColumnType" | "Generated" | "GeneratedAlways";

/** The relations as Kysely sees them: `FooTable` of each, and `Database`. */
export function kyselyTypes(relations: readonly RelationShape[]): {
  readonly imports: readonly KyselyType[];
  readonly declarations: readonly string[];
} {
  const used = new Set<KyselyType>();
  const tables = relations.map((relation) =>
    interfaceText(`${relation.name}Table`, relation, relation.columns, (column) => {
      const { type, text } = kyselyColumn(column, isWritable(relation));
      if (type !== undefined) used.add(type);
      return `: ${text}`;
    }),
  );
  const database = [
    "/** For `new Kysely<Database>`. */",
    "export interface Database {",
    ...relations.map(({ key, name }) => `  ${propertyKey(key)}: ${name}Table;`),
    "}",
  ].join("\n");
  return { imports: [...used].sort(), declarations: [...tables, database] };
}

function kyselyColumn(
  { select, insert, isOptional }: ColumnShape,
  isTableWritable: boolean,
): { readonly type?: KyselyType; readonly text: string } {
  if (insert === undefined) {
    // A row of which nothing may be written is to Kysely one of which anything may be, were it `never` throughout.
    return isTableWritable
      ? { type: "GeneratedAlways", text: `GeneratedAlways<${select}>` }
      : { type: "ColumnType", text: `ColumnType<${select}, undefined, undefined>` };
  }
  // Kysely itself lets an INSERT leave out what may be null.
  const mustSay = isOptional && !insert.endsWith("| null");
  if (select === insert) {
    return mustSay ? { type: "Generated", text: `Generated<${select}>` } : { text: select };
  }
  const inserted = mustSay ? `${insert} | undefined` : insert;
  return { type: "ColumnType", text: `ColumnType<${select}, ${inserted}, ${insert}>` };
}
