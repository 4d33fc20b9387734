import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import { parsePlpgsql } from "../../../sql/parse-plpgsql.ts";
import { type NodeOf, type ParsedStatement, parseStatement } from "../../../sql/parse-statement.ts";
import { quoteLiteral } from "../../../sql/quote.ts";
import type { CatalogState } from "../catalog-state.ts";
import type { Appliers } from "./applier.ts";
import { nameOfRange, writtenName } from "./nodes.ts";

/**
 * A DO block runs its statements under conditions that nobody knows here; nearly always they ask whether the statement
 * is still to be done. So each that could run is taken to run, but for those that drop relations: what may still be
 * there is to be feared.
 */
export const doAppliers = (follow: (statement: ParsedStatement, state: CatalogState) => void): Appliers => ({
  DoStmt(node, { state, unfollowed }) {
    for (const statement of statementsOf(node)) {
      if (fits(statement, state)) follow(statement, state);
    }
    unfollowed("what the DO block does");
  },
});

function statementsOf({ args }: NodeOf<"DoStmt">): readonly ParsedStatement[] {
  const options = nodesAs(args, "DefElem");
  const text = (name: string): string | undefined =>
    nodeAs(options.find(({ defname }) => defname === name)?.arg, "String")?.sval;
  if ((text("language") ?? "plpgsql") !== "plpgsql") return [];
  const body = parsePlpgsql(`DO ${quoteLiteral(text("as") ?? "")}`);
  return "error" in body
    ? []
    : body.sql.filter(({ kind }) => kind === "static").flatMap((one) => parsedSafely(one.text));
}

function parsedSafely(text: string): readonly ParsedStatement[] {
  try {
    return [parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "DO")];
  } catch {
    // Only PL/pgSQL can tell what it is, such as an assignment.
    return [];
  }
}

/** Whether nothing is in the way of a statement, so that a condition in front of it may have held. */
function fits({ tag, node }: ParsedStatement, state: CatalogState): boolean {
  switch (tag) {
    case "AlterTableStmt": {
      const table = state.table(nameOfRange(node.relation));
      return nodesAs(node.cmds, "AlterTableCmd").every(({ subtype, def }) => {
        const column = nodeAs(def, "ColumnDef")?.colname;
        const constraint = nodeAs(def, "Constraint")?.conname;
        return subtype === "AT_AddColumn"
          ? table?.columns.every(({ name }) => name !== column) !== false
          : subtype !== "AT_AddConstraint" || table?.constraints.every(({ name }) => name !== constraint) !== false;
      });
    }
    case "RenameStmt": {
      const { schema } = nameOfRange(node.relation);
      return node.renameType === "OBJECT_COLUMN"
        ? state.table(nameOfRange(node.relation))?.columns.every(({ name }) => name !== node.newname) !== false
        : node.relation === undefined || state.relation({ schema, name: node.newname ?? "" }) === undefined;
    }
    case "CreateStmt":
      return state.relation(nameOfRange(node.relation)) === undefined;
    case "IndexStmt":
      return state.relation({ schema: node.relation?.schemaname, name: node.idxname ?? "" }) === undefined;
    case "CreateSeqStmt":
      return state.relation(nameOfRange(node.sequence)) === undefined;
    case "CreateEnumStmt":
      return state.enumType(writtenName(namesOf(node.typeName))) === undefined;
    case "CreateDomainStmt":
      return state.domain(writtenName(namesOf(node.domainname))) === undefined;
    case "CompositeTypeStmt":
    case "CreateTrigStmt":
    case "CreatePolicyStmt":
    case "TransactionStmt":
      return false;
    case "DropStmt":
      return node.removeType !== "OBJECT_TABLE" && node.removeType !== "OBJECT_MATVIEW";
    default:
      return true;
  }
}
