import { objectId, routineId, unmodelledId } from "../object-id.ts";
import type { CatalogRows } from "../read/rows.ts";
import { COLLATIONS } from "../read/sections/collations.ts";
import { EXTENSIONS } from "../read/sections/extensions.ts";
import { FOREIGN_DATA_WRAPPERS, FOREIGN_SERVERS, USER_MAPPINGS } from "../read/sections/foreign-data.ts";
import { POLICIES } from "../read/sections/policies.ts";
import { PUBLICATIONS, SUBSCRIPTIONS } from "../read/sections/replication.ts";
import { AGGREGATES, ROUTINES } from "../read/sections/routines.ts";
import { RULES } from "../read/sections/rules.ts";
import { SEQUENCES } from "../read/sections/sequences.ts";
import { STATISTICS_OBJECTS } from "../read/sections/statistics-objects.ts";
import { EVENT_TRIGGERS, TRIGGERS } from "../read/sections/triggers.ts";
import { COMPOSITES, DOMAINS, ENUMS, RANGES, TYPE_ALIASES } from "../read/sections/types.ts";
import { UNMODELLED } from "../read/sections/unmodelled.ts";
import { VIEW_DEFINITIONS } from "../read/sections/views.ts";
import type { Naming } from "./naming.ts";
import { Registry } from "./registry.ts";
import type { RelationParts } from "./relation-parts.ts";

/** Gives every object that was read its name. */
export function register(rows: CatalogRows, relations: readonly RelationParts[], naming: Naming): Registry {
  const registry = new Registry();
  registerDatabaseWide(rows, registry);
  registerInSchemas(rows, naming, registry);
  const byOid = new Map(relations.map((parts) => [parts.row.oid, parts]));
  for (const parts of relations) {
    registerRelation(parts, registry);
  }
  registerConstraints(rows, byOid, registry);
  for (const { oid, relation, name } of TRIGGERS.rows(rows.bundle)) {
    registerOn(byOid.get(relation), "trigger", "pg_trigger", oid, name, registry);
  }
  for (const { oid, relation, name } of RULES.rows(rows.bundle)) {
    registerOn(byOid.get(relation), "rule", "pg_rewrite", oid, name, registry);
  }
  for (const { oid, relation, name } of POLICIES.rows(rows.bundle)) {
    registerOn(byOid.get(relation), "policy", "pg_policy", oid, name, registry);
  }
  for (const { oid, rule } of VIEW_DEFINITIONS.rows(rows.bundle)) {
    const view = byOid.get(oid);
    if (view !== undefined) {
      registry.add("pg_rewrite", rule, view.id);
    }
  }
  registerAliases(rows, registry);
  return registry;
}

function registerDatabaseWide({ bundle }: CatalogRows, registry: Registry): void {
  for (const { oid, name } of EXTENSIONS.rows(bundle)) {
    registry.add("pg_extension", oid, objectId("extension", name));
  }
  for (const { oid, name } of EVENT_TRIGGERS.rows(bundle)) {
    registry.add("pg_event_trigger", oid, objectId("event trigger", name));
  }
  for (const { oid, name } of PUBLICATIONS.rows(bundle)) {
    registry.add("pg_publication", oid, objectId("publication", name));
  }
  for (const { oid, name } of SUBSCRIPTIONS.rows(bundle)) {
    registry.add("pg_subscription", oid, objectId("subscription", name));
  }
  for (const { oid, name } of FOREIGN_DATA_WRAPPERS.rows(bundle)) {
    registry.add("pg_foreign_data_wrapper", oid, objectId("foreign data wrapper", name));
  }
  for (const { oid, name } of FOREIGN_SERVERS.rows(bundle)) {
    registry.add("pg_foreign_server", oid, objectId("foreign server", name));
  }
  for (const { oid, server, user } of USER_MAPPINGS.rows(bundle)) {
    registry.add("pg_user_mapping", oid, objectId("user mapping", server, user), objectId("foreign server", server));
  }
  for (const { class: catalog, oid, kind, name } of UNMODELLED.rows(bundle)) {
    if (catalog !== undefined && oid !== undefined) {
      registry.add(catalog, oid, unmodelledId(kind, name));
    }
  }
}

function registerInSchemas({ bundle }: CatalogRows, naming: Naming, registry: Registry): void {
  for (const section of [ENUMS, COMPOSITES, RANGES]) {
    for (const { oid, schema, name } of section.rows(bundle)) {
      registry.add("pg_type", oid, objectId("type", naming.schema(schema), name));
    }
  }
  for (const { oid, schema, name, constraints } of DOMAINS.rows(bundle)) {
    const id = objectId("type", naming.schema(schema), name);
    registry.add("pg_type", oid, id);
    for (const constraint of constraints) {
      const constraintId = objectId("domain constraint", naming.schema(schema), name, constraint.name);
      registry.add("pg_constraint", constraint.oid, constraintId, id);
    }
  }
  for (const section of [ROUTINES, AGGREGATES]) {
    for (const { oid, schema, name, identityArguments } of section.rows(bundle)) {
      registry.add("pg_proc", oid, routineId({ schema: naming.schema(schema), name, identityArguments }));
    }
  }
  for (const { oid, schema, name } of STATISTICS_OBJECTS.rows(bundle)) {
    registry.add("pg_statistic_ext", oid, objectId("statistics", naming.schema(schema), name));
  }
  for (const { oid, schema, name } of COLLATIONS.rows(bundle)) {
    registry.add("pg_collation", oid, objectId("collation", naming.schema(schema), name));
  }
  for (const row of SEQUENCES.rows(bundle)) {
    const { owner_schema: schema, owner_table: table, owner_column: column } = row;
    const owner =
      schema === undefined || table === undefined || column === undefined
        ? undefined
        : objectId("column", schema, table, column);
    // The sequence of an identity column is that column's business.
    const isIdentity = row.owner_kind === "i" && owner !== undefined;
    const id = isIdentity ? owner : objectId("sequence", naming.schema(row.schema), row.name);
    registry.add("pg_class", row.oid, id, isIdentity ? undefined : owner);
  }
}

function registerRelation({ row, id, schema, columnRows, indexRows }: RelationParts, registry: Registry): void {
  registry.add("pg_class", row.oid, id);
  for (const { number, name, default_oid: defaultOid } of row.kind === "c" ? [] : columnRows) {
    const column = objectId("column", schema, row.name, name);
    registry.addColumn(row.oid, number, column, id);
    if (defaultOid !== null) {
      registry.add("pg_attrdef", defaultOid, objectId("default", schema, row.name, name), column);
    }
  }
  for (const { oid, name, constraint } of indexRows) {
    // What needs the index of a constraint needs the constraint.
    const indexId =
      constraint === null ? objectId("index", schema, name) : objectId("constraint", schema, row.name, constraint);
    registry.add("pg_class", oid, indexId, id);
  }
}

function registerConstraints(
  { constraints }: CatalogRows,
  relations: ReadonlyMap<number, RelationParts>,
  registry: Registry,
): void {
  for (const { oid, relation, name } of constraints) {
    registerOn(relations.get(relation), "constraint", "pg_constraint", oid, name, registry);
  }
}

function registerOn(
  relation: RelationParts | undefined,
  kind: "constraint" | "trigger" | "rule" | "policy",
  catalog: "pg_constraint" | "pg_trigger" | "pg_rewrite" | "pg_policy",
  oid: number,
  name: string,
  registry: Registry,
): void {
  if (relation !== undefined) {
    registry.add(catalog, oid, objectId(kind, relation.schema, relation.row.name, name), relation.id);
  }
}

/** Array, multirange and row types stand for what they were made for. */
function registerAliases({ bundle }: CatalogRows, registry: Registry): void {
  for (const { oid, type, relation } of TYPE_ALIASES.rows(bundle)) {
    const id = registry.find("pg_type", type ?? 0) ?? registry.find("pg_class", relation ?? 0);
    if (id !== undefined) {
      registry.add("pg_type", oid, id);
    }
  }
}
