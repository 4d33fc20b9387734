import type { RangeVar } from "libpg-query";
import type { Catalog } from "../catalog/catalog.ts";
import type { Column } from "../catalog/model/column.ts";
import type { QualifiedName, TypeReference } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { MaterializedView, View } from "../catalog/model/view.ts";
import { parsedNode } from "../sql/parsed-node.ts";
import { qualifiedKey } from "./qualified-key.ts";
import { type QueryColumn, queryColumns } from "./view-query.ts";
import { viewTarget } from "./view-target.ts";

/** What can be told of a column by following it down to the tables that it comes from. */
export interface KnownColumn extends QueryColumn {
  /** The column of a table that its values go to; undefined where nothing can be written through. */
  readonly target: Column | undefined;
}

type AnyView = View | MaterializedView;

/** The columns of all relations of a catalog. */
export class Relations {
  readonly #tables: ReadonlyMap<string, Table>;
  readonly #views: ReadonlyMap<string, AnyView>;
  /** Tables by those they inherit from. */
  readonly #children = new Map<string, Table[]>();
  readonly #known = new Map<string, readonly KnownColumn[] | undefined>();

  constructor(catalog: Catalog) {
    this.#tables = new Map(catalog.tables.map((table) => [qualifiedKey(table), table]));
    this.#views = new Map([...catalog.views, ...catalog.materializedViews].map((view) => [qualifiedKey(view), view]));
    for (const table of catalog.tables) {
      for (const parent of table.inherits.map(qualifiedKey)) {
        this.#children.set(parent, [...(this.#children.get(parent) ?? []), table]);
      }
    }
  }

  /** In their order; undefined for a relation that the catalog does not hold, or a query that cannot be followed. */
  columnsOf(relation: QualifiedName): readonly KnownColumn[] | undefined {
    const key = qualifiedKey(relation);
    const known = this.#known.get(key) ?? this.#read(key);
    this.#known.set(key, known);
    return known;
  }

  #read(key: string): readonly KnownColumn[] | undefined {
    const table = this.#tables.get(key);
    if (table !== undefined) {
      return table.columns.map((column) => ({
        name: column.name,
        neverNull: this.#isNeverNull(table, column),
        isCastWhole: isCastWhole(column.type),
        target: column,
      }));
    }
    const view = this.#views.get(key);
    return view === undefined ? undefined : this.#ofView(view);
  }

  /** What queries of a table give is also in those that inherit from it, and they need not forbid null. */
  #isNeverNull(table: Table, { name }: Column): boolean {
    const column = table.columns.find((one) => one.name === name);
    return (
      column?.notNull === true &&
      // NOT VALID: rows from before may hold null.
      column.notNullConstraint?.validated !== false &&
      (this.#children.get(qualifiedKey(table)) ?? []).every((child) => this.#isNeverNull(child, column))
    );
  }

  #ofView(view: AnyView): readonly KnownColumn[] | undefined {
    const query = parsedNode(view.definition, "SelectStmt");
    const columns = query === undefined ? undefined : queryColumns(query, (range) => this.#find(range));
    if (query === undefined || columns === undefined || columns.length !== view.columns.length) {
      return undefined;
    }
    const through = "populated" in view ? undefined : viewTarget(query);
    const behind = through === undefined ? undefined : this.#find(through.relation);
    return view.columns.map(({ name, type }, at) => ({
      name,
      neverNull: columns[at]?.neverNull === true,
      isCastWhole: isCastWhole(type),
      target: behind?.find((column) => column.name === through?.columns[at])?.target,
    }));
  }

  /** What is printed without its schema is PostgreSQL's own. */
  #find({ schemaname, relname }: RangeVar): readonly KnownColumn[] | undefined {
    return schemaname === undefined || relname === undefined
      ? undefined
      : this.columnsOf({ schema: schemaname, name: relname });
  }
}

/** Casts of types that are not PostgreSQL's own may do anything. */
const isCastWhole = ({ schema, name }: TypeReference): boolean =>
  schema === "pg_catalog" && name !== "json" && name !== "jsonb";
