import type { Column } from "../../model/column.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Table } from "../../model/table.ts";
import type { MaterializedView, View } from "../../model/view.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { WrittenName } from "../relation.ts";
import { putTableConstraint } from "./add-constraint.ts";
import { freeIndexName, namesOfIndex, putIndex } from "./add-index.ts";
import { type DefinedColumn, type NewTable, recordType, sequencePersistence } from "./define-column.ts";
import { freeRelationName } from "./generated-names.ts";
import { putDependencies } from "./put-dependencies.ts";
import { copyStatistics } from "./statistics.ts";

/** A LIKE clause: `options` are the bits of TableLikeOption in PostgreSQL's parsenodes.h. */
export interface Likeness {
  readonly source: WrittenName;
  readonly options: number;
}

const INCLUDING = {
  comments: 1,
  compression: 2,
  constraints: 4,
  defaults: 8,
  generated: 16,
  identity: 32,
  indexes: 64,
  statistics: 128,
  storage: 256,
} as const;

const includes = ({ options }: Likeness, what: keyof typeof INCLUDING): boolean => (options & INCLUDING[what]) !== 0;

function sourceOf({ source }: Likeness, state: CatalogState): Table | View | MaterializedView | undefined {
  const found = state.relation(source);
  return found?.kind === "table" || found?.kind === "view" || found?.kind === "materialized view"
    ? found.is
    : undefined;
}

/** The columns of the source; what else it has comes by `likeRest`. NOT NULL comes along always. */
export function likeColumns(state: CatalogState, name: NewTable, like: Likeness): readonly DefinedColumn[] {
  const source = sourceOf(like, state);
  return (source?.columns ?? []).map((from): DefinedColumn => {
    const column = likeColumn(state, name, like, from);
    recordType(column, name, state);
    if (source !== undefined && (column.default !== undefined || column.generated !== undefined)) {
      putDependencies(
        state,
        objectId("default", source.schema, source.name, from.name),
        objectId("default", name.schema, name.name, from.name),
        [source, name],
      );
    }
    const constraint = from.notNullConstraint;
    return {
      column,
      notNull: from.notNull ? { name: constraint?.name, noInherit: constraint?.noInherit === true } : undefined,
      constraints: [],
    };
  });
}

function likeColumn(state: CatalogState, name: NewTable, like: Likeness, from: Column): Column {
  const { type, collation, generated, identity, storage, compression, comment } = from;
  return {
    name: from.name,
    ordinal: 0,
    type,
    notNull: from.notNull,
    local: true,
    inheritedFrom: 0,
    ...(collation === undefined ? {} : { collation }),
    ...(from.default === undefined || !includes(like, "defaults") ? {} : { default: from.default }),
    ...(generated === undefined || !includes(like, "generated") ? {} : { generated }),
    ...(identity === undefined || !includes(like, "identity")
      ? {}
      : {
          identity: {
            ...identity,
            sequence: {
              ...withoutAccess(identity.sequence),
              // The limits are copied and the type is not.
              type: "bigint",
              schema: name.schema,
              name: freeRelationName(state, name.schema, [name.name, from.name, "seq"]),
              persistence: sequencePersistence(name, state),
            },
          },
        }),
    ...(storage === undefined || !includes(like, "storage") ? {} : { storage }),
    ...(compression === undefined || !includes(like, "compression") ? {} : { compression }),
    ...(comment === undefined || !includes(like, "comments") ? {} : { comment }),
  };
}

const withoutAccess = ({ grants: _, comment: __, ...rest }: NonNullable<Column["identity"]>["sequence"]) => rest;

/** Checks, or indexes with the keys behind them, and statistics. */
export function likeRest(
  state: CatalogState,
  table: QualifiedName,
  like: Likeness,
  part: "constraints" | "indexes",
): void {
  const source = sourceOf(like, state);
  if (source === undefined) {
    return;
  }
  const comment = <T extends { readonly comment?: string }>(one: T): T => {
    const { comment: _, ...rest } = one;
    return includes(like, "comments") ? one : (rest as T);
  };
  if (part === "constraints") {
    for (const one of "constraints" in source && includes(like, "constraints") ? source.constraints : []) {
      if (one.type === "check") {
        putTableConstraint(state, table, comment({ ...one, local: true, inheritedFrom: 0, validated: true }));
        putDependencies(
          state,
          objectId("constraint", source.schema, source.name, one.name),
          objectId("constraint", table.schema, table.name, one.name),
          [source, table],
        );
      }
    }
    return;
  }
  if (!("indexes" in source)) {
    return;
  }
  for (const index of includes(like, "indexes") ? source.indexes : []) {
    likeIndex(state, table, source, index.name, comment);
  }
  if (includes(like, "statistics")) {
    copyStatistics(state, source, table, includes(like, "comments"));
  }
}

function likeIndex(
  state: CatalogState,
  table: QualifiedName,
  source: Table | MaterializedView,
  name: string,
  comment: <T extends { readonly comment?: string }>(one: T) => T,
): void {
  const index = source.indexes.find((one) => one.name === name);
  if (index === undefined) {
    return;
  }
  const constraints = "constraints" in source ? source.constraints : [];
  const constraint = constraints.find((one) => one.name === index.constraint);
  const label = constraint === undefined ? "idx" : constraint.type === "exclusion" ? "excl" : "key";
  const made = index.primary
    ? freeRelationName(state, table.schema, [table.name, undefined, "pkey"], true)
    : freeIndexName(state, table, namesOfIndex(index), label);
  const { parent: _, ...rest } = index;
  const isPartitioned = state.store.maps.tables.get(keyOf(table))?.kind === "partitioned";
  putIndex(
    state,
    table,
    comment({
      ...rest,
      name: made,
      partitioned: isPartitioned,
      replicaIdentity: false,
      clustered: false,
      ...(index.constraint === undefined ? {} : { constraint: made }),
    }),
  );
  if (constraint !== undefined && "index" in constraint) {
    const { parent: __, ...fields } = constraint;
    putTableConstraint(state, table, comment({ ...fields, name: made, index: made, local: true, inheritedFrom: 0 }));
  }
  putDependencies(
    state,
    constraint === undefined
      ? objectId("index", source.schema, name)
      : objectId("constraint", source.schema, source.name, constraint.name),
    constraint === undefined
      ? objectId("index", table.schema, made)
      : objectId("constraint", table.schema, table.name, made),
    [source, table],
  );
}
