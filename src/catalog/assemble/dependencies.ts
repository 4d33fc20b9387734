import type { Dependency } from "../model/dependency.ts";
import type { ObjectId } from "../object-id.ts";
import type { DependencyRow } from "../read/dependencies.ts";
import type { CatalogRows } from "../read/rows.ts";
import { SYSTEM_CATALOGS } from "../read/sections/names.ts";
import { TYPE_ALIASES } from "../read/sections/types.ts";
import type { Registry } from "./registry.ts";
import { sorted } from "./sorted.ts";

const KINDS = { n: "normal", a: "automatic", x: "extension", e: "member" } as const;

/** The dependencies between what was read; what leads to the server's own objects or to schemas left out is not shown. */
export function dependencies(rows: CatalogRows, registry: Registry): Dependency[] {
  const catalogs = new Map(SYSTEM_CATALOGS.rows(rows.bundle).map(({ oid, name }) => [oid, name]));
  const catalogOf = (oid: number): string => catalogs.get(oid) ?? "";
  const extensions = extensionsOfMembers(rows, registry, catalogOf);
  const found = new Map<ObjectId, Dependency[]>();
  for (const row of rows.dependencies) {
    const catalog = catalogOf(row.class);
    const referenced = catalogOf(row.referenced_class);
    for (const [oid, column, referencedOid, referencedColumn] of quadruples(row)) {
      const from = registry.find(catalog, oid, column);
      const to = registry.find(referenced, referencedOid, referencedColumn) ?? extensions(referenced, referencedOid);
      if (from !== undefined && to !== undefined && from !== to && !registry.isPart(from, to)) {
        add(found, { from, to, kind: KINDS[row.kind] });
      }
    }
  }
  return sorted(found.keys(), (from) => from).flatMap((from) =>
    sorted(
      found.get(from) ?? [],
      ({ to }) => to,
      ({ kind }) => kind,
    ),
  );
}

function add(found: Map<ObjectId, Dependency[]>, { from, to, kind }: Dependency): void {
  const known = found.get(from);
  if (known === undefined) {
    found.set(from, [{ from, to, kind }]);
    return;
  }
  const same = known.findIndex(
    (one) => one.to === to && (one.kind === kind || (DROPPING.has(one.kind) && DROPPING.has(kind))),
  );
  if (same === -1) {
    known.push({ from, to, kind });
  } else if (kind === "automatic") {
    known[same] = { from, to, kind };
  }
}

/** A CHECK depends on its columns in both ways, and the automatic one decides what DROP does. */
const DROPPING: ReadonlySet<Dependency["kind"]> = new Set(["normal", "automatic"]);

type Quadruple = readonly [oid: number, column: number, referencedOid: number, referencedColumn: number];

function* quadruples({ list }: DependencyRow): Generator<Quadruple> {
  for (let at = 0; at < list.length; at += 4) {
    yield [list[at] ?? 0, list[at + 1] ?? 0, list[at + 2] ?? 0, list[at + 3] ?? 0];
  }
}

/** What needs a member of an extension needs the extension, when its members are not read. */
function extensionsOfMembers(
  { dependencies: rows, bundle }: CatalogRows,
  registry: Registry,
  catalogOf: (oid: number) => string,
): (catalog: string, oid: number) => ObjectId | undefined {
  const members = new Map<string, ObjectId>();
  for (const row of rows.filter(({ kind }) => kind === "e")) {
    for (const [oid, , extension] of quadruples(row)) {
      const id = registry.find(catalogOf(row.referenced_class), extension);
      if (id !== undefined) {
        members.set(`${catalogOf(row.class)} ${oid}`, id);
      }
    }
  }
  // The array of a member's type is no member itself.
  const elements = new Map(TYPE_ALIASES.rows(bundle).map(({ oid, type }) => [oid, type]));
  return (catalog, oid) =>
    members.get(`${catalog} ${oid}`) ??
    (catalog === "pg_type" ? members.get(`pg_type ${elements.get(oid) ?? 0}`) : undefined);
}
