import type { Catalog } from "../../catalog/catalog.ts";
import type { Publication } from "../../catalog/model/replication.ts";
import type { Routine } from "../../catalog/model/routine.ts";
import type { Sequence } from "../../catalog/model/sequence.ts";
import type { Domain } from "../../catalog/model/type.ts";
import { objectId, routineId, unmodelledId } from "../../catalog/object-id.ts";
import type { Collector } from "./collector.ts";
import { relationName, typeName } from "./relation-elements.ts";
import { rowTable } from "./row-table.ts";

/** What lies in a schema and is no table or view. */
export function collectInSchemas(collector: Collector, catalog: Catalog): void {
  for (const sequence of catalog.sequences) {
    collectSequence(collector, sequence);
  }
  for (const type of catalog.enums) {
    collector.add("enum", objectId("type", type.schema, type.name), bare(type), inSchema(type, [typeName(type)]));
  }
  for (const type of catalog.composites) {
    const claims = [relationName(type), typeName(type)];
    collector.add("composite", objectId("type", type.schema, type.name), bare(type), inSchema(type, claims));
  }
  for (const type of catalog.domains) {
    collectDomain(collector, type);
  }
  for (const type of catalog.ranges) {
    const claims = [typeName(type), typeName(type.multirange)];
    collector.add("range", objectId("type", type.schema, type.name), bare(type), inSchema(type, claims));
  }
  for (const routine of catalog.routines) {
    const { definition: _, ...value } = bare(routine);
    const { needs, ...rest } = inSchema(routine, callsOf(routine));
    const rows = rowTable(routine, catalog);
    const columns = (rows?.columns ?? []).map(({ name }) =>
      objectId("column", rows?.schema ?? "", rows?.name ?? "", name),
    );
    collector.add("routine", routineId(routine), value, { ...rest, needs: [...needs, ...columns] });
  }
  for (const aggregate of catalog.aggregates) {
    collector.add("aggregate", routineId(aggregate), bare(aggregate), inSchema(aggregate));
  }
  for (const collation of catalog.collations) {
    collector.add(
      "collation",
      objectId("collation", collation.schema, collation.name),
      bare(collation),
      inSchema(collation),
    );
  }
  for (const statistics of catalog.statistics) {
    const { definition: _, ...value } = bare(statistics);
    collector.add(
      "statistics",
      objectId("statistics", statistics.schema, statistics.name),
      value,
      inSchema(statistics),
    );
  }
}

/** What the database as a whole has. */
export function collectDatabaseWide(collector: Collector, catalog: Catalog): void {
  for (const schema of catalog.schemas) {
    collector.add("schema", objectId("schema", schema.name), bare(schema), { governed: schema });
  }
  for (const extension of catalog.extensions) {
    collector.add("extension", objectId("extension", extension.name), bare(extension), {
      needs: [objectId("schema", extension.schema)],
      // No statement gives an extension to another owner.
      governed: extension.comment === undefined ? {} : { comment: extension.comment },
    });
  }
  for (const trigger of catalog.eventTriggers) {
    collector.add("event trigger", objectId("event trigger", trigger.name), bare(trigger), { governed: trigger });
  }
  for (const publication of catalog.publications) {
    collectPublication(collector, publication, catalog);
  }
  for (const subscription of catalog.subscriptions) {
    const id = objectId("subscription", subscription.name);
    collector.add("subscription", id, bare(subscription), { governed: subscription });
  }
  collectForeignData(collector, catalog);
  for (const privileges of catalog.defaultPrivileges) {
    const { role, schema, objects } = privileges;
    const id = `default privileges:${role} ${schema ?? ""} ${objects}`;
    collector.add("default privileges", id, privileges, {
      needs: schema === undefined ? [] : [objectId("schema", schema)],
    });
  }
  for (const unmodelled of catalog.unmodelled) {
    collector.add("unmodelled", unmodelledId(unmodelled.kind, unmodelled.name), unmodelled);
  }
}

function collectPublication(collector: Collector, publication: Publication, catalog: Catalog): void {
  const { tables, ...value } = bare(publication);
  const id = objectId("publication", publication.name);
  const needs = publication.schemas.map((schema) => objectId("schema", schema));
  collector.add("publication", id, value, { needs, governed: publication });
  for (const published of tables) {
    const { schema, name, columns = [], where } = published;
    const table = catalog.tables.find((one) => one.schema === schema && one.name === name);
    // Which columns the condition reads is not told: it may be any of them.
    const used = where === undefined ? columns : (table?.columns ?? []).map((column) => column.name);
    collector.add(
      "published table",
      `published table:${id} ${objectId("table", schema, name)}`,
      { ...published, publication: publication.name },
      {
        parent: id,
        needs: [objectId("table", schema, name), ...used.map((column) => objectId("column", schema, name, column))],
        goesWith: [objectId("table", schema, name)],
      },
    );
  }
}

function collectForeignData(collector: Collector, catalog: Catalog): void {
  for (const wrapper of catalog.foreignDataWrappers) {
    const id = objectId("foreign data wrapper", wrapper.name);
    collector.add("foreign data wrapper", id, bare(wrapper), { governed: wrapper });
  }
  for (const server of catalog.foreignServers) {
    const needs = [objectId("foreign data wrapper", server.wrapper)];
    collector.add("foreign server", objectId("foreign server", server.name), bare(server), { needs, governed: server });
  }
  for (const mapping of catalog.userMappings) {
    collector.add("user mapping", objectId("user mapping", mapping.server, mapping.user), mapping, {
      needs: [objectId("foreign server", mapping.server)],
    });
  }
}

function collectSequence(collector: Collector, sequence: Sequence): void {
  const { ownedBy, ...value } = bare(sequence);
  const { schema, name } = sequence;
  const id = objectId("sequence", schema, name);
  collector.add("sequence", id, value, inSchema(sequence, [relationName(sequence)]));
  if (ownedBy !== undefined) {
    const { schema: ofSchema, table, column } = ownedBy;
    collector.add(
      "sequence owner",
      `sequence owner:${id}`,
      { sequence: { schema, name }, table: { schema: ofSchema, name: table }, column },
      { parent: id, needs: [objectId("column", ofSchema, table, column)] },
    );
  }
}

function collectDomain(collector: Collector, domain: Domain): void {
  const { constraints, ...value } = bare(domain);
  const { schema, name } = domain;
  const id = objectId("type", schema, name);
  collector.add("domain", id, value, inSchema(domain, [typeName(domain)]));
  for (const constraint of constraints) {
    const constraintId = objectId("domain constraint", schema, name, constraint.name);
    const constraintValue = { ...bare(constraint), domain: { schema, name } };
    collector.add("domain constraint", constraintId, constraintValue, {
      parent: id,
      claims: constraint.type === "not null" ? [`not null ${id}`] : [],
      governed: constraint,
    });
  }
}

/** A name with so many arguments: while two routines answer to it, one with defaults cannot be called. */
function callsOf({ schema, name, identityArguments, defaults = 0 }: Routine): string[] {
  const types = identityArguments.replace(/"[^"]*"/g, "");
  const count = identityArguments === "" ? 0 : types.split(",").length;
  return Array.from({ length: defaults + 1 }, (_, left) => `call ${schema}.${name}(${count - left})`);
}

function bare<T extends object>(object: T): Omit<T, "owner" | "comment" | "grants"> {
  const {
    owner: _,
    comment: __,
    grants: ___,
    ...value
  } = object as T & Record<"owner" | "comment" | "grants", unknown>;
  return value;
}

function inSchema<T extends { readonly schema: string }>(
  governed: T,
  claims: readonly string[] = [],
): { readonly needs: readonly string[]; readonly claims: readonly string[]; readonly governed: T } {
  return { needs: [objectId("schema", governed.schema)], claims, governed };
}
