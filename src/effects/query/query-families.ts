import { nodesAs } from "../../sql/node-as.ts";
import type { NodeOf, NodeTag, PgNode } from "../../sql/parse-statement.ts";
import type { Families, Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { lockSources } from "../lock-sources.ts";
import { writtenName } from "../written-name.ts";
import { copy } from "./copy.ts";
import { lockPartners } from "./lock-partners.ts";
import { lockSequences } from "./lock-sequences.ts";

type Modifying = "InsertStmt" | "UpdateStmt" | "DeleteStmt" | "MergeStmt";

/**
 * A statement that reads or writes rows. Which partitions it leaves out is up to the planner, so all are named; which
 * rows it reads and how long it takes is no work here. Deferred constraints take their locks at COMMIT.
 */
const run =
  <T extends Modifying | "SelectStmt">(tag: T): Family<T> =>
  (node, state, effects) => {
    const { relation } = node as { readonly relation?: NodeOf<"RangeVar"> };
    if (relation !== undefined) lockNamed(writtenName(relation), state, effects, "target", "ROW EXCLUSIVE");
    const tree = { [tag]: node };
    lockSources(tree, state, effects, "run");
    lockSequences(tree, state, effects);
    lockPartners(tree, state, effects);
  };

const explain: Family<"ExplainStmt"> = (node, state, effects) => {
  const runs = nodesAs(node.options, "DefElem").some(({ defname }) => defname === "analyze");
  if (!runs) return lockSources(node.query, state, effects, "planned");
  lockSources(node.query, state, effects, "run");
  lockSequences(node.query, state, effects);
  lockPartners(node.query, state, effects);
};

const inner =
  <T extends NodeTag>(depth: "prepared" | "run"): Family<T> =>
  (node, state, effects) =>
    lockSources((node as { readonly query?: PgNode }).query, state, effects, depth);

const execute: Family<"ExecuteStmt"> = ({ name }, _, effects) =>
  effects.leaveUnchecked(`the prepared statement ${name} is not known`);

export const QUERY_FAMILIES: Families = {
  SelectStmt: run("SelectStmt"),
  InsertStmt: run("InsertStmt"),
  UpdateStmt: run("UpdateStmt"),
  DeleteStmt: run("DeleteStmt"),
  MergeStmt: run("MergeStmt"),
  CopyStmt: copy,
  ExplainStmt: explain,
  PrepareStmt: inner("prepared"),
  DeclareCursorStmt: inner("run"),
  ExecuteStmt: execute,
};
