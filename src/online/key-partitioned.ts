import type { Constraint } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";
import { buildIndex, useIndex } from "./key-text.ts";
import { contextAfter, type OnlineContext, stateAfter } from "./online-context.ts";
import { alone, along, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";
import type { Subcommand } from "./subcommand.ts";

/**
 * UNIQUE and PRIMARY KEY of a partitioned table: its own empty frame first (ONLY), then the key of each leaf from an
 * index that is built CONCURRENTLY, each attached when it is there; the last one makes the frame valid.
 *
 * @param name of the constraint
 * @param isNotNull proves the columns of a primary key
 */
export function keyOfPartitioned(
  part: Subcommand,
  constraint: Constraint,
  name: string,
  isNotNull: readonly Piece[],
  context: OnlineContext,
): OnlineForm {
  const { table, statement, text } = part;
  const now = contextAfter(context, isNotNull);
  const after = stateAfter(now, statement);
  // The columns are proved by now, or not to be asked about.
  const frame = brief(`ALTER TABLE ONLY ${quoteQualified(table)} ${named(text, name)}`, "cutover");
  return pieces(...isNotNull, frame, ...keysBelow(part, constraint, table, name, now.state, after));
}

function keysBelow(
  part: Subcommand,
  constraint: Constraint,
  table: Table,
  parent: string,
  state: CatalogState,
  after: CatalogState,
): readonly Piece[] {
  return state.partitionsOf(table).flatMap((partition): readonly Piece[] => {
    const key = after
      .table(partition)
      ?.constraints.find((one) => "index" in one && one.parent?.table === table.name && one.parent.name === parent);
    if (key === undefined || !("index" in key)) return [];
    const own = quoteQualified({ schema: partition.schema, name: key.index });
    const attach = along(
      brief(`ALTER INDEX ${quoteQualified({ schema: table.schema, name: parent })} ATTACH PARTITION ${own}`, "cutover"),
    );
    if (partition.constraints.some(({ name }) => name === key.name)) return [attach];
    if (partition.partitioning !== undefined) {
      const frame = along(
        brief(`ALTER TABLE ONLY ${quoteQualified(partition)} ${named(part.text, key.name)}`, "cutover"),
      );
      return [frame, ...keysBelow(part, constraint, partition, key.name, state, after), attach];
    }
    return [
      along(alone(buildIndex(part.text, constraint, key.index, partition), "expand")),
      along(
        brief(`ALTER TABLE ${quoteQualified(partition)} ADD ${useIndex(constraint, key.name, key.index)}`, "cutover"),
      ),
      attach,
    ];
  });
}

/** `ADD UNIQUE …` and `ADD CONSTRAINT a UNIQUE …` with this name. */
function named(text: string, name: string): string {
  const kind = tokenize(text).find(({ kind: is, text: word }) => is === "word" && /^(unique|primary)$/i.test(word));
  return `ADD CONSTRAINT ${quoteIdentifier(name)} ${text.slice(kind?.start ?? 0)}`;
}
