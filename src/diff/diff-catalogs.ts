import { sorted } from "../catalog/assemble/sorted.ts";
import type { Catalog } from "../catalog/catalog.ts";
import type { ObjectId } from "../catalog/object-id.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { buildGraph } from "./build-graph.ts";
import { changesOf } from "./changes.ts";
import type { Element } from "./element.ts";
import type { ColumnValue, ElementKind } from "./element-values.ts";
import { judge, type Verdict } from "./fates.ts";
import { type Node, sqlOf } from "./graph.ts";
import { inOrder } from "./order.ts";
import { withMovedExtensions } from "./renames/moved-extensions.ts";
import { renamed, withNewNames } from "./renames/with-new-names.ts";
import { sameValue } from "./same-value.ts";
import type { Change, DiffOptions, DiffStatement, SchemaDiff } from "./schema-diff.ts";
import { sideOf } from "./sides.ts";

export type { SchemaDiff };

/**
 * What differs between two schemas, and the statements that lead from the one to the other: plain DDL, altering in place
 * what PostgreSQL can alter, each after what it needs. They are for a database of the version that `from` was read from.
 *
 * @throws LockkeeperError `usage` for a rename that no statement makes; `internal` when changes wait for each other
 */
export function diffCatalogs(from: Catalog, to: Catalog, options: DiffOptions = {}): SchemaDiff {
  if (sameCatalogs(from, to)) return { changes: [], statements: [] };
  const { renames = [] } = options;
  if (renames.length === 0) return diffMoved(from, to, options);
  const { catalog, statements, renames: all, left } = withNewNames(from, to, renames);
  const diff = diffMoved(catalog, to, options);
  // What leaves a parent for the sake of names comes back, as far as the other side has it.
  const changes = diff.changes.filter(({ id }) => !left.has(id));
  return {
    changes: sorted([...renamed(from, to, all), ...changes], ({ id }) => id),
    statements: [...statements, ...diff.statements],
  };
}

/** The usual case of whoever looks for drift, and far faster than going through elements. */
function sameCatalogs({ facts: _, ...from }: Catalog, { facts: __, ...to }: Catalog): boolean {
  return sameValue(from, to);
}

function diffMoved(from: Catalog, to: Catalog, options: DiffOptions): SchemaDiff {
  const { catalog, statements, changes } = withMovedExtensions(from, to);
  const diff = diffSides(catalog, to, options);
  if (statements.length === 0) return diff;
  const isMoved = ({ id }: Change): boolean => changes.some((one) => one.id === id);
  return {
    changes: sorted(
      [
        ...changes.map((one) => {
          const { fields = [] } = diff.changes.find(({ id }) => id === one.id) ?? {};
          return one.fields === undefined
            ? one
            : { ...one, fields: sorted([...one.fields, ...fields], (field) => field) };
        }),
        ...diff.changes.filter((one) => !isMoved(one)),
      ],
      ({ id }) => id,
    ),
    statements: [...statements, ...diff.statements],
  };
}

function diffSides(from: Catalog, to: Catalog, options: DiffOptions): SchemaDiff {
  const sides = [sideOf(from, options), sideOf(to, options), from.facts.server.version] as const;
  const anew = new Set<ObjectId>();
  const aside = new Set<ObjectId>();
  for (;;) {
    const verdict = judge(...sides, anew, aside);
    const { ordered, cycle } = inOrder(buildGraph(verdict, options));
    if (cycle.length === 0) {
      return { changes: changesOf(verdict, options), statements: [...preamble(ordered), ...ordered.map(statement)] };
    }
    // Two that swap names: one of them gives up its own first.
    const renaming = cycle
      .flatMap(({ action }) => action.alters ?? [])
      .find((id) => isRenamed(verdict, id) && !aside.has(id));
    if (renaming !== undefined) {
      aside.add(renaming);
      continue;
    }
    // What is altered needs old and new at once: without rows, it may as well go and come back.
    const altered = cycle
      .flatMap(({ action }) => action.alters ?? [])
      .filter((id) => canGo(verdict, id) && !anew.has(id));
    if (altered.length === 0) throw cyclic(cycle);
    for (const id of altered) anew.add(id);
  }
}

/** Whether it stays, and claims another name than before. */
function isRenamed({ fates, sides: { from, to } }: Verdict, id: ObjectId): boolean {
  const claims = from.elements.get(id)?.claims ?? [];
  return fates.get(id) === "altered" && to.elements.get(id)?.claims?.some((claim) => !claims.includes(claim)) === true;
}

const HELD: ReadonlySet<ElementKind> = new Set([
  "schema",
  "table",
  "column",
  "sequence",
  "extension",
  "enum",
  "composite",
  "domain",
  "range",
]);

const canGo = ({ fates, sides: { from, to } }: Verdict, id: ObjectId): boolean => {
  const [before, after] = [from.elements.get(id), to.elements.get(id)];
  if (fates.get(id) !== "altered" || before === undefined || after === undefined) return false;
  return !HELD.has(after.kind) || (isComputed(before) && isComputed(after));
};

const isComputed = ({ kind, value }: Element): boolean =>
  kind === "column" && (value as ColumnValue).generated !== undefined;

function cyclic(cycle: readonly Node[]): LockkeeperError {
  const ids = new Set(
    cycle.flatMap(({ action: { creates = [], drops = [], alters = [] } }) => [...creates, ...drops, ...alters]),
  );
  return new LockkeeperError("internal", {
    message: `The changes of these wait for each other: ${[...ids].slice(0, 10).join(", ")}.`,
    notDone: "No statements were made.",
    data: { ids: [...ids] },
  });
}

/** Bodies of routines are no dependencies: what they name may come later. */
function preamble(nodes: readonly Node[]): DiffStatement[] {
  return nodes.length > 1 && nodes.some(({ action }) => action.lateBound === true)
    ? [{ sql: "SET check_function_bodies = off", for: [] }]
    : [];
}

function statement(one: Node): DiffStatement {
  const { creates = [], drops = [], alters = [], frees = [], needs = [], losesRows, grants } = one.action;
  const own = [...new Set([...creates, ...drops, ...alters, ...frees])];
  const commits = [one, ...one.folded].some(({ action }) => action.commitAfter === true);
  return {
    sql: sqlOf(one),
    ...(commits ? { commitAfter: true } : {}),
    ...(losesRows === undefined ? {} : { losesRows }),
    ...(grants === undefined ? {} : { grants }),
    for: own.length > 0 ? own : needs.slice(0, 1),
  };
}
