import { docComment } from "./doc-comment.ts";
import { propertyKey } from "./names.ts";
import { type ColumnShape, isWritable, type RelationShape } from "./relation-shape.ts";

/** The interfaces of one relation: what is read of it, and, where it can be written to, what INSERT and UPDATE take. */
export function rowTypes(relation: RelationShape): readonly string[] {
  const { name, columns } = relation;
  const written = columns.filter(({ insert }) => insert !== undefined);
  return [
    interfaceText(`${name}Row`, relation, columns, ({ select }) => `: ${select}`),
    ...(isWritable(relation)
      ? [
          interfaceText(
            `${name}Insert`,
            relation,
            written,
            ({ insert, isOptional }) => `${isOptional ? "?" : ""}: ${insert}`,
          ),
          interfaceText(`${name}Update`, relation, written, ({ insert }) => `?: ${insert}`),
        ]
      : []),
  ];
}

/** @param typeOf the type of a column with its colon, behind the column's name */
export function interfaceText(
  name: string,
  { comment }: Pick<RelationShape, "comment">,
  columns: readonly ColumnShape[],
  typeOf: (column: ColumnShape) => string,
): string {
  return [
    ...docComment([comment], ""),
    `export interface ${name} {`,
    ...columns.flatMap((column) => [
      ...docComment([column.comment], "  "),
      `  ${propertyKey(column.key)}${typeOf(column)};`,
    ]),
    "}",
  ].join("\n");
}
