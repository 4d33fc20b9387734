import { nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { Sequence } from "../../model/sequence.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import type { Appliers } from "./applier.ts";
import { isThere, newRelation } from "./create-table.ts";
import { changeColumn, withField } from "./edit.ts";
import { nameOfRange, writtenName } from "./nodes.ts";
import { sequenceOptions } from "./sequence-options.ts";

export const SEQUENCE_APPLIERS: Appliers = {
  CreateSeqStmt(node, { state }) {
    const name = newRelation(node.sequence, state);
    if (node.if_not_exists === true && isThere(state, name)) {
      return;
    }
    putSequence(
      state,
      { ...name, ...sequenceOptions(node.options, undefined), persistence: name.persistence, owner: state.user },
      node.options,
    );
  },
  AlterSeqStmt(node, { state }) {
    const found = state.relation(nameOfRange(node.sequence));
    if (found?.kind === "sequence") {
      putSequence(state, { ...found.is, ...sequenceOptions(node.options, found.is) }, node.options);
    } else if (found?.kind === "identity sequence") {
      changeColumn(state, found.table, found.column, (column) =>
        column.identity === undefined
          ? column
          : {
              ...column,
              identity: {
                ...column.identity,
                sequence: { ...column.identity.sequence, ...sequenceOptions(node.options, column.identity.sequence) },
              },
            },
      );
    }
  },
};

function putSequence(state: CatalogState, sequence: Sequence, options: readonly PgNode[] | undefined): void {
  const owned = nodesAs(options, "DefElem").find(({ defname }) => defname === "owned_by");
  const parts = namesOf(owned?.arg);
  if (owned === undefined) {
    state.store.put("sequences", keyOf(sequence), sequence);
    return;
  }
  const table = state.resolved(writtenName(parts.slice(0, -1)));
  const column = parts.at(-1) ?? "";
  const isOwned = parts.length > 1;
  state.store.put(
    "sequences",
    keyOf(sequence),
    withField(sequence, "ownedBy", isOwned ? { schema: table.schema, table: table.name, column } : undefined),
  );
}
