import { CATALOG_FORMAT, type Catalog } from "../catalog.ts";
import type { ServerFacts } from "../model/facts.ts";
import type { Schema } from "../model/schema.ts";
import type { CatalogRows } from "../read/rows.ts";
import type { SchemaRow } from "../read/schemas.ts";
import { COLLATIONS } from "../read/sections/collations.ts";
import { COLUMN_STATISTICS } from "../read/sections/column-statistics.ts";
import { DEFAULT_PRIVILEGES } from "../read/sections/default-privileges.ts";
import { EXTENSIONS } from "../read/sections/extensions.ts";
import { FOREIGN_DATA_WRAPPERS, FOREIGN_SERVERS, USER_MAPPINGS } from "../read/sections/foreign-data.ts";
import { PUBLICATIONS, SUBSCRIPTIONS } from "../read/sections/replication.ts";
import { AGGREGATES, ROUTINES } from "../read/sections/routines.ts";
import { SEQUENCES } from "../read/sections/sequences.ts";
import { STATISTICS_OBJECTS } from "../read/sections/statistics-objects.ts";
import { EVENT_TRIGGERS } from "../read/sections/triggers.ts";
import { COMPOSITES, DOMAINS, ENUMS, RANGES } from "../read/sections/types.ts";
import { UNMODELLED } from "../read/sections/unmodelled.ts";
import { VIEW_DEFINITIONS } from "../read/sections/views.ts";
import { dependencies } from "./dependencies.ts";
import { relationFacts } from "./facts.ts";
import { withoutSecrets } from "./foreign-data.ts";
import { object, objectInSchema } from "./keyed.ts";
import { type Naming, namingOf } from "./naming.ts";
import { present } from "./present.ts";
import { register } from "./register.ts";
import { relationParts } from "./relation-parts.ts";
import { sequence } from "./sequences.ts";
import { byName, bySchemaAndName, sorted } from "./sorted.ts";
import { table } from "./tables.ts";
import { composite, domain } from "./types.ts";
import { materializedView, view } from "./views.ts";

export interface Measured {
  readonly server: ServerFacts;
  /** Facts about relations were asked for. */
  readonly facts: boolean;
  /** Rows a second by OID. */
  readonly writes: ReadonlyMap<number, number> | undefined;
}

/** Turns what the server answered into the catalog: names for OIDs, parts below what they belong to, all in order. */
export function assembleCatalog(rows: CatalogRows, measured: Measured): Catalog {
  const { bundle } = rows;
  const naming = namingOf(rows);
  const relations = relationParts(rows, naming);
  const byOid = new Map(relations.map((parts) => [parts.row.oid, parts]));
  const definitions = new Map(VIEW_DEFINITIONS.rows(bundle).map((row) => [row.oid, row]));
  return {
    format: CATALOG_FORMAT,
    schemas: byName(rows.schemas.filter((row) => !row.of_extension).map((row) => schema(row, naming))),
    tables: bySchemaAndName(relations.flatMap((parts) => table(parts, naming) ?? [])),
    views: bySchemaAndName(relations.flatMap((parts) => view(parts, definitions, naming) ?? [])),
    materializedViews: bySchemaAndName(
      relations.flatMap((parts) => materializedView(parts, definitions, naming) ?? []),
    ),
    sequences: bySchemaAndName(
      SEQUENCES.rows(bundle)
        .filter((row) => row.owner_kind !== "i")
        .map((row) => sequence(row, naming)),
    ),
    enums: bySchemaAndName(ENUMS.rows(bundle).map((row) => objectInSchema(row, "pg_type", naming))),
    composites: bySchemaAndName(COMPOSITES.rows(bundle).map((row) => composite(row, byOid.get(row.relation), naming))),
    domains: bySchemaAndName(DOMAINS.rows(bundle).map((row) => domain(row, naming))),
    ranges: bySchemaAndName(RANGES.rows(bundle).map((row) => objectInSchema(row, "pg_type", naming))),
    routines: byIdentity(ROUTINES.rows(bundle).map((row) => objectInSchema(row, "pg_proc", naming))),
    aggregates: byIdentity(AGGREGATES.rows(bundle).map((row) => objectInSchema(row, "pg_proc", naming))),
    collations: bySchemaAndName(COLLATIONS.rows(bundle).map((row) => objectInSchema(row, "pg_collation", naming))),
    statistics: bySchemaAndName(
      STATISTICS_OBJECTS.rows(bundle).map((row) => objectInSchema(row, "pg_statistic_ext", naming)),
    ),
    ...databaseWide(rows, naming),
    dependencies: dependencies(rows, register(rows, relations, naming)),
    facts: {
      server: measured.server,
      ...(measured.facts
        ? { relations: relationFacts(relations, COLUMN_STATISTICS.rows(bundle), measured.writes) }
        : {}),
    },
  };
}

function databaseWide({ bundle }: CatalogRows, naming: Naming): Pick<Catalog, DatabaseWide> {
  return {
    extensions: byName(
      EXTENSIONS.rows(bundle).map(({ schema: inSchema, ...row }) => ({
        ...object(row, "pg_extension", naming),
        schema: inSchema,
      })),
    ),
    eventTriggers: byName(EVENT_TRIGGERS.rows(bundle).map((row) => object(row, "pg_event_trigger", naming))),
    publications: byName(PUBLICATIONS.rows(bundle).map((row) => object(row, "pg_publication", naming))),
    subscriptions: byName(SUBSCRIPTIONS.rows(bundle).map((row) => object(row, "pg_subscription", naming))),
    foreignDataWrappers: byName(
      FOREIGN_DATA_WRAPPERS.rows(bundle).map(({ options, ...row }) => ({
        ...object(row, "pg_foreign_data_wrapper", naming),
        options: withoutSecrets(options),
      })),
    ),
    foreignServers: byName(
      FOREIGN_SERVERS.rows(bundle).map(({ options, ...row }) => ({
        ...object(row, "pg_foreign_server", naming),
        options: withoutSecrets(options),
      })),
    ),
    userMappings: sorted(
      USER_MAPPINGS.rows(bundle).map(({ oid: _, ...row }) => row),
      ({ server }) => server,
      ({ user }) => user,
    ),
    defaultPrivileges: sorted(
      DEFAULT_PRIVILEGES.rows(bundle),
      ({ role }) => role,
      ({ schema: inSchema }) => inSchema,
      ({ objects }) => objects,
    ),
    unmodelled: sorted(
      UNMODELLED.rows(bundle).map(({ kind, name }) => ({ kind, name })),
      ({ kind }) => kind,
      ({ name }) => name,
    ),
  };
}

type DatabaseWide =
  | "extensions"
  | "eventTriggers"
  | "publications"
  | "subscriptions"
  | "foreignDataWrappers"
  | "foreignServers"
  | "userMappings"
  | "defaultPrivileges"
  | "unmodelled";

function schema({ oid, name, owner, grants }: SchemaRow, naming: Naming): Schema {
  return { name, owner, ...present({ grants }), ...naming.comment("pg_namespace", oid) };
}

const byIdentity = <T extends { readonly schema: string; readonly name: string; readonly identityArguments: string }>(
  list: readonly T[],
): T[] =>
  sorted(
    list,
    (one) => one.schema,
    ({ name }) => name,
    ({ identityArguments }) => identityArguments,
  );
