import type { Table } from "../catalog/model/table.ts";
import { clipName, MAX_NAME_BYTES } from "../sql/generated-name.ts";

/** The first of `base`, `base1`, `base2`, … that no constraint of the table has. */
export function freeConstraintName(table: Table, base: string): string {
  const taken = new Set([
    ...table.constraints.map(({ name }) => name),
    ...table.columns.flatMap(({ notNullConstraint }) => notNullConstraint?.name ?? []),
  ]);
  return freeName(base, (name) => taken.has(name));
}

/** The first of `base`, `base1`, `base2`, … that is not taken, cut to what PostgreSQL keeps of a name. */
export function freeName(base: string, isTaken: (name: string) => boolean): string {
  for (let number = 0; ; number++) {
    const suffix = number === 0 ? "" : String(number);
    const name = `${clipName(base, MAX_NAME_BYTES - suffix.length)}${suffix}`;
    if (!isTaken(name)) return name;
  }
}
