import type { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/model/column.ts";
import type { Table } from "../catalog/model/table.ts";
import type { MaterializedView, View } from "../catalog/model/view.ts";
import type { ColumnShape, RelationShape } from "./relation-shape.ts";
import { Relations } from "./relations.ts";
import { type Relation, relationsOf } from "./relations-of.ts";
import { orNull, type TsType } from "./ts-type.ts";
import type { TypesContext } from "./types-context.ts";

/**
 * Tables, views and materialized views, in the order of their names. Partitions are left out: what one would write of them
 * their partitioned table says.
 */
export function relationShapes(catalog: Catalog, context: TypesContext): readonly RelationShape[] {
  const relations = new Relations(catalog);
  return relationsOf(catalog).map((relation) => {
    const known = relations.columnsOf(relation);
    return {
      name: context.typeNames.of(relation) ?? "",
      key: context.properties.qualified(relation),
      comment: relation.comment,
      columns: relation.columns.map((column, at): ColumnShape => {
        const type = context.columns.find(relation, column) ?? context.resolver.resolve(column.type);
        const neverNull = known?.[at]?.neverNull === true;
        const written = isTable(relation)
          ? writtenValue(column, type, context)
          : viewValue(relation, column, known?.[at]?.target, type, context);
        return {
          key: context.properties.of(column.name),
          select:
            neverNull || (isTable(relation) && context.resolver.forbidsNull(column.type))
              ? type.select
              : orNull(type.select),
          insert: written?.insert,
          isOptional: written?.isOptional ?? false,
          comment: column.comment,
        };
      }),
    };
  });
}

const isTable = (relation: Relation): relation is Table => "constraints" in relation;

type Written = { readonly insert: string; readonly isOptional: boolean };

/** Undefined when the server makes the value and takes no other. */
function writtenValue(column: Column, type: TsType, { resolver }: TypesContext): Written | undefined {
  if (column.generated !== undefined || column.identity?.generation === "always") {
    return undefined;
  }
  const refusesNull = column.notNull || resolver.forbidsNull(column.type);
  const hasDefault = column.default !== undefined || column.identity !== undefined || resolver.hasDefault(column.type);
  return { insert: refusesNull ? type.insert : orNull(type.insert), isOptional: hasDefault || !refusesNull };
}

function viewValue(
  view: View | MaterializedView,
  column: Column,
  target: Column | undefined,
  type: TsType,
  context: TypesContext,
): Written | undefined {
  if ("populated" in view) {
    return undefined;
  }
  if (view.triggers.some(({ timing }) => timing === "instead of") || view.rules.some(({ instead }) => instead)) {
    // What becomes of a value is in the trigger's hands.
    return { insert: orNull(type.insert), isOptional: true };
  }
  const written = target === undefined ? undefined : writtenValue(target, type, context);
  return written && { ...written, isOptional: written.isOptional || column.default !== undefined };
}
