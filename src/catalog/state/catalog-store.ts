import type { Catalog } from "../catalog.ts";
import type { Dependency } from "../model/dependency.ts";
import type { Extension } from "../model/extension.ts";
import type { RelationFacts } from "../model/facts.ts";
import type { QualifiedName } from "../model/names.ts";
import type { Publication } from "../model/replication.ts";
import type { Aggregate, Routine } from "../model/routine.ts";
import type { Schema } from "../model/schema.ts";
import type { Sequence } from "../model/sequence.ts";
import type { StatisticsObject } from "../model/statistics-object.ts";
import type { Table } from "../model/table.ts";
import type { EventTrigger } from "../model/trigger.ts";
import type { CompositeType, Domain, EnumType, RangeType } from "../model/type.ts";
import type { MaterializedView, View } from "../model/view.ts";
import type { ObjectId } from "../object-id.ts";
import { Journal } from "./journal.ts";
import { keyOf, namesIn } from "./key-of.ts";
import { Links } from "./links.ts";
import { type Link, linksOfComposite, linksOfDomain, linksOfRange, linksOfTable, linksOfView } from "./links-of.ts";
import { TrackedMap } from "./tracked-map.ts";

/** How many rows a relation is known to have, where the server's figures do not say it. */
export type SizeMark = "new" | "filled" | "changed";

/** The kinds of objects of which each has a map of its own, by `keyOf` or by name. */
export interface Kinds {
  readonly schemas: Schema;
  readonly tables: Table;
  readonly views: View;
  readonly materializedViews: MaterializedView;
  readonly sequences: Sequence;
  readonly enums: EnumType;
  readonly composites: CompositeType;
  readonly domains: Domain;
  readonly ranges: RangeType;
  /** All of one name. */
  readonly routines: readonly Routine[];
  readonly aggregates: readonly Aggregate[];
  readonly statistics: StatisticsObject;
  readonly extensions: Extension;
  readonly publications: Publication;
  readonly eventTriggers: EventTrigger;
}

type Maps = { readonly [K in keyof Kinds]: TrackedMap<Kinds[K]> };

/** What is told from the objects themselves, and kept with them. */
export type LinkKind =
  | "children"
  | "referencing"
  | "typeUsers"
  | "parts"
  | "constraintNames"
  | "statisticsOn"
  | "sequencesOf";

/**
 * The objects of a catalog in maps, with the ways back from what is referred to. Everything that changes a state goes
 * through here, so that all of it can be taken back.
 */
export class CatalogStore {
  readonly journal = new Journal();
  readonly maps: Maps;
  readonly settings: TrackedMap<string>;
  /** What the settings were before SET LOCAL; null for nothing. */
  readonly localSettings: TrackedMap<string | null>;
  readonly facts: TrackedMap<RelationFacts>;
  readonly sizes: TrackedMap<SizeMark>;
  /** Temporary tables that end with the transaction. */
  readonly dropOnCommit: TrackedMap<QualifiedName>;
  /**
   * The schemas of all that was ever held, and the names of all relations, indexes and sequences of columns that ever
   * were: what is not among them need not be looked for. Copies share them, since they only have to be told too much.
   */
  readonly mayHold: { readonly schemas: Set<string>; readonly relations: Set<string> };
  /** The settings that the session began with. */
  get initialSettings(): ReadonlyMap<string, string> {
    return new Map(
      Object.entries(this.#like.facts.server.settings).map(([name, value]) => [name.toLowerCase(), value]),
    );
  }

  /** What held rows before it was changed first, since somebody asked; undefined for what is new. */
  #changed = new Map<string, Table | MaterializedView | undefined>();
  readonly #dependencies: TrackedMap<readonly Dependency[]>;
  readonly #dependents: Links;
  readonly #links: Readonly<Record<LinkKind, Links>>;
  readonly #like: Catalog;

  private constructor(like: Catalog, mayHold: CatalogStore["mayHold"]) {
    this.mayHold = mayHold;
    const map = <V>(): TrackedMap<V> => new TrackedMap(this.journal);
    const links = (): Links => new Links(this.journal);
    this.#like = like;
    this.maps = {
      schemas: map(),
      tables: map(),
      views: map(),
      materializedViews: map(),
      sequences: map(),
      enums: map(),
      composites: map(),
      domains: map(),
      ranges: map(),
      routines: map(),
      aggregates: map(),
      statistics: map(),
      extensions: map(),
      publications: map(),
      eventTriggers: map(),
    };
    this.settings = map();
    this.localSettings = map();
    this.facts = map();
    this.sizes = map();
    this.dropOnCommit = map();
    this.#dependencies = map();
    this.#dependents = links();
    this.#links = {
      children: links(),
      referencing: links(),
      typeUsers: links(),
      parts: links(),
      constraintNames: links(),
      statisticsOn: links(),
      sequencesOf: links(),
    };
  }

  static of(catalog: Catalog): CatalogStore {
    const store = new CatalogStore(catalog, { schemas: new Set(), relations: new Set() });
    for (const kind of KEYED) {
      for (const one of catalog[kind]) {
        store.put(kind, keyOf(one), one);
      }
    }
    for (const kind of NAMED) {
      for (const one of catalog[kind]) {
        store.put(kind, one.name, one);
      }
    }
    for (const [key, routines] of Map.groupBy(catalog.routines, keyOf)) {
      store.put("routines", key, routines);
    }
    for (const [key, aggregates] of Map.groupBy(catalog.aggregates, keyOf)) {
      store.put("aggregates", key, aggregates);
    }
    for (const [name, value] of Object.entries(catalog.facts.server.settings)) {
      store.settings.set(name.toLowerCase(), value);
    }
    for (const facts of catalog.facts.relations ?? []) {
      store.facts.set(keyOf(facts), facts);
    }
    for (const [from, list] of Map.groupBy(catalog.dependencies, ({ from: id }) => id)) {
      store.setDependencies(from, list);
    }
    store.takeChanged();
    return store;
  }

  /** What was known of the relation that had the name at first. */
  factsFound(key: string): RelationFacts | undefined {
    return this.#like.facts.relations?.find((one) => keyOf(one) === key);
  }

  /** Of its own; what could be taken back here can not be taken back there. */
  copy(): CatalogStore {
    const copy = new CatalogStore(this.#like, this.mayHold);
    for (const kind of Object.keys(this.maps) as (keyof Kinds)[]) {
      (copy.maps[kind] as TrackedMap<unknown>).load(this.maps[kind]);
    }
    copy.settings.load(this.settings);
    copy.localSettings.load(this.localSettings);
    copy.facts.load(this.facts);
    copy.sizes.load(this.sizes);
    copy.dropOnCommit.load(this.dropOnCommit);
    copy.#dependencies.load(this.#dependencies);
    copy.#dependents.load(this.#dependents);
    for (const kind of Object.keys(this.#links) as LinkKind[]) {
      copy.#links[kind].load(this.#links[kind]);
    }
    return copy;
  }

  /** Puts an object in the place of the one with the same key, or beside the others. */
  put<K extends keyof Kinds>(kind: K, key: string, value: Kinds[K]): void {
    const map: TrackedMap<Kinds[K]> = this.maps[kind];
    const before = map.get(key);
    if ((kind === "tables" || kind === "materializedViews") && !this.#changed.has(key)) {
      this.#changed.set(key, before as Table | MaterializedView | undefined);
    }
    map.set(key, value);
    this.#hold(key);
    this.#relink(before === undefined ? [] : linksOf(kind, before, key, value), linksOf(kind, value, key, before), () =>
      linksOf(kind, value, key),
    );
  }

  /** The tables and materialized views that were put since the last call, by key, each as it was before. */
  takeChanged(): ReadonlyMap<string, Table | MaterializedView | undefined> {
    const changed = this.#changed;
    if (changed.size > 0) {
      this.#changed = new Map();
    }
    return changed;
  }

  remove(kind: keyof Kinds, key: string): void {
    const before = this.maps[kind].get(key);
    if (before !== undefined) {
      this.#relink(linksOf(kind, before, key), [], () => []);
      this.maps[kind].delete(key);
    }
  }

  /** The keys of those that refer to something. */
  linked(kind: LinkKind, key: string): readonly string[] {
    return [...this.#links[kind].to(key)];
  }

  isLinked(kind: LinkKind, key: string): boolean {
    return this.#links[kind].to(key).size > 0;
  }

  dependenciesOf(from: ObjectId): readonly Dependency[] {
    return this.#dependencies.get(from) ?? [];
  }

  dependentsOf(to: ObjectId): readonly Dependency[] {
    return [...this.#dependents.to(to)].flatMap((from) => this.dependenciesOf(from).filter((one) => one.to === to));
  }

  /** Says anew what an object depends on. */
  setDependencies(from: ObjectId, list: readonly Dependency[]): void {
    for (const { to } of this.dependenciesOf(from)) {
      this.#dependents.remove(to, from);
    }
    if (list.length === 0) {
      this.#dependencies.delete(from);
    } else {
      this.#dependencies.set(from, list);
    }
    for (const { to } of list) {
      this.#dependents.add(to, from);
    }
  }

  get dependencies(): readonly Dependency[] {
    return [...this.#dependencies.values()].flat();
  }

  /** What the store keeps no maps for stands as it was read. */
  get unchanged(): Catalog {
    return this.#like;
  }

  /** Only what is gone and what has come is given; `all` is what is there now, the unchanged among it. */
  #relink(gone: readonly Link[], come: readonly Link[], all: () => readonly Link[]): void {
    const lost = gone.filter((one) => !come.some((other) => isSameLink(one, other)));
    for (const [kind, to, from] of lost) {
      this.#links[kind].remove(to, from);
    }
    // Of two columns of a type, the one that stays links the table to it still.
    for (const [kind, to, from] of lost.length === 0 ? come : all()) {
      this.#links[kind].add(to, from);
      if (kind === "parts") {
        this.#hold(to);
      }
    }
  }

  #hold(key: string): void {
    const { schema, name } = namesIn(key);
    this.mayHold.schemas.add(schema);
    this.mayHold.relations.add(name);
  }
}

const KEYED = [
  "tables",
  "views",
  "materializedViews",
  "sequences",
  "enums",
  "composites",
  "domains",
  "ranges",
  "statistics",
] as const;

const NAMED = ["schemas", "extensions", "publications", "eventTriggers"] as const;

const isSameLink = (one: Link, other: Link): boolean => one.every((part, place) => part === other[place]);

/** @param other what shares parts with it, whose links are left out where they are told part by part */
function linksOf<K extends keyof Kinds>(kind: K, value: Kinds[K], key: string, other?: Kinds[K]): readonly Link[];
function linksOf(kind: keyof Kinds, value: unknown, key: string, other?: unknown): readonly Link[] {
  switch (kind) {
    case "tables":
      return linksOfTable(value as Table, key, other as Table | undefined);
    case "views":
    case "materializedViews":
      return linksOfView(value as View | MaterializedView, key);
    case "composites":
      return linksOfComposite(value as CompositeType, key);
    case "domains":
      return linksOfDomain(value as Domain, key);
    case "ranges":
      return linksOfRange(value as RangeType, key);
    case "statistics":
      return [["statisticsOn", keyOf((value as StatisticsObject).table), key]];
    case "sequences": {
      const { ownedBy } = value as Sequence;
      return ownedBy === undefined
        ? []
        : [["sequencesOf", keyOf({ schema: ownedBy.schema, name: ownedBy.table }), key]];
    }
    default:
      return [];
  }
}
