import { nodeAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { QualifiedName } from "../../model/names.ts";
import { type ObjectId, objectId, routineId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { WrittenName } from "../relation.ts";
import { writtenName } from "./nodes.ts";
import { typeNamed } from "./type-reference.ts";

/** What an expression names, beside the relations of a query. */
export interface References {
  /** The names behind column references, outermost first; a star ends the list with `*`. */
  readonly columns: readonly (readonly string[])[];
  /** Functions, sequences and types of somebody's own. */
  readonly objects: readonly ObjectId[];
}

/** Walks through a parse tree of any shape. Queries inside are left to `onQuery`. */
export function referencesIn(
  tree: unknown,
  state: CatalogState,
  onQuery: (query: unknown) => void = () => {},
): References {
  const columns: (readonly string[])[] = [];
  const objects: ObjectId[] = [];
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const one of value) {
        visit(one);
      }
    } else if (typeof value === "object" && value !== null) {
      for (const tag in value) {
        const fields = (value as Readonly<Record<string, unknown>>)[tag];
        if (tag === "SelectStmt") {
          onQuery(fields);
          continue;
        }
        if (tag === "ColumnRef") {
          columns.push(fieldsOf((fields as { readonly fields?: readonly PgNode[] }).fields));
        } else if (tag === "FuncCall") {
          const call = fields as { readonly funcname?: readonly PgNode[]; readonly args?: readonly PgNode[] };
          objects.push(...calledObjects(namesOf(call.funcname), call.args ?? [], state));
        } else if (tag === "typeName" || tag === "TypeName") {
          const { names } = fields as { readonly names?: readonly PgNode[] };
          objects.push(...typeObject(writtenName(namesOf(names)), state));
        }
        visit(fields);
      }
    }
  };
  visit(tree);
  return { columns, objects: [...new Set(objects)] };
}

const fieldsOf = (fields: readonly PgNode[] | undefined): readonly string[] =>
  (fields ?? []).map((field) => nodeAs(field, "String")?.sval ?? "*");

const SEQUENCE_FUNCTIONS: ReadonlySet<string> = new Set(["nextval", "currval", "setval"]);

function calledObjects(names: readonly string[], args: readonly PgNode[], state: CatalogState): readonly ObjectId[] {
  const written = writtenName(names);
  const [first] = args;
  if (SEQUENCE_FUNCTIONS.has(written.name) && first !== undefined) {
    const sequence = sequenceNamed(first, state);
    return sequence === undefined ? [] : [objectId("sequence", sequence.schema, sequence.name)];
  }
  const routines = state.routinesNamed(written);
  const fitting =
    routines.find(({ identityArguments }) => argumentCount(identityArguments) === args.length) ?? routines[0];
  return fitting === undefined ? [] : [routineId(fitting)];
}

const argumentCount = (identityArguments: string): number =>
  identityArguments === "" ? 0 : identityArguments.replaceAll(/\([^)]*\)/g, "").split(",").length;

/** Only a constant of type regclass makes a dependency, and `nextval('s')` has one. */
function sequenceNamed(node: PgNode, state: CatalogState): QualifiedName | undefined {
  const cast = nodeAs(node, "TypeCast");
  if (cast !== undefined) {
    return namesOf(cast.typeName?.names).at(-1) === "regclass" && cast.arg !== undefined
      ? sequenceNamed(cast.arg, state)
      : undefined;
  }
  const text = nodeAs(node, "A_Const")?.sval?.sval;
  if (text === undefined) {
    return undefined;
  }
  const parts = Array.from(text.matchAll(/"((?:[^"]|"")*)"|([^."]+)/g), ([, quoted, plain = ""]) =>
    quoted === undefined ? plain.toLowerCase() : quoted.replaceAll('""', '"'),
  );
  const found = state.relation(writtenName(parts));
  return found?.kind === "sequence" ? found.is : undefined;
}

/** The id of a type that is somebody's own; none for the server's, and none for those that are not known. */
function typeObject(written: WrittenName, state: CatalogState): readonly ObjectId[] {
  const name = typeNamed(written, state);
  return typeId(name, state);
}

export function typeId(name: QualifiedName, state: CatalogState): readonly ObjectId[] {
  const { maps } = state.store;
  const key = keyOf(name);
  if (maps.enums.has(key) || maps.domains.has(key) || maps.composites.has(key) || maps.ranges.has(key)) {
    return [objectId("type", name.schema, name.name)];
  }
  if (maps.tables.has(key)) {
    return [objectId("table", name.schema, name.name)];
  }
  return maps.views.has(key) ? [objectId("view", name.schema, name.name)] : [];
}
