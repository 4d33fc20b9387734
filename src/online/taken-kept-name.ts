import { type ObjectId, objectId, routineId } from "../catalog/object-id.ts";
import { objectsNamed } from "../catalog/state/apply/find-object.ts";
import { objectPath } from "../catalog/state/apply/object-path.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { namesOf } from "../sql/object-name.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { isNamedBySync, keepersOf } from "./kept.ts";
import { operatorId } from "./nameless-id.ts";
import type { OnlineContext } from "./online-context.ts";
import { AFTER_CONTRACT, type OnlineForm, refused } from "./piece.ts";

/** A statement that gives or takes the name of what waits for contract under its own. */
export function takenKeptName(parsed: ParsedStatement, { state }: OnlineContext): OnlineForm | undefined {
  const { name, ids, isNameless = false } = taken(parsed, state);
  const waiting = ids.find((id) => {
    const keepers = keepersOf([id], state);
    return keepers !== undefined && (isNameless || isNamedBySync([id], keepers, state));
  });
  if (waiting === undefined) return undefined;
  const { kind } = objectPath(waiting);
  return refused(
    `takes the name of the ${kind} ${name}, or what is behind it, which stays until \`contract\` with what needs it`,
    kind === "type"
      ? `rename the old type out of the way in front of the change of the column (ALTER TYPE ${quoteIdentifier(name)} RENAME TO …), and give the new one its name at once`
      : AFTER_CONTRACT,
  );
}

interface Taken {
  readonly name: string;
  readonly ids: readonly ObjectId[];
  /** Of a kind of which all wait under their own names. */
  readonly isNameless?: boolean;
}

const NOTHING: Taken = { name: "", ids: [] };

function taken(parsed: ParsedStatement, state: CatalogState): Taken {
  switch (parsed.tag) {
    case "CreateEnumStmt":
    case "CreateRangeStmt":
      return typeNamed(namesOf(parsed.node.typeName), state);
    case "CreateDomainStmt":
      return typeNamed(namesOf(parsed.node.domainname), state);
    case "CompositeTypeStmt": {
      const { schemaname, relname } = parsed.node.typevar ?? {};
      return typeNamed(
        [schemaname, relname].flatMap((name) => name ?? []),
        state,
      );
    }
    case "RenameStmt": {
      const { renameType, object, newname = "" } = parsed.node;
      const routines = objectsNamed(renameType, object, state).filter((id) => objectPath(id).kind === "routine");
      if (routines.length > 0)
        return { name: namesOf(nodeAs(object, "ObjectWithArgs")?.objname).at(-1) ?? "", ids: routines };
      if (renameType !== "OBJECT_TYPE" && renameType !== "OBJECT_DOMAIN") return NOTHING;
      return typeNamed([...namesOf(object).slice(0, -1), newname], state);
    }
    case "CreateFunctionStmt": {
      const names = namesOf(parsed.node.funcname);
      const name = names.at(-1) ?? "";
      return { name, ids: state.routinesNamed({ schema: names.at(-2) ?? state.creationSchema, name }).map(routineId) };
    }
    case "CreateExtensionStmt": {
      const { extname = "" } = parsed.node;
      return { name: extname, ids: [objectId("extension", extname)], isNameless: true };
    }
    case "DefineStmt": {
      const { kind, defnames, definition } = parsed.node;
      if (kind !== "OBJECT_OPERATOR") return NOTHING;
      const types = ["leftarg", "rightarg"].map(
        (side) => nodesAs(definition, "DefElem").find(({ defname }) => defname === side)?.arg,
      );
      const id = operatorId(namesOf(defnames), types, state);
      return { name: namesOf(defnames).at(-1) ?? "", ids: id === undefined ? [] : [id], isNameless: true };
    }
    default:
      return NOTHING;
  }
}

function typeNamed(names: readonly string[], state: CatalogState): Taken {
  const name = { schema: names.at(-2), name: names.at(-1) ?? "" };
  const found = state.enumType(name) ?? state.domain(name) ?? state.composite(name) ?? state.range(name);
  return { name: name.name, ids: found === undefined ? [] : [objectId("type", found.schema, found.name)] };
}
