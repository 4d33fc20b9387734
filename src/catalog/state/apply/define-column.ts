import type { ColumnDef, Constraint as ConstraintNode } from "libpg-query";
import { nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import { quoteLiteral, quoteQualified } from "../../../sql/quote.ts";
import type { Column, ColumnStorage } from "../../model/column.ts";
import type { QualifiedName } from "../../model/names.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { collationNamed } from "./build-index.ts";
import { depend } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { freeRelationName } from "./generated-names.ts";
import { optionsOf } from "./options.ts";
import { referencesIn, typeId } from "./references.ts";
import { sequenceOptions, sequenceType } from "./sequence-options.ts";
import { builtIn, typeReference } from "./type-reference.ts";

/** A column with the constraints that are written beside it. */
export interface DefinedColumn {
  readonly column: Column;
  readonly notNull: { readonly name: string | undefined; readonly noInherit: boolean } | undefined;
  /** Those with a row of their own, told which column they are on. */
  readonly constraints: readonly ConstraintNode[];
}

export interface NewTable extends QualifiedName {
  readonly persistence: "permanent" | "unlogged" | "temporary";
}

const SERIALS: Readonly<Record<string, string>> = {
  smallserial: "int2",
  serial2: "int2",
  serial: "int4",
  serial4: "int4",
  bigserial: "int8",
  serial8: "int8",
};

/** Reads a column definition; makes the sequence of a serial column and records what its default and type need. */
export function defineColumn(definition: ColumnDef, table: NewTable, state: CatalogState): DefinedColumn {
  const name = definition.colname ?? "";
  const nodes = withAttributes(nodesAs(definition.constraints, "Constraint"));
  const find = (contype: ConstraintNode["contype"]): ConstraintNode | undefined =>
    nodes.find((one) => one.contype === contype);
  const typeNames = namesOf(definition.typeName?.names);
  const serial = typeNames.length === 1 ? SERIALS[typeNames[0] ?? ""] : undefined;
  const type = serial === undefined ? typeReference(definition.typeName, state) : builtIn(serial);
  const identity = find("CONSTR_IDENTITY");
  const generated = find("CONSTR_GENERATED");
  const written = find("CONSTR_DEFAULT")?.raw_expr ?? definition.raw_default;
  const collation = namesOf(definition.collClause?.collname);
  const explicit = find("CONSTR_NOTNULL");
  const own = nodes.filter(({ contype = "CONSTR_NULL" }) => OWN_ROW.has(contype)).map((one) => onColumn(one, name));
  const notNull = explicit !== undefined || serial !== undefined || identity !== undefined;
  const column: Column = {
    name,
    ordinal: 0,
    type,
    notNull,
    local: true,
    inheritedFrom: 0,
    ...(collation.length === 0 ? {} : { collation: collationNamed(collation) }),
    ...defaultOf(serial, written, table, name, state),
    ...(identity === undefined ? {} : { identity: identityOf(identity, table, name, type.name, state) }),
    ...(generated === undefined
      ? {}
      : {
          generated: {
            kind: generated.generated_kind === "v" ? "virtual" : "stored",
            expression: expressionText(generated.raw_expr),
          },
        }),
    ...storageOf(definition),
    ...(definition.fdwoptions === undefined ? {} : { foreignOptions: optionsOf(definition.fdwoptions) ?? {} }),
  };
  recordNeeds(column, generated?.raw_expr ?? (serial === undefined ? written : undefined), table, state);
  return {
    column,
    notNull: notNull ? { name: explicit?.conname, noInherit: explicit?.is_no_inherit === true } : undefined,
    constraints: own,
  };
}

const OWN_ROW: ReadonlySet<string> = new Set([
  "CONSTR_CHECK",
  "CONSTR_PRIMARY",
  "CONSTR_UNIQUE",
  "CONSTR_EXCLUSION",
  "CONSTR_FOREIGN",
]);

/** DEFERRABLE and the like stand behind the constraint that they belong to. */
function withAttributes(nodes: readonly ConstraintNode[]): readonly ConstraintNode[] {
  const merged: ConstraintNode[] = [];
  for (const node of nodes) {
    const last = merged.at(-1);
    const attribute = ATTRIBUTES[node.contype ?? ""];
    if (attribute === undefined || last === undefined) {
      merged.push(node);
    } else {
      merged[merged.length - 1] = { ...last, ...attribute };
    }
  }
  return merged;
}

const ATTRIBUTES: Readonly<Record<string, Partial<ConstraintNode>>> = {
  CONSTR_ATTR_DEFERRABLE: { deferrable: true },
  CONSTR_ATTR_NOT_DEFERRABLE: { deferrable: false },
  CONSTR_ATTR_DEFERRED: { deferrable: true, initdeferred: true },
  CONSTR_ATTR_IMMEDIATE: { initdeferred: false },
  CONSTR_ATTR_ENFORCED: { is_enforced: true },
  CONSTR_ATTR_NOT_ENFORCED: { is_enforced: false, initially_valid: false, skip_validation: true },
};

function onColumn(node: ConstraintNode, column: string): ConstraintNode {
  const keys: PgNode[] = [{ String: { sval: column } }];
  return node.contype === "CONSTR_FOREIGN" ? { ...node, fk_attrs: keys } : { ...node, keys };
}

function defaultOf(
  serial: string | undefined,
  written: PgNode | undefined,
  table: NewTable,
  column: string,
  state: CatalogState,
): Pick<Column, "default"> {
  if (serial !== undefined) {
    const name = freeRelationName(state, table.schema, [table.name, column, "seq"]);
    const sequence = { schema: table.schema, name };
    state.store.put("sequences", keyOf(sequence), {
      ...sequence,
      ...sequenceOptions(undefined, undefined, sequenceType(serial)),
      persistence: sequencePersistence(table, state),
      owner: state.user,
      ownedBy: { schema: table.schema, table: table.name, column },
    });
    depend(state, objectId("default", table.schema, table.name, column), [objectId("sequence", table.schema, name)]);
    return { default: `nextval(${quoteLiteral(quoteQualified(sequence))}::regclass)` };
  }
  const isNull = written !== undefined && "A_Const" in written && written.A_Const.isnull === true;
  return written === undefined || isNull ? {} : { default: expressionText(written) };
}

/** Sequences follow unlogged tables since PostgreSQL 15. */
export const sequencePersistence = ({ persistence }: NewTable, state: CatalogState): NewTable["persistence"] =>
  persistence === "unlogged" && state.major < 15 ? "permanent" : persistence;

export function identityOf(
  node: ConstraintNode,
  table: NewTable,
  column: string,
  type: string,
  state: CatalogState,
): NonNullable<Column["identity"]> {
  const named = nodesAs(node.options, "DefElem").find(({ defname }) => defname === "sequence_name");
  const names = namesOf(named?.arg);
  return {
    generation: node.generated_when === "a" ? "always" : "by default",
    sequence: {
      schema: names.at(-2) ?? table.schema,
      name: names.at(-1) ?? freeRelationName(state, table.schema, [table.name, column, "seq"]),
      ...sequenceOptions(node.options, undefined, sequenceType(type)),
      persistence: sequencePersistence(table, state),
    },
  };
}

function storageOf({ storage_name: storage, compression }: ColumnDef): Pick<Column, "storage" | "compression"> {
  const lowered = storage?.toLowerCase();
  return {
    ...(lowered === undefined || lowered === "default" ? {} : { storage: lowered as ColumnStorage }),
    ...(compression === "pglz" || compression === "lz4" ? { compression } : {}),
  };
}

function recordNeeds(column: Column, expression: PgNode | undefined, table: NewTable, state: CatalogState): void {
  recordType(column, table, state);
  const found = referencesIn(expression, state);
  const columns = column.generated === undefined ? [] : found.columns.flatMap((parts) => parts.at(-1) ?? []);
  depend(state, objectId("default", table.schema, table.name, column.name), [
    ...found.objects,
    // The value is brought to the column's type, which the default then names.
    ...(expression === undefined || column.default === undefined ? [] : typeId(column.type, state)),
    ...columns.map((name) => objectId("column", table.schema, table.name, name)),
  ]);
}

/** A column depends on its type where that is somebody's own, and on such a collation. */
export function recordType({ name, type, collation }: Column, table: QualifiedName, state: CatalogState): void {
  const id = objectId("column", table.schema, table.name, name);
  const collations =
    collation === undefined || collation.schema === "pg_catalog"
      ? []
      : [objectId("collation", collation.schema, collation.name)];
  state.store.setDependencies(id, []);
  depend(state, id, [...typeId(type, state), ...collations]);
}
