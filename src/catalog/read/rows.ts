import { COLUMNS, type ColumnRow } from "./columns.ts";
import { type ConstraintRow, constraintsSql } from "./constraints.ts";
import { DEPENDENCIES, type DependencyRow } from "./dependencies.ts";
import { type IndexRow, indexesSql } from "./indexes.ts";
import type { Query } from "./query.ts";
import { type RelationRow, relationsSql } from "./relations.ts";
import { OWN_TEMPORARY_SCHEMA, type SchemaPatterns, schemaFilter } from "./schema-patterns.ts";
import { type SchemaRow, schemasSql } from "./schemas.ts";
import { COLLATIONS } from "./sections/collations.ts";
import { COLUMN_STATISTICS } from "./sections/column-statistics.ts";
import { COMMENTS } from "./sections/comments.ts";
import { DEFAULT_PRIVILEGES } from "./sections/default-privileges.ts";
import { EXTENSIONS } from "./sections/extensions.ts";
import { FOREIGN_DATA_WRAPPERS, FOREIGN_SERVERS, USER_MAPPINGS } from "./sections/foreign-data.ts";
import { INDEX_COLLATIONS, OPCLASSES, SYSTEM_CATALOGS } from "./sections/names.ts";
import { POLICIES } from "./sections/policies.ts";
import { PUBLICATIONS, SUBSCRIPTIONS } from "./sections/replication.ts";
import { AGGREGATES, ROUTINES } from "./sections/routines.ts";
import { RULES } from "./sections/rules.ts";
import { type Bundle, bundleSql } from "./sections/section.ts";
import { SEQUENCES } from "./sections/sequences.ts";
import { STATISTICS_OBJECTS } from "./sections/statistics-objects.ts";
import { EVENT_TRIGGERS, TRIGGERS, UNCHECKED_CONSTRAINTS } from "./sections/triggers.ts";
import { COMPOSITES, DOMAINS, ENUMS, RANGES, TYPE_ALIASES } from "./sections/types.ts";
import { DATABASE_SETTINGS, SECURITY_LABELS, UNMODELLED } from "./sections/unmodelled.ts";
import { VIEW_DEFINITIONS } from "./sections/views.ts";

/** What the server answered; OIDs stand for names still. */
export interface CatalogRows {
  /** Of all schemas, by OID. */
  readonly schemaNames: ReadonlyMap<number, string>;
  /** Those that are read. */
  readonly schemas: readonly SchemaRow[];
  readonly relations: readonly RelationRow[];
  readonly columns: readonly ColumnRow[];
  readonly constraints: readonly ConstraintRow[];
  readonly indexes: readonly IndexRow[];
  readonly dependencies: readonly DependencyRow[];
  readonly bundle: Bundle;
}

export interface Scope {
  readonly version: number;
  readonly schemas: SchemaPatterns;
  readonly facts: boolean;
  /** Read what belongs to extensions too. */
  readonly extensions: boolean;
}

const SECTIONS = [
  SYSTEM_CATALOGS,
  COMMENTS,
  SEQUENCES,
  ENUMS,
  COMPOSITES,
  DOMAINS,
  RANGES,
  TYPE_ALIASES,
  ROUTINES,
  AGGREGATES,
  TRIGGERS,
  UNCHECKED_CONSTRAINTS,
  POLICIES,
  EVENT_TRIGGERS,
  EXTENSIONS,
  PUBLICATIONS,
  SUBSCRIPTIONS,
  STATISTICS_OBJECTS,
  COLLATIONS,
  INDEX_COLLATIONS,
  OPCLASSES,
  FOREIGN_DATA_WRAPPERS,
  FOREIGN_SERVERS,
  USER_MAPPINGS,
  DEFAULT_PRIVILEGES,
  UNMODELLED,
  SECURITY_LABELS,
  DATABASE_SETTINGS,
  RULES,
  VIEW_DEFINITIONS,
];

/** Seven queries, whatever the number of objects. */
export async function readRows(query: Query, { version, schemas, facts, extensions }: Scope): Promise<CatalogRows> {
  const isRead = schemaFilter(schemas);
  const sections = facts ? [COLUMN_STATISTICS, ...SECTIONS] : SECTIONS;
  const rows = await query<SchemaRow>(schemasSql(sections.map(({ probe }) => probe ?? "SELECT")));
  const there = rows[0]?.probed ?? [];
  const all = rows.map((schema) => (schema.temporary ? { ...schema, name: OWN_TEMPORARY_SCHEMA } : schema));
  const read = all.filter(({ name }) => isRead(name));
  const oids = read.map(({ oid }) => oid);
  return {
    schemaNames: new Map(all.map(({ oid, name }) => [oid, name])),
    schemas: read,
    relations: await query<RelationRow>(relationsSql(facts), [oids, extensions]),
    columns: await query<ColumnRow>(COLUMNS, [oids]),
    constraints: await query<ConstraintRow>(constraintsSql(version), [oids]),
    indexes: await query<IndexRow>(indexesSql(version, facts), [oids]),
    dependencies: await query<DependencyRow>(DEPENDENCIES, [oids]),
    bundle: bySection(
      await query<{ section: string; data: unknown }>(
        bundleSql(
          sections.filter((_, place) => there.includes(place)),
          version,
        ),
        [oids, extensions],
      ),
    ),
  };
}

function bySection(rows: readonly { readonly section: string; readonly data: unknown }[]): Bundle {
  const bundle = new Map<string, unknown[]>();
  for (const { section, data } of rows) {
    const list = bundle.get(section);
    if (list === undefined) {
      bundle.set(section, [data]);
    } else {
      list.push(data);
    }
  }
  return bundle;
}
