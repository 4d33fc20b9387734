import { namesOf } from "../../../sql/object-name.ts";
import type { NodeOf } from "../../../sql/parse-statement.ts";
import { parsedNode } from "../../../sql/parsed-node.ts";
import { quoteLiteral, quoteQualified } from "../../../sql/quote.ts";
import { tokenize } from "../../../sql/tokens.ts";
import { walk } from "../../../sql/walk.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Policy } from "../../model/policy.ts";
import type { Table } from "../../model/table.ts";
import type { TableIndex } from "../../model/table-index.ts";
import { type ObjectId, objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { objectPath } from "./object-path.ts";

/** What a node of a text becomes: tokens from a place (in bytes) on, and the text for them. */
interface Edit {
  readonly at: number;
  readonly tokens: number;
  readonly text: string;
}

type Change = (tag: string, fields: object) => Edit | undefined;

/** A schema, a dot, and a name. */
const QUALIFIED_TOKENS = 3;

/** Expressions and views that cast to a type say its new name, as the server prints them from then on. */
export function renameTypeInTexts(state: CatalogState, before: QualifiedName, after: QualifiedName): void {
  const id = objectId("type", after.schema, after.name);
  changeTexts(state, id, (tag, fields) => {
    const { names, location: at = 0 } = castOf(tag, fields)?.typeName ?? {};
    return isCalled(names, before) ? { at, tokens: QUALIFIED_TOKENS, text: quoteQualified(after) } : undefined;
  });
}

/** The same for a value of an enum. */
export function renameLabelInTexts(state: CatalogState, type: QualifiedName, before: string, after: string): void {
  changeTexts(state, objectId("type", type.schema, type.name), (tag, fields) => {
    const cast = castOf(tag, fields);
    return isCalled(cast?.typeName?.names, type) ? constantBecomes(cast, before, after) : undefined;
  });
}

/** The same for a sequence, whose name is a constant in texts. */
export function renameSequenceInTexts(state: CatalogState, before: QualifiedName, after: QualifiedName): void {
  changeTexts(state, objectId("sequence", after.schema, after.name), (tag, fields) => {
    const cast = castOf(tag, fields);
    const isName = namesOf(cast?.typeName?.names).at(-1) === "regclass";
    return isName ? constantBecomes(cast, quoteQualified(before), quoteQualified(after)) : undefined;
  });
}

/** The same for a function, known by its new id. */
export function renameRoutineInTexts(
  state: CatalogState,
  id: ObjectId,
  before: QualifiedName,
  after: QualifiedName,
): void {
  changeTexts(state, id, (tag, fields) => {
    const { funcname, location: at = 0 } = fields as NodeOf<"FuncCall">;
    return tag === "FuncCall" && isCalled(funcname, before)
      ? { at, tokens: QUALIFIED_TOKENS, text: quoteQualified(after) }
      : undefined;
  });
}

const castOf = (tag: string, fields: object): NodeOf<"TypeCast"> | undefined =>
  tag === "TypeCast" ? (fields as NodeOf<"TypeCast">) : undefined;

const isCalled = (names: NodeOf<"FuncCall">["funcname"], { schema, name }: QualifiedName): boolean => {
  const written = namesOf(names);
  return written.length === 2 && written[0] === schema && written[1] === name;
};

function constantBecomes(cast: NodeOf<"TypeCast"> | undefined, before: string, after: string): Edit | undefined {
  const { sval, location: at = 0 } = cast?.arg !== undefined && "A_Const" in cast.arg ? cast.arg.A_Const : {};
  return sval !== undefined && (sval.sval ?? "") === before ? { at, tokens: 1, text: quoteLiteral(after) } : undefined;
}

/**
 * Empties the texts of views, triggers and policies that depend on objects which are about to get another name: how the
 * server prints them from then on is not certain. Whoever would make them again from their texts sees that.
 */
export function forgetTexts(state: CatalogState, ids: readonly ObjectId[]): void {
  const { store } = state;
  for (const { from } of ids.flatMap((id) => state.dependentsOf(id))) {
    const { kind, path } = objectPath(from);
    const [schema = "", relation = "", part] = path;
    const key = keyOf({ schema, name: relation });
    const view = store.maps.views.get(key);
    const materialized = store.maps.materializedViews.get(key);
    const table = store.maps.tables.get(key);
    if (view !== undefined && view.definition !== "") store.put("views", key, { ...view, definition: "" });
    if (materialized !== undefined && materialized.definition !== "") {
      store.put("materializedViews", key, { ...materialized, definition: "" });
    }
    if (table !== undefined && kind === "trigger") {
      const triggers = table.triggers.map((one) => (one.name === part ? { ...one, definition: "" } : one));
      store.put("tables", key, { ...table, triggers });
    }
    if (table !== undefined && kind === "policy") {
      const policies = table.policies.map((one) => (one.name === part ? withoutTexts(one) : one));
      store.put("tables", key, { ...table, policies });
    }
  }
}

const withoutTexts = (policy: Policy): Policy => ({
  ...policy,
  ...(policy.using === undefined ? {} : { using: "" }),
  ...(policy.check === undefined ? {} : { check: "" }),
});

/** The texts of whatever depends on an object: columns, constraints and indexes of tables, and views. */
function changeTexts(state: CatalogState, id: ObjectId, change: Change): void {
  const { store } = state;
  const { kind, path } = objectPath(id);
  const [schema = "", name = ""] = path;
  const users = kind === "type" ? store.linked("typeUsers", keyOf({ schema, name })) : [];
  const keys = new Set([
    ...[...users].map((user) => user.slice(user.indexOf(" ") + 1)),
    ...state.dependentsOf(id).map(({ from }) => relationOf(from, state)),
  ]);
  for (const key of keys) {
    const table = store.maps.tables.get(key);
    const view = store.maps.views.get(key);
    if (table !== undefined)
      store.put(
        "tables",
        key,
        tableWith(table, (text) => spliced(text, "SELECT ", change)),
      );
    if (view !== undefined) store.put("views", key, { ...view, definition: spliced(view.definition, "", change) });
  }
}

/** The key of the relation that an object is, or belongs to. */
function relationOf(id: ObjectId, state: CatalogState): string {
  const { kind, path } = objectPath(id);
  const [schema = "", name = ""] = path;
  const found = kind === "index" ? state.relation({ schema, name }) : undefined;
  return keyOf(found?.kind === "index" ? found.on : { schema, name });
}

function tableWith(table: Table, next: (text: string) => string): Table {
  return {
    ...table,
    columns: table.columns.map((one) => ({
      ...one,
      ...(one.default === undefined ? {} : { default: next(one.default) }),
      ...(one.generated === undefined
        ? {}
        : { generated: { ...one.generated, expression: next(one.generated.expression) } }),
    })),
    constraints: table.constraints.map((one) =>
      one.type === "check" ? { ...one, expression: next(one.expression) } : one,
    ),
    indexes: table.indexes.map((one) => indexWith(one, next)),
  };
}

const indexWith = (index: TableIndex, next: (text: string) => string): TableIndex => ({
  ...index,
  keys: index.keys.map((key) => ("expression" in key ? { ...key, expression: next(key.expression) } : key)),
  ...(index.predicate === undefined ? {} : { predicate: next(index.predicate) }),
});

/** A text with its nodes changed; as it is where it is of another grammar than the parser's. */
function spliced(text: string, head: string, change: Change): string {
  const sql = head + text;
  const node = parsedNode(sql, "SelectStmt");
  if (node === undefined) return text;
  const bytes = Buffer.from(sql);
  const edits = new Map<number, Edit>();
  walk(node, (tag, fields) => {
    const edit = change(tag, fields);
    if (edit !== undefined) edits.set(bytes.subarray(0, edit.at).toString().length, edit);
  });
  if (edits.size === 0) return text;
  const tokens = tokenize(sql);
  return tokens
    .reduceRight((all, { start }, index) => {
      const edit = edits.get(start);
      const last = edit === undefined ? undefined : tokens[index + edit.tokens - 1];
      return edit === undefined || last === undefined ? all : all.slice(0, start) + edit.text + all.slice(last.end);
    }, sql)
    .slice(head.length);
}
