import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { nodesAs } from "../sql/node-as.ts";
import { type OnlineContext, PLANNED, type Written } from "./online-context.ts";
import { onlineForm } from "./online-form.ts";
import { AS_WRITTEN, type OnlineForm, RUN_FIRST, refused } from "./piece.ts";

/**
 * The form of a statement where it stands in its file. Pure.
 *
 * @param isInBlock the author's BEGIN is open
 * @throws LockkeeperError `using_invalid`
 */
export function formInFile(statement: Written, context: OnlineContext, isInBlock: boolean): OnlineForm {
  const form = formOf(statement, context);
  if (!isInBlock || form.kind !== "pieces") return form;
  return isBulkWrite(statement) ? NOT_IN_BLOCK : isDetach(statement) ? AS_WRITTEN : form;
}

/**
 * What an earlier statement of the same call makes has no text yet that it could be made again with: SQL of ours that
 * would need it does not parse.
 */
function formOf(statement: Written, context: OnlineContext): OnlineForm {
  try {
    return onlineForm(statement, context);
  } catch (error) {
    if (!(error instanceof LockkeeperError && error.code === "sql_syntax" && error.at?.file === PLANNED)) throw error;
    return refused(
      "takes something apart that an earlier statement makes, whose definition PostgreSQL has not yet written",
      RUN_FIRST,
    );
  }
}

const isBulkWrite = ({ parsed: { tag } }: Written): boolean =>
  tag === "UpdateStmt" || tag === "DeleteStmt" || tag === "InsertStmt";

/** It is brief as it is written, and until it is seen with what stands beside it rows have no partition. */
const isDetach = ({ parsed }: Written): boolean =>
  parsed.tag === "AlterTableStmt" &&
  nodesAs(parsed.node.cmds, "AlterTableCmd").some(({ subtype }) => subtype === "AT_DetachPartition");

/** Whoever writes BEGIN in front of changes of rows wants all of them or none. */
const NOT_IN_BLOCK: OnlineForm = refused(
  "changes rows in batches, each of which commits, and stands between your BEGIN and COMMIT",
  "move it in front of the BEGIN or behind the COMMIT",
);
