import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import type { View } from "../catalog/model/view.ts";
import { type ObjectId, objectId } from "../catalog/object-id.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../sql/quote.ts";
import { privilegesOf } from "./access.ts";
import { along, brief, joined, type Piece, RUN_FIRST } from "./piece.ts";

interface Apart {
  /** Drops the views: all of it in the transaction of what stands between. */
  readonly before: readonly Piece[];
  readonly behind: readonly Piece[];
}

/** Why views cannot be made again as they are. */
interface Standing {
  readonly reason: string;
  readonly instead: string;
}

/**
 * The views over columns whose type changes, those over them included, which PostgreSQL does not take apart by itself:
 * dropped, and made again with all that belongs to them. Their own columns follow the new types.
 */
export function viewsApart(
  tables: readonly Table[],
  columns: readonly string[],
  state: CatalogState,
): Apart | Standing {
  const views = viewsOver(tables, columns, state);
  if ("reason" in views) return views;
  const standing = views.map((view) => obstacle(view, state)).find((found) => found !== undefined);
  if (standing !== undefined) return standing;
  const [first, ...others] = views.toReversed().map((view) => brief(`DROP VIEW ${quoteQualified(view)}`));
  return {
    before: first === undefined ? [] : [first, ...others.map(joined)],
    behind: [
      ...views.flatMap((view) => [
        joined(brief(createViewText(view))),
        ...besides(view, state).map((sql) => along(joined(brief(sql)))),
      ]),
      // They may be about other views.
      ...views.flatMap(actionsOf).map((sql) => along(joined(brief(sql)))),
    ],
  };
}

/** Each view behind those that it is over. */
function viewsOver(
  tables: readonly Table[],
  columns: readonly string[],
  state: CatalogState,
): readonly View[] | Standing {
  const found = new Map<string, View>();
  let standing: Standing | undefined;
  const visit = (view: View): void => {
    const key = keyOf(view);
    if (found.has(key)) return;
    const ids = [
      objectId("view", view.schema, view.name),
      ...view.columns.map(({ name }) => objectId("column", view.schema, view.name, name)),
    ];
    for (const id of usersOf(ids, state)) {
      const over = viewOf(id, state);
      if (over !== undefined) visit(over);
      else if (!isPartOf(id, view)) standing ??= inTheWay(id, `view ${view.name}`);
    }
    found.set(key, view);
  };
  const changed = tables.flatMap(({ schema, name }) =>
    columns.map((column) => objectId("column", schema, name, column)),
  );
  for (const id of usersOf(changed, state)) {
    const view = viewOf(id, state);
    if (view !== undefined) visit(view);
    else if (objectPath(id).kind === "materialized view") standing ??= inTheWay(id, "it");
  }
  return standing ?? [...found.values()].toReversed();
}

function inTheWay(id: ObjectId, what: string): Standing {
  const { kind, path } = objectPath(id);
  return {
    reason: `${kind} ${path.join(".")} is over ${what}, and is not made again by itself`,
    instead: `drop the ${kind} in front of the statement and make it again behind it`,
  };
}

const usersOf = (ids: readonly ObjectId[], state: CatalogState): ReadonlySet<ObjectId> =>
  new Set(ids.flatMap((id) => state.dependentsOf(id)).map(({ from }) => from));

function viewOf(id: ObjectId, { store }: CatalogState): View | undefined {
  const { kind, path } = objectPath(id);
  const [schema = "", name = ""] = path;
  return kind === "view" ? store.maps.views.get(keyOf({ schema, name })) : undefined;
}

/** Its columns, rules and triggers go and come with it. */
function isPartOf(id: ObjectId, { schema, name }: QualifiedName): boolean {
  const { path } = objectPath(id);
  return path.length > 2 && path[0] === schema && path[1] === name;
}

function obstacle(view: View, state: CatalogState): Standing | undefined {
  const { name, definition, rules, triggers, grants = [], columns, owner } = view;
  if (definition === "") {
    return {
      reason: `view ${name} is over it, and how PostgreSQL will print the view is not certain before it stands`,
      instead: RUN_FIRST,
    };
  }
  const all = [...grants, ...columns.flatMap((column) => column.grants ?? [])];
  const needs = state.store.dependenciesOf(objectId("view", view.schema, name));
  const what =
    all.find(({ grantor }) => grantor !== owner) !== undefined
      ? "has privileges that others than its owner gave"
      : [...rules, ...triggers].some(({ enabled }) => enabled !== "origin")
        ? "has rules or triggers that do not fire as usual"
        : needs.some(({ kind }) => kind === "member")
          ? "belongs to an extension"
          : undefined;
  return what === undefined
    ? undefined
    : {
        reason: `view ${name} is over it and ${what}, so that it cannot be made again just as it is`,
        instead: "drop the view in front of the statement and make it again behind it",
      };
}

/** The view as it is. */
export function createViewText(view: View, verb: "CREATE" | "CREATE OR REPLACE" = "CREATE"): string {
  const options = Object.entries(view.options ?? {}).map(
    ([name, value]) => `${quoteIdentifier(name)} = ${quoteLiteral(value)}`,
  );
  const settings = options.length === 0 ? "" : ` WITH (${options.join(", ")})`;
  return `${verb} VIEW ${quoteQualified(view)}${settings} AS ${view.definition.trim().replace(/;$/, "")}`;
}

/** Owner, defaults, privileges and comments. */
function besides(view: View, state: CatalogState): readonly string[] {
  const name = quoteQualified(view);
  return [
    ...(view.owner === state.user ? [] : [`ALTER VIEW ${name} OWNER TO ${quoteIdentifier(view.owner)}`]),
    ...view.columns.flatMap((column) =>
      column.default === undefined
        ? []
        : [`ALTER VIEW ${name} ALTER COLUMN ${quoteIdentifier(column.name)} SET DEFAULT ${column.default}`],
    ),
    ...privilegesOf(view, state),
    ...commentOn("VIEW", name, view.comment),
    ...view.columns.flatMap((column) => commentOn("COLUMN", `${name}.${quoteIdentifier(column.name)}`, column.comment)),
  ];
}

const actionsOf = (view: View): readonly string[] => {
  const on = `ON ${quoteQualified(view)}`;
  return [
    ...view.rules.map(({ definition }) => definition.replace(/;$/, "")),
    ...view.triggers.map(({ definition }) => definition),
    ...view.rules.flatMap(({ name, comment }) => commentOn("RULE", `${quoteIdentifier(name)} ${on}`, comment)),
    ...view.triggers.flatMap(({ name, comment }) => commentOn("TRIGGER", `${quoteIdentifier(name)} ${on}`, comment)),
  ];
};

const commentOn = (kind: string, name: string, comment: string | undefined): readonly string[] =>
  comment === undefined ? [] : [`COMMENT ON ${kind} ${name} IS ${quoteLiteral(comment)}`];
