import type { Catalog } from "../catalog/catalog.ts";
import type { ObjectId } from "../catalog/object-id.ts";
import type { Action } from "./action.ts";
import type { Element } from "./element.ts";
import type { InheritanceValue } from "./element-values.ts";

/** What the differ asks of a kind of elements. */
export interface Rule<Value> {
  /** Empty when another element's statement makes it. */
  create(element: Element<Value>, sides: Sides): readonly Action[];
  /** Empty when another element's statement takes it away. Not asked when what it is a part of is dropped. */
  drop(element: Element<Value>, sides: Sides): readonly Action[];
  /** Undefined, or absent: it must be replaced, by `drop` and `create`. */
  alter?(before: Element<Value>, after: Element<Value>, sides: Sides): Alteration | undefined;
  /** Whether both are the same, where equal values are not all that are. */
  alike?(before: Element<Value>, after: Element<Value>): boolean;
  /** Whether it becomes another although its own value stays, by what stands elsewhere: then `alter` is asked. */
  differs?(before: Element<Value>, after: Element<Value>, sides: Sides): boolean;
  /** How it goes over to what it needs when that is made anew; undefined, or absent: it is replaced. */
  carry?(before: Element<Value>, after: Element<Value>, sides: Sides): Alteration | undefined;
  /** How it is made anew in the place of one of another kind, or one of another kind in its place. */
  renewal?(element: Element<Value>, sides: Sides): Renewal;
  /** True: the catalog does not tell enough for the statements that it takes, such as a password. */
  isBeyond?(before: Element<Value> | undefined, after: Element<Value> | undefined): boolean;
  noun?(element: Element<Value>): Noun;
}

export interface Alteration {
  /** In their order. Empty when another element's statement does it. */
  readonly actions: readonly Action[];
  /** Dependents that must be taken away before and put back after, such as a view over a column whose type changes. */
  readonly disturbs?: (dependent: Element) => boolean;
  /** It is another object afterwards: without owner, comment and grants, and dependents have to go over to it. */
  readonly renews?: true;
}

/** How a type or a collation is made anew beside the old one. */
export interface Renewal {
  /** Give the old one, and what came with it, other names. */
  rename(old: string): readonly string[];
  readonly create: string;
  drop(old: string): string;
}

/** How statements about an element of any kind name it. */
export interface Noun {
  /** Behind COMMENT ON: `CONSTRAINT c ON public.t`. */
  readonly comment?: string;
  /** Behind ALTER, before OWNER TO: `TABLE public.t`. */
  readonly owner?: string;
  /** Behind ON in GRANT: `TABLE public.t`. */
  readonly grant?: string;
  /** Between a privilege and ON, for a column: `(c)`. */
  readonly columns?: string;
  /** Behind ALTER, before DEPENDS ON EXTENSION. */
  readonly extension?: string;
}

export interface Sides {
  readonly from: Side;
  readonly to: Side;
  /** server_version_num of the database that is changed. */
  readonly version: number;
  /** Known when `create` and `drop` are asked, and not yet in `alter`. */
  fate(id: ObjectId): Fate;
  /** Whether it gives up its names before it gets its new ones, as those that swap names have to. */
  isSetAside(id: ObjectId): boolean;
}

/** What becomes of an element of either side; `none`: it is on neither. */
export type Fate = "none" | "kept" | "altered" | "created" | "dropped" | "replaced";

export interface Side {
  readonly catalog: Catalog;
  readonly elements: ReadonlyMap<ObjectId, Element>;
  /** What needs the element, its parts among them. */
  dependents(id: ObjectId): readonly Element[];
  /** A table's places below its parents, in their order, and those of its children below it. */
  parents(table: ObjectId): readonly Element<InheritanceValue>[];
  children(table: ObjectId): readonly Element<InheritanceValue>[];
  /** Tables and domains of the schema that have a constraint of the name. */
  constrained(schema: string, constraint: string): readonly ObjectId[];
}
