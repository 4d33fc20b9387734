import type { ObjectId } from "../object-id.ts";

/** The system catalogs whose rows get names. */
export type SystemCatalog = `pg_${string}`;

/** Names for OIDs. An OID is unique within its system catalog only. */
export class Registry {
  readonly #ids = new Map<string, Map<number, ObjectId>>();
  readonly #columns = new Map<number, Map<number, ObjectId>>();
  readonly #within = new Map<ObjectId, ObjectId>();

  /** @param within what the object is a part of, and cannot exist without */
  add(catalog: SystemCatalog, oid: number, id: ObjectId, within?: ObjectId): void {
    const ids = this.#ids.get(catalog) ?? new Map<number, ObjectId>();
    this.#ids.set(catalog, ids.set(oid, id));
    if (within !== undefined) {
      this.#within.set(id, within);
    }
  }

  addColumn(relation: number, number: number, id: ObjectId, within: ObjectId): void {
    const ids = this.#columns.get(relation) ?? new Map<number, ObjectId>();
    this.#columns.set(relation, ids.set(number, id));
    this.#within.set(id, within);
  }

  /** @param column number of a column, 0 for the object itself */
  find(catalog: string, oid: number, column = 0): ObjectId | undefined {
    const named = column === 0 ? undefined : this.#columns.get(oid)?.get(column);
    return named ?? this.#ids.get(catalog)?.get(oid);
  }

  /** True when one of the two is a part of the other. */
  isPart(a: ObjectId, b: ObjectId): boolean {
    return this.#within.get(a) === b || this.#within.get(b) === a;
  }
}
