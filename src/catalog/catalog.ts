import type { Collation } from "./model/collation.ts";
import type { Dependency } from "./model/dependency.ts";
import type { Extension } from "./model/extension.ts";
import type { Facts } from "./model/facts.ts";
import type { ForeignDataWrapper, ForeignServer, UserMapping } from "./model/foreign-data.ts";
import type { DefaultPrivileges } from "./model/grant.ts";
import type { Publication, Subscription } from "./model/replication.ts";
import type { Aggregate, Routine } from "./model/routine.ts";
import type { Schema } from "./model/schema.ts";
import type { Sequence } from "./model/sequence.ts";
import type { StatisticsObject } from "./model/statistics-object.ts";
import type { Table } from "./model/table.ts";
import type { EventTrigger } from "./model/trigger.ts";
import type { CompositeType, Domain, EnumType, RangeType } from "./model/type.ts";
import type { Unmodelled } from "./model/unmodelled.ts";
import type { MaterializedView, View } from "./model/view.ts";

/** Raised whenever a stored catalog could no longer be read as one of today. */
export const CATALOG_FORMAT = 1;

/**
 * The schema of a database as plain data, and its sizes. Objects are known by their names, never by OIDs; lists are
 * sorted by name unless their order means something (columns, enum labels, parents).
 */
export interface Catalog {
  readonly format: typeof CATALOG_FORMAT;
  readonly schemas: readonly Schema[];
  readonly tables: readonly Table[];
  readonly views: readonly View[];
  readonly materializedViews: readonly MaterializedView[];
  readonly sequences: readonly Sequence[];
  readonly enums: readonly EnumType[];
  readonly composites: readonly CompositeType[];
  readonly domains: readonly Domain[];
  readonly ranges: readonly RangeType[];
  readonly routines: readonly Routine[];
  readonly aggregates: readonly Aggregate[];
  readonly collations: readonly Collation[];
  readonly statistics: readonly StatisticsObject[];
  readonly extensions: readonly Extension[];
  readonly eventTriggers: readonly EventTrigger[];
  readonly publications: readonly Publication[];
  readonly subscriptions: readonly Subscription[];
  readonly foreignDataWrappers: readonly ForeignDataWrapper[];
  readonly foreignServers: readonly ForeignServer[];
  readonly userMappings: readonly UserMapping[];
  readonly defaultPrivileges: readonly DefaultPrivileges[];
  /** What exists and is not modelled, so that nothing is passed over in silence. */
  readonly unmodelled: readonly Unmodelled[];
  readonly dependencies: readonly Dependency[];
  readonly facts: Facts;
}

/** The lists of objects that live in schemas. */
export const LISTS_IN_SCHEMAS = [
  "tables",
  "views",
  "materializedViews",
  "sequences",
  "enums",
  "composites",
  "domains",
  "ranges",
  "routines",
  "aggregates",
  "collations",
  "statistics",
] as const satisfies readonly (keyof Catalog)[];
