import type { ReindexStmt } from "libpg-query";
import type { QualifiedName } from "../catalog/model/names.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { nodesAs } from "../sql/node-as.ts";
import { quoteQualified } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";
import type { OnlineContext, Written } from "./online-context.ts";
import { AS_WRITTEN, alone, type OnlineForm, pieces, refused } from "./piece.ts";
import { relationName } from "./relation-name.ts";

/**
 * REINDEX … CONCURRENTLY; of what is partitioned, leaf by leaf, for PostgreSQL lists the leaves under a lock that keeps
 * writers waiting. The system catalogs cannot be rebuilt that way.
 *
 * Source: `ReindexPartitions` in PostgreSQL's `src/backend/commands/indexcmds.c`.
 */
export function reindexOnline(node: ReindexStmt, { sql }: Written, { state }: OnlineContext): OnlineForm {
  const leaves = leavesOf(node, state);
  const isConcurrent = nodesAs(node.params, "DefElem").some(({ defname }) => defname === "concurrently");
  if (leaves === undefined && isConcurrent) return AS_WRITTEN;
  if (node.kind === "REINDEX_OBJECT_SYSTEM") {
    return refused("REINDEX SYSTEM locks the system catalogs, and nothing can be done about it while clients work.");
  }
  const kind = tokenize(sql).find(
    ({ kind: is, text }) => is === "word" && ["index", "table", "schema", "database"].includes(text.toLowerCase()),
  );
  const head = sql.slice(0, kind?.end);
  if (leaves !== undefined) {
    return pieces(...leaves.map((leaf) => alone(`${head} CONCURRENTLY ${quoteQualified(leaf)}`, "expand")));
  }
  return pieces(alone(`${head} CONCURRENTLY${sql.slice(head.length)}`, "expand"));
}

/** The tables or indexes with storage below a partitioned one; undefined for others. */
function leavesOf(node: ReindexStmt, state: CatalogState): readonly QualifiedName[] | undefined {
  const found = state.relation(relationName(node.relation));
  if (node.kind === "REINDEX_OBJECT_TABLE" && found?.kind === "table" && found.is.partitioning !== undefined) {
    return state.descendantsOf(found.is).filter(({ kind }) => kind === "ordinary");
  }
  if (node.kind !== "REINDEX_OBJECT_INDEX" || found?.kind !== "index" || !found.is.partitioned) return undefined;
  return leafIndexes({ schema: found.on.schema, name: found.is.name }, found.on, state);
}

const leafIndexes = (index: QualifiedName, table: QualifiedName, state: CatalogState): readonly QualifiedName[] =>
  state.partitionsOf(table).flatMap((partition) =>
    partition.indexes
      .filter(({ parent }) => parent?.schema === index.schema && parent.name === index.name)
      .flatMap(({ name, partitioned }) => {
        const own = { schema: partition.schema, name };
        return partitioned ? leafIndexes(own, partition, state) : [own];
      }),
  );
