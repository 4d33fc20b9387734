import type { Collation } from "../catalog/model/collation.ts";
import type { Column, NotNullConstraint } from "../catalog/model/column.ts";
import type { Constraint } from "../catalog/model/constraint.ts";
import type { ForeignDataWrapper, ForeignServer, UserMapping } from "../catalog/model/foreign-data.ts";
import type { DefaultPrivileges } from "../catalog/model/grant.ts";
import type { Options, QualifiedName } from "../catalog/model/names.ts";
import type { Policy } from "../catalog/model/policy.ts";
import type { Publication, PublishedTable, Subscription } from "../catalog/model/replication.ts";
import type { Aggregate, Routine } from "../catalog/model/routine.ts";
import type { Rule as RewriteRule } from "../catalog/model/rule.ts";
import type { Schema } from "../catalog/model/schema.ts";
import type { Sequence } from "../catalog/model/sequence.ts";
import type { StatisticsObject } from "../catalog/model/statistics-object.ts";
import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import type { EventTrigger, Trigger } from "../catalog/model/trigger.ts";
import type { CompositeType, Domain, DomainConstraint, EnumType, RangeType } from "../catalog/model/type.ts";
import type { Unmodelled } from "../catalog/model/unmodelled.ts";
import type { MaterializedView, View } from "../catalog/model/view.ts";

/** The kinds of elements, and what defines one of each. */
export interface ElementValues {
  readonly schema: Bare<Schema>;
  readonly table: TableValue;
  /** Of tables; and of views, where only what ALTER VIEW can say of a column is in it. */
  readonly column: ColumnValue;
  /** Of columns of tables and views. The expression of a generated column is the column's own. */
  readonly default: DefaultValue;
  readonly constraint: ConstraintValue;
  /** An index that no constraint made. */
  readonly index: IndexValue;
  /** What the index behind a constraint has that the constraint does not say. */
  readonly "constraint index": ConstraintIndexValue;
  /** A table's place below a parent: INHERIT or ATTACH PARTITION. */
  readonly inheritance: InheritanceValue;
  readonly "replica identity": ReplicaIdentityValue;
  /** CLUSTER ON. */
  readonly "cluster mark": MarkValue;
  readonly sequence: Bare<Omit<Sequence, "ownedBy">>;
  /** Of an identity column, for what is granted on it and said of it: the column's statements make it what it is. */
  readonly "identity sequence": QualifiedName;
  /** OWNED BY. */
  readonly "sequence owner": SequenceOwnerValue;
  readonly view: Bare<Omit<View, "columns" | "triggers" | "rules">>;
  readonly "materialized view": Bare<Omit<MaterializedView, "columns" | "indexes">>;
  readonly trigger: Bare<Trigger> & OnRelation;
  readonly rule: Bare<RewriteRule> & OnRelation;
  readonly policy: Bare<Policy> & OnRelation;
  readonly enum: Bare<EnumType>;
  /** Attributes carry their comments: they are no elements. */
  readonly composite: Bare<CompositeType>;
  readonly domain: Bare<Omit<Domain, "constraints">>;
  readonly "domain constraint": Bare<DomainConstraint> & { readonly domain: QualifiedName };
  readonly range: Bare<RangeType>;
  readonly routine: Bare<Omit<Routine, "definition">>;
  readonly aggregate: Bare<Aggregate>;
  readonly collation: Bare<Collation>;
  readonly statistics: Bare<Omit<StatisticsObject, "definition">>;
  readonly extension: Bare<{ readonly name: string; readonly version: string; readonly schema: string }>;
  readonly "event trigger": Bare<EventTrigger>;
  readonly publication: Bare<Omit<Publication, "tables">>;
  readonly "published table": PublishedTable & { readonly publication: string };
  readonly subscription: Bare<Subscription>;
  readonly "foreign data wrapper": Bare<ForeignDataWrapper>;
  readonly "foreign server": Bare<ForeignServer>;
  readonly "user mapping": UserMapping;
  /** One of a role, a schema and a kind of objects. */
  readonly "default privileges": DefaultPrivileges;
  readonly unmodelled: Unmodelled;
}

export type ElementKind = keyof ElementValues;

/** Without what every element has beside its value. */
export type Bare<T> = Omit<T, "owner" | "comment" | "grants">;

/** The relation that something is on. */
export interface OnRelation {
  readonly on: QualifiedName & { readonly kind: RelationKind };
}

export type RelationKind = "table" | "foreign table" | "view" | "materialized view";

export type TableValue = Pick<
  Table,
  | "schema"
  | "name"
  | "kind"
  | "persistence"
  | "accessMethod"
  | "tablespace"
  | "options"
  | "ofType"
  | "partitioning"
  | "foreign"
  | "rowSecurity"
  | "forceRowSecurity"
>;

/** Only what the kind of relation lets a column have. */
export type ColumnValue = Partial<
  Pick<
    Column,
    | "type"
    | "collation"
    | "identity"
    | "generated"
    | "notNull"
    | "storage"
    | "compression"
    | "statisticsTarget"
    | "options"
    | "foreignOptions"
  >
> &
  OnRelation & {
    readonly name: string;
    readonly notNullConstraint?: Omit<NotNullConstraint, "comment" | "local" | "inheritedFrom">;
    /** When the order of columns counts. */
    readonly ordinal?: number;
  };

export interface DefaultValue extends OnRelation {
  readonly column: string;
  readonly expression: string;
}

export type ConstraintValue = WithoutOrigin<Constraint> & OnRelation;

/** Of each of a union. */
type WithoutOrigin<T> = T extends unknown ? Omit<T, "comment" | "local" | "inheritedFrom"> : never;

export type IndexValue = Omit<TableIndex, "comment" | "definition" | "replicaIdentity" | "clustered" | "constraint"> &
  OnRelation;

export interface ConstraintIndexValue extends OnRelation {
  readonly name: string;
  readonly constraint: string;
  readonly options?: Options;
  readonly tablespace?: string;
  /** By the number of the key, from 1. */
  readonly statisticsTargets?: Readonly<Record<string, number>>;
}

export interface InheritanceValue {
  readonly child: QualifiedName;
  readonly parent: QualifiedName;
  /** Of a partition: `FOR VALUES …` or `DEFAULT`. */
  readonly bound?: string;
}

export interface ReplicaIdentityValue extends OnRelation {
  readonly identity: "nothing" | "full" | "index";
  readonly index?: string;
}

export interface MarkValue extends OnRelation {
  readonly index: string;
}

export interface SequenceOwnerValue {
  readonly sequence: QualifiedName;
  readonly table: QualifiedName;
  readonly column: string;
}
