import type { Catalog } from "../catalog.ts";
import type { Column } from "../model/column.ts";
import type { Dependency } from "../model/dependency.ts";
import type { QualifiedName } from "../model/names.ts";
import type { Routine } from "../model/routine.ts";
import type { Table } from "../model/table.ts";
import type { CompositeType, Domain, EnumType, RangeType } from "../model/type.ts";
import type { ObjectId } from "../object-id.ts";
import { CatalogStore } from "./catalog-store.ts";
import { emptyCatalog } from "./empty-catalog.ts";
import { keyOf } from "./key-of.ts";
import { plainCatalog } from "./plain-catalog.ts";
import type { KnownSize, ReferencingKey, Relation, WrittenName } from "./relation.ts";
import { relationAt } from "./relation-at.ts";
import { schemasOfPath } from "./search-path.ts";

export interface StateOptions {
  /** Who runs the statements, and will own what they make. */
  readonly user?: string;
}

/** A column with the table that it belongs to. */
export interface TableColumn {
  readonly table: Table;
  readonly column: Column;
}

/**
 * A catalog in which names are looked up, and that follows what statements do (`applyStatement`). Lookups cost the
 * same whatever the catalog's size. What is returned is never changed afterwards: a statement puts new objects.
 */
export class CatalogState {
  /** False: other objects may exist than those that statements have named. */
  readonly complete: boolean;
  /** server_version_num, such as 180004. */
  readonly version: number;
  readonly #make: () => CatalogStore;
  #store: CatalogStore | undefined;
  readonly #user: string | undefined;
  #savepoints: { readonly name: string; readonly mark: number }[] = [];
  /** Every name that is looked up asks for the path, and settings hardly ever change. */
  #path: { readonly at: number; readonly schemas: readonly string[] } | undefined;

  private constructor(make: () => CatalogStore, complete: boolean, version: number, user: string | undefined) {
    this.#make = make;
    this.complete = complete;
    this.version = version;
    this.#user = user;
  }

  /** What the catalog does not hold does not exist. */
  static of(catalog: Catalog, { user }: StateOptions = {}): CatalogState {
    return new CatalogState(() => CatalogStore.of(catalog), true, catalog.facts.server.version, user);
  }

  /** Nothing is known but what the statements say. */
  static unknown(version: number): CatalogState {
    return new CatalogState(() => CatalogStore.of(emptyCatalog(version)), false, version, undefined);
  }

  /** The write side, for the appliers of statements; made when it is needed first, since many a state is never asked. */
  get store(): CatalogStore {
    this.#store ??= this.#make();
    return this.#store;
  }

  get major(): number {
    return Math.floor(this.version / 10_000);
  }

  /** The owner of what is made next; empty when it is not known. */
  get user(): string {
    const role = this.setting("role");
    return role === undefined || role === "none" ? (this.setting("session_authorization") ?? this.#user ?? "") : role;
  }

  /** A session setting as far as it is known: read with the catalog, or changed by a statement since. */
  setting(name: string): string | undefined {
    return this.store.settings.get(name.toLowerCase());
  }

  /** The schemas that unqualified names are looked for in; pg_catalog is left out. */
  get searchPath(): readonly string[] {
    const { changes } = this.store.settings;
    if (this.#path?.at !== changes) {
      this.#path = { at: changes, schemas: schemasOfPath(this.setting("search_path"), this.user) };
    }
    return this.#path.schemas;
  }

  relation(name: WrittenName): Relation | undefined {
    if (!this.store.mayHold.relations.has(name.name)) {
      return undefined;
    }
    return this.#look(name, (key) => relationAt(this.store, key));
  }

  table(name: WrittenName): Table | undefined {
    const found = this.relation(name);
    return found?.kind === "table" ? found.is : undefined;
  }

  /** The full name of a relation; of one that is not known, in the schema where it would be made. */
  resolved(name: WrittenName): QualifiedName {
    if (name.schema !== undefined) {
      return { schema: name.schema, name: name.name };
    }
    const schema = this.store.mayHold.relations.has(name.name)
      ? this.#searched().find((one) => relationAt(this.store, keyOf({ schema: one, name: name.name })) !== undefined)
      : undefined;
    return { schema: schema ?? this.creationSchema, name: name.name };
  }

  /** Where objects are made whose names are written without a schema. */
  get creationSchema(): string {
    const path = this.searchPath;
    const known = this.complete ? path.find((schema) => this.store.maps.schemas.has(schema)) : undefined;
    return known ?? path[0] ?? "public";
  }

  domain(name: WrittenName): Domain | undefined {
    return this.#look(name, (key) => this.store.maps.domains.get(key));
  }

  enumType(name: WrittenName): EnumType | undefined {
    return this.#look(name, (key) => this.store.maps.enums.get(key));
  }

  composite(name: WrittenName): CompositeType | undefined {
    return this.#look(name, (key) => this.store.maps.composites.get(key));
  }

  range(name: WrittenName): RangeType | undefined {
    return this.#look(name, (key) => this.store.maps.ranges.get(key));
  }

  /** All functions and procedures of that name, from every schema of the path that has some. */
  routinesNamed(name: WrittenName): readonly Routine[] {
    const schemas = name.schema === undefined ? this.#searched() : [name.schema];
    return schemas.flatMap((schema) => this.store.maps.routines.get(keyOf({ schema, name: name.name })) ?? []);
  }

  /** The direct ones. */
  partitionsOf(table: QualifiedName): readonly Table[] {
    return this.childrenOf(table).filter(({ partitionOf }) => partitionOf !== undefined);
  }

  /** The direct ones: partitions and heirs. */
  childrenOf(table: QualifiedName): readonly Table[] {
    return this.store.linked("children", keyOf(table)).flatMap((key) => this.store.maps.tables.get(key) ?? []);
  }

  /** Children of all levels, each once, parents before their children. */
  descendantsOf(table: QualifiedName): readonly Table[] {
    if (!this.store.isLinked("children", keyOf(table))) {
      return [];
    }
    const found = new Map<string, Table>();
    const visit = (parent: QualifiedName): void => {
      for (const child of this.childrenOf(parent)) {
        if (!found.has(keyOf(child))) {
          found.set(keyOf(child), child);
          visit(child);
        }
      }
    };
    visit(table);
    return [...found.values()];
  }

  parentsOf(table: Table): readonly Table[] {
    const names = table.partitionOf === undefined ? table.inherits : [table.partitionOf.parent];
    return names.flatMap((name) => this.store.maps.tables.get(keyOf(name)) ?? []);
  }

  /** The foreign keys of all tables that refer to this one, its own among them. */
  keysReferencing(table: QualifiedName): readonly ReferencingKey[] {
    const key = keyOf(table);
    return this.store
      .linked("referencing", key)
      .flatMap((from) => this.store.maps.tables.get(from) ?? [])
      .flatMap((from) =>
        from.constraints
          .filter((one) => one.type === "foreign key" && keyOf(one.references) === key)
          .map(({ name }) => ({ table: from, constraint: name })),
      );
  }

  /** Columns of tables whose type is this one, or is made of it: arrays, domains, composites, ranges, row types. */
  usersOfType(type: QualifiedName): readonly TableColumn[] {
    const found: TableColumn[] = [];
    const seen = new Set<string>();
    const visit = (key: string): void => {
      if (seen.has(key)) {
        return;
      }
      seen.add(key);
      for (const user of this.store.linked("typeUsers", key)) {
        const userKey = user.slice(user.indexOf(" ") + 1);
        const table = user.startsWith("relation ") ? this.store.maps.tables.get(userKey) : undefined;
        for (const column of table?.columns ?? []) {
          if (table !== undefined && keyOf(column.type) === key) {
            found.push({ table, column });
          }
        }
        visit(userKey);
      }
    };
    visit(keyOf(type));
    return found;
  }

  /** What depends on the object directly. */
  dependentsOf(id: ObjectId): readonly Dependency[] {
    return this.store.dependentsOf(id);
  }

  /** `new` only while no row can have come in. */
  sizeOf(relation: QualifiedName): KnownSize {
    const key = keyOf(relation);
    const mark = this.store.sizes.get(key);
    if (mark === "new") {
      return { from: "new" };
    }
    const facts = this.store.facts.get(key);
    return mark === "filled" || facts === undefined ? { from: "unknown" } : { from: "facts", facts };
  }

  /** Made by a statement applied to this state, with or without rows. */
  isNew(relation: QualifiedName): boolean {
    const mark = this.store.sizes.get(keyOf(relation));
    return mark === "new" || mark === "filled";
  }

  /** As plain data again. */
  catalog(): Catalog {
    return plainCatalog(this.store);
  }

  /** A state that goes its own way; transactions that are open here are not open there. */
  clone(): CatalogState {
    const store = this.store.copy();
    return new CatalogState(() => store, this.complete, this.version, this.#user);
  }

  /**
   * Opens a transaction: until `commit` or `rollback` everything can be taken back, at the cost of what changed. Who
   * runs a file in a transaction of their own calls this first; BEGIN in a statement does too.
   */
  begin(): void {
    this.store.journal.open();
  }

  commit(): void {
    if (!this.store.journal.isOpen) {
      return;
    }
    this.store.journal.close();
    this.#savepoints = [];
    const { settings, localSettings } = this.store;
    for (const [name, before] of [...localSettings.entries()]) {
      localSettings.delete(name);
      if (before === null) {
        settings.delete(name);
      } else {
        settings.set(name, before);
      }
    }
  }

  /** Takes back everything since `begin`; nothing outside a transaction. */
  rollback(): void {
    this.store.journal.rollBackTo(0);
    this.store.journal.close();
    this.#savepoints = [];
  }

  savepoint(name: string): void {
    this.#savepoints.push({ name, mark: this.store.journal.mark });
  }

  /** Takes back everything since the savepoint, which stays. */
  rollbackTo(name: string): void {
    const place = this.#savepoints.findLastIndex((one) => one.name === name);
    const found = this.#savepoints[place];
    if (found !== undefined) {
      this.store.journal.rollBackTo(found.mark);
      this.#savepoints = this.#savepoints.slice(0, place + 1);
    }
  }

  release(name: string): void {
    const place = this.#savepoints.findLastIndex((one) => one.name === name);
    this.#savepoints = place === -1 ? this.#savepoints : this.#savepoints.slice(0, place);
  }

  /** Where a name without a schema is looked for. */
  #searched(): readonly string[] {
    return this.store.mayHold.schemas.has(TEMPORARY) ? [TEMPORARY, ...this.searchPath] : this.searchPath;
  }

  #look<T>(name: WrittenName, at: (key: string) => T | undefined): T | undefined {
    const schemas = name.schema === undefined ? this.#searched() : [name.schema];
    for (const schema of schemas) {
      const found = at(keyOf({ schema, name: name.name }));
      if (found !== undefined) {
        return found;
      }
    }
    return undefined;
  }
}

/** The schema of temporary objects; it is looked into before all others. */
const TEMPORARY = "pg_temp";
