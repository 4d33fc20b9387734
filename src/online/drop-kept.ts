import type { DropStmt } from "libpg-query";
import type { ObjectId } from "../catalog/object-id.ts";
import { objectsNamed } from "../catalog/state/apply/find-object.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { contentsOf } from "../effects/drop/parts-of.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { freeName } from "./free-name.ts";
import { hiddenName, isHidden } from "./hidden-name.ts";
import { contractFirst, hiddenObjects, isKept, isNamedBySync, keepersOf } from "./kept.ts";
import { namelessId } from "./nameless-id.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import { brief, joined, later, type OnlineForm, type Piece, pieces } from "./piece.ts";

type ObjectKind = NonNullable<DropStmt["removeType"]>;

/** The kinds that can have another name, as ALTER … RENAME and DROP call them. */
const RENAMED: Readonly<Partial<Record<ObjectKind, string>>> = {
  OBJECT_AGGREGATE: "ROUTINE",
  OBJECT_COLLATION: "COLLATION",
  OBJECT_DOMAIN: "TYPE",
  OBJECT_FUNCTION: "ROUTINE",
  OBJECT_MATVIEW: "MATERIALIZED VIEW",
  OBJECT_PROCEDURE: "ROUTINE",
  OBJECT_ROUTINE: "ROUTINE",
  OBJECT_SCHEMA: "SCHEMA",
  OBJECT_SEQUENCE: "SEQUENCE",
  OBJECT_TYPE: "TYPE",
  OBJECT_VIEW: "VIEW",
};

/** Those that cannot. */
const NAMELESS: ReadonlySet<ObjectKind> = new Set(["OBJECT_EXTENSION", "OBJECT_OPERATOR"]);

/**
 * DROP of what only columns and tables still need that contract removes: it gets another name, as they did, and goes
 * behind them.
 *
 * @returns undefined where nothing that is kept stands in the way of the statement
 */
export function dropKeptOnline(
  node: DropStmt,
  { sql }: Written,
  { state, standing }: OnlineContext,
): OnlineForm | undefined {
  const { objects = [], removeType, missing_ok: isOptional = false } = node;
  if (removeType === undefined) return undefined;
  const what = RENAMED[removeType];
  if (what === undefined && !NAMELESS.has(removeType)) return undefined;
  const named = objects.map((object) =>
    what === undefined ? namelessId(object, state) : objectsNamed(removeType, object, state)[0],
  );
  // One that is not there makes the statement fail as it is written.
  const ids = named.flatMap((id) => id ?? []);
  if (ids.length < named.length && !isOptional) return undefined;
  const keepers = removeType === "OBJECT_SCHEMA" ? contentsKept(ids, state) : keepersOf(ids, state);
  if (keepers === undefined) return undefined;
  if (standing !== undefined && keepersOf(ids, standing) !== undefined) return contractFirst(keepers);
  // What is found by the name of its schema stays where it is.
  const isHome = removeType === "OBJECT_SCHEMA" && !keepers.every((id) => isHidden(ownName(id)));
  if (what === undefined || isHome || isNamedBySync(ids, keepers, state)) {
    return pieces(forGood(later(underItsName(sql), { kind: "named", sql })));
  }
  const taken = new Set(hiddenObjects(state).map(ownName));
  const moved = ids.map((id) => {
    const name = freeName(hiddenName(ownName(id)), (one) => taken.has(one));
    taken.add(name);
    return { id, name };
  });
  return pieces(
    ...moved.map(({ id, name }, at) => {
      const own = ownName(id);
      const rename = (from: string, to: string): string =>
        `ALTER ${what} ${addressOf(id, from)} RENAME TO ${quoteIdentifier(to)}`;
      const piece = { ...brief(rename(own, name)), back: [{ sql: rename(name, own) }] };
      return at === 0 ? piece : joined(piece);
    }),
    // In one statement, as they may need each other.
    forGood(
      later(`DROP ${what} ${moved.map(({ id, name }) => addressOf(id, name)).join(", ")}`, {
        kind: "dropped",
        what,
        names: moved.map(({ name }) => name),
      }),
    ),
  );
}

/** Contract has no way back; and what its statement names may have other names by then. */
const forGood = (piece: Piece): Piece => ({ ...piece, back: [] });

/** DROP SCHEMA without CASCADE, and with it where CASCADE would take nothing along that stays for good. */
function contentsKept(schemas: readonly ObjectId[], state: CatalogState): readonly ObjectId[] | undefined {
  const contents = schemas.flatMap((id) => contentsOf(objectPath(id).path[0] ?? "", state));
  return contents.length > 0 && contents.every((id) => isKept(id, state)) ? contents : undefined;
}

const ownName = (id: ObjectId): string => objectPath(id).path.at(-1) ?? "";

/** Its removal, whatever became of it by then. */
const underItsName = (sql: string): string =>
  sql
    .replace(/^DROP\s+((?:MATERIALIZED\s+)?\w+)\s+(?:IF\s+EXISTS\s+)?/i, "DROP $1 IF EXISTS ")
    .replace(/\s+CASCADE\s*$/i, "");

/** The object under a name, with the arguments by which a routine is known. */
function addressOf(id: ObjectId, name: string): string {
  const { kind, path } = objectPath(id);
  const [schema = ""] = path;
  if (kind === "schema") return quoteIdentifier(name);
  const types = kind === "routine" ? id.slice(id.indexOf("(")) : "";
  return `${quoteQualified({ schema, name })}${types}`;
}
