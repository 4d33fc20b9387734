import type { Catalog } from "../../catalog/catalog.ts";
import type { Column } from "../../catalog/model/column.ts";
import type { Constraint, ForeignKey } from "../../catalog/model/constraint.ts";
import type { QualifiedName, TypeReference } from "../../catalog/model/names.ts";
import type { Routine } from "../../catalog/model/routine.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { IndexKey, TableIndex } from "../../catalog/model/table-index.ts";
import type { MaterializedView, View } from "../../catalog/model/view.ts";
import type { Rename } from "../schema-diff.ts";
import { NameMap, OPERATOR_CLASS } from "./name-map.ts";

/**
 * The catalog as it is once the renames have run. Texts are as the server will print them wherever names have their
 * schemas or are columns of the text's own table; elsewhere they stay, and what they define differs then.
 */
export function renameCatalog(catalog: Catalog, renames: readonly Rename[]): Catalog {
  const names = new NameMap(renames);
  const inSchema = <T extends QualifiedName>(kind: string, one: T): T => ({ ...one, ...names.object(kind, one) });
  return {
    ...catalog,
    schemas: catalog.schemas.map((one) => ({ ...one, name: names.schema(one.name) })),
    tables: catalog.tables.map((one) => table(one, names)),
    views: catalog.views.map((one) => view(one, "view", names)),
    materializedViews: catalog.materializedViews.map((one) => ({
      ...view(one, "materialized view", names),
      indexes: one.indexes.map((index) => tableIndex(one, one.columns, index, names)),
    })),
    sequences: catalog.sequences.map(({ ownedBy, ...one }) => ({
      ...inSchema("sequence", one),
      ...(ownedBy === undefined ? {} : { ownedBy: owner(ownedBy, names) }),
    })),
    enums: catalog.enums.map((one) => ({
      ...inSchema("type", one),
      labels: one.labels.map((label) => names.part("label", one, label)),
    })),
    composites: catalog.composites.map((one) => ({
      ...inSchema("type", one),
      attributes: one.attributes.map((attribute) => ({
        ...attribute,
        name: names.part("attribute", one, attribute.name),
        type: typeReference(attribute.type, names),
      })),
    })),
    domains: catalog.domains.map((one) => ({
      ...inSchema("type", one),
      base: typeReference(one.base, names),
      constraints: one.constraints.map((constraint) => ({
        ...constraint,
        name: names.part("domain constraint", one, constraint.name),
        definition: names.text(constraint.definition),
      })),
    })),
    ranges: catalog.ranges.map((one) => ({ ...inSchema("type", one), subtype: typeReference(one.subtype, names) })),
    routines: catalog.routines.map((one) => ({
      ...inSchema(`routine(${one.identityArguments})`, one),
      ...routineTexts(one, names),
      definition: routineDefinition(one, names),
      ...(one.sqlBody === undefined ? {} : { sqlBody: names.text(one.sqlBody) }),
    })),
    aggregates: catalog.aggregates.map((one) => ({
      ...inSchema(`routine(${one.identityArguments})`, one),
      ...routineTexts(one, names),
    })),
    collations: catalog.collations.map((one) => inSchema("collation", one)),
    statistics: catalog.statistics.map((one) => ({
      ...inSchema("statistics", one),
      table: names.object("table", one.table),
      columns: one.columns.map((column) => names.part("column", one.table, column)).sort(),
      expressions: one.expressions.map((text) => names.textOf(one.table, columnsOf(catalog, one.table), text)),
    })),
    publications: catalog.publications.map((one) => ({
      ...one,
      schemas: one.schemas.map((schema) => names.schema(schema)).sort(),
      tables: one.tables.map((published) => ({
        ...published,
        ...names.object("table", published),
        ...(published.columns === undefined
          ? {}
          : { columns: published.columns.map((column) => names.part("column", published, column)) }),
        ...(published.where === undefined
          ? {}
          : { where: names.textOf(published, columnsOf(catalog, published), published.where) }),
      })),
    })),
    extensions: catalog.extensions.map((one) => ({ ...one, schema: names.schema(one.schema) })),
    defaultPrivileges: catalog.defaultPrivileges.map((one) => ({
      ...one,
      ...(one.schema === undefined ? {} : { schema: names.schema(one.schema) }),
    })),
    dependencies: catalog.dependencies.map(({ from, to, kind }) => ({ from: names.id(from), to: names.id(to), kind })),
  };
}

function columnsOf({ tables }: Catalog, { schema, name }: QualifiedName): readonly string[] {
  const found = tables.find((one) => one.schema === schema && one.name === name);
  return found?.columns.map((one) => one.name) ?? [];
}

const owner = (
  { schema, table: name, column }: { readonly schema: string; readonly table: string; readonly column: string },
  names: NameMap,
) => {
  const of = names.object("table", { schema, name });
  return { schema: of.schema, table: of.name, column: names.part("column", { schema, name }, column) };
};

const routineTexts = <T extends { identityArguments: string; arguments: string; signature?: string; result?: string }>(
  one: T,
  names: NameMap,
) => ({
  identityArguments: names.text(one.identityArguments),
  arguments: names.text(one.arguments),
  ...(one.signature === undefined ? {} : { signature: names.text(one.signature) }),
  ...(one.result === undefined ? {} : { result: names.text(one.result) }),
});

/** A body that is text names what it names, whatever that is called by now; one of the SQL standard follows. */
function routineDefinition({ definition, sqlBody }: Routine, names: NameMap): string {
  const body = sqlBody === undefined ? definition.indexOf("\nAS ") : -1;
  return body < 0 ? names.text(definition) : names.text(definition.slice(0, body)) + definition.slice(body);
}

const typeReference = (type: TypeReference, names: NameMap): TypeReference => ({
  ...type,
  ...names.object("type", type),
  text: names.text(type.text),
});

function table(one: Table, names: NameMap): Table {
  const columns = one.columns.map(({ name }) => name);
  const text = (said: string): string => names.textOf(one, columns, said);
  const { partitioning, partitionOf, ofType } = one;
  return {
    ...one,
    ...names.object("table", one),
    inherits: one.inherits.map((parent) => names.object("table", parent)),
    columns: one.columns.map((column) => tableColumn(one, column, text, names)),
    constraints: one.constraints.map((constraint) => tableConstraint(one, constraint, text, names)),
    indexes: one.indexes.map((index) => tableIndex(one, one.columns, index, names)),
    triggers: one.triggers.map((trigger) => ({
      ...trigger,
      name: names.part("trigger", one, trigger.name),
      definition: text(trigger.definition),
      columns: trigger.columns.map((column) => names.part("column", one, column)),
      ...(trigger.when === undefined ? {} : { when: text(trigger.when) }),
    })),
    rules: one.rules.map((rule) => ({
      ...rule,
      name: names.part("rule", one, rule.name),
      definition: text(rule.definition),
    })),
    policies: one.policies.map((policy) => ({
      ...policy,
      name: names.part("policy", one, policy.name),
      ...(policy.using === undefined ? {} : { using: text(policy.using) }),
      ...(policy.check === undefined ? {} : { check: text(policy.check) }),
    })),
    ...(ofType === undefined ? {} : { ofType: names.object("type", ofType) }),
    ...(partitioning === undefined
      ? {}
      : {
          partitioning: {
            ...partitioning,
            definition: text(partitioning.definition),
            columns: partitioning.columns.map((column) => column && names.part("column", one, column)),
          },
        }),
    ...(partitionOf === undefined
      ? {}
      : { partitionOf: { ...partitionOf, parent: names.object("table", partitionOf.parent) } }),
  };
}

function view<T extends View | MaterializedView>(one: T, kind: string, names: NameMap): T {
  return {
    ...one,
    ...names.object(kind, one),
    definition: names.text(one.definition),
    columns: one.columns.map((column) => tableColumn(one, column, (said) => names.text(said), names)),
  };
}

type Text = (text: string) => string;

function tableColumn(on: QualifiedName, column: Column, text: Text, names: NameMap): Column {
  const { identity, generated, notNullConstraint } = column;
  return {
    ...column,
    name: names.part("column", on, column.name),
    type: typeReference(column.type, names),
    ...(column.default === undefined ? {} : { default: text(column.default) }),
    ...(generated === undefined ? {} : { generated: { ...generated, expression: text(generated.expression) } }),
    ...(identity === undefined
      ? {}
      : {
          identity: { ...identity, sequence: { ...identity.sequence, ...names.object("sequence", identity.sequence) } },
        }),
    ...(notNullConstraint === undefined
      ? {}
      : { notNullConstraint: { ...notNullConstraint, name: names.part("constraint", on, notNullConstraint.name) } }),
  };
}

function tableConstraint(on: QualifiedName, constraint: Constraint, text: Text, names: NameMap): Constraint {
  const { parent } = constraint;
  const shared = {
    name: names.part("constraint", on, constraint.name),
    columns: constraint.columns.map((column) => names.part("column", on, column)),
    ...(parent === undefined ? {} : { parent: parentName(parent, names) }),
  };
  switch (constraint.type) {
    case "check":
      return {
        ...constraint,
        ...shared,
        columns: shared.columns.toSorted(),
        definition: text(constraint.definition),
        expression: text(constraint.expression),
      };
    case "foreign key":
      return { ...constraint, ...shared, ...foreignKey(on, constraint, text, names) };
    default:
      // The index behind it is called as the constraint.
      return {
        ...constraint,
        ...shared,
        definition: text(constraint.definition),
        index: indexName(on, constraint.index, constraint.name, names),
      };
  }
}

export function indexName(on: QualifiedName, index: string, constraint: string | undefined, names: NameMap): string {
  const renamed = constraint === index ? names.part("constraint", on, index) : index;
  return renamed === index ? names.object("index", { schema: on.schema, name: index }).name : renamed;
}

const parentName = (
  { schema, table: name, name: constraint }: { readonly schema: string; readonly table: string; readonly name: string },
  names: NameMap,
) => {
  const of = names.object("table", { schema, name });
  return { schema: of.schema, table: of.name, name: names.part("constraint", { schema, name }, constraint) };
};

function foreignKey(
  on: QualifiedName,
  { references, definition, onDeleteColumns }: ForeignKey,
  text: Text,
  names: NameMap,
): Pick<ForeignKey, "references" | "definition" | "onDeleteColumns"> {
  const at = definition.indexOf(" REFERENCES ");
  return {
    references: {
      ...references,
      ...names.object("table", references),
      columns: references.columns.map((column) => names.part("column", references, column)),
      index: indexName(references, references.index, references.index, names),
    },
    definition: `${text(definition.slice(0, at))}${names.textOf(references, references.columns, definition.slice(at))}`,
    onDeleteColumns: onDeleteColumns.map((column) => names.part("column", on, column)),
  };
}

function tableIndex(on: QualifiedName, columns: readonly Column[], index: TableIndex, names: NameMap): TableIndex {
  const text = (said: string): string =>
    names.textOf(
      on,
      columns.map(({ name }) => name),
      said,
    );
  const { parent, constraint, predicate } = index;
  return {
    ...index,
    name: indexName(on, index.name, constraint, names),
    keys: index.keys.map(
      (key): IndexKey => ({
        ...("column" in key
          ? { ...key, column: names.part("column", on, key.column) }
          : { ...key, expression: text(key.expression) }),
        opclass: names.object(OPERATOR_CLASS, key.opclass),
      }),
    ),
    include: index.include.map((column) => names.part("column", on, column)),
    definition: text(index.definition),
    ...(predicate === undefined ? {} : { predicate: text(predicate) }),
    ...(parent === undefined ? {} : { parent: names.object("index", parent) }),
    ...(constraint === undefined ? {} : { constraint: names.part("constraint", on, constraint) }),
  };
}
