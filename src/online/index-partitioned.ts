import type { IndexStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import type { TableIndex } from "../catalog/model/table-index.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { tokenize } from "../sql/tokens.ts";
import type { OnlineContext } from "./online-context.ts";
import { AS_WRITTEN, alone, along, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";

/**
 * An index of a partitioned table without a long lock: the parent's empty frame first (ON ONLY, invalid until it is
 * whole), then the index of each leaf CONCURRENTLY, each attached when it is there; the last one makes the frame valid.
 *
 * Source: PostgreSQL documentation, CREATE INDEX ("CONCURRENTLY" is not supported for partitioned tables) and
 * "Partition Maintenance".
 *
 * @param after the catalog that the statement as written leaves: it has the names that PostgreSQL gives
 */
export function indexPartitioned(
  sql: string,
  name: string,
  table: Table,
  node: IndexStmt,
  context: OnlineContext,
  after: CatalogState,
): OnlineForm {
  if (node.relation?.inh !== true) return AS_WRITTEN;
  const all: Piece[] = [brief(onTable(sql, { ...table, only: true, index: name }))];
  const parent = { schema: table.schema, name };
  all.push(...below(sql, table, parent, context, after));
  return pieces(...all);
}

function below(
  sql: string,
  table: Table,
  parent: { readonly schema: string; readonly name: string },
  context: OnlineContext,
  after: CatalogState,
): Piece[] {
  return context.state.partitionsOf(table).flatMap((partition): Piece[] => {
    const made = after.table(partition)?.indexes.find((index) => isPartOf(index, parent));
    // Foreign tables have no indexes.
    if (made === undefined) return [];
    const index = { schema: partition.schema, name: made.name };
    const attach = along(
      brief(`ALTER INDEX ${quoteQualified(parent)} ATTACH PARTITION ${quoteQualified(index)}`, "cutover"),
    );
    if (partition.indexes.some((own) => own.name === made.name)) return [attach];
    const target = { ...partition, only: partition.partitioning !== undefined, index: made.name };
    const create = onTable(sql, target);
    if (partition.partitioning !== undefined) {
      return [along(brief(create)), ...below(sql, partition, index, context, after), attach];
    }
    return [alone(concurrentlyOf(create), "expand"), attach];
  });
}

const isPartOf = ({ parent }: TableIndex, of: { readonly schema: string; readonly name: string }): boolean =>
  parent !== undefined && parent.schema === of.schema && parent.name === of.name;

interface Target {
  readonly schema: string;
  readonly name: string;
  readonly only: boolean;
  readonly index: string;
}

/** The statement with the index's name and the table replaced; IF NOT EXISTS goes, for the name was found to be free. */
function onTable(sql: string, { schema, name, only, index }: Target): string {
  const tokens = tokenize(sql);
  const at = tokens.findIndex(({ kind, text }) => kind === "word" && text.toLowerCase() === "on");
  const isUnique = tokens[1]?.text.toLowerCase() === "unique";
  // Behind ON: [ONLY] name [. name]; then USING or the columns.
  let end = at + 1;
  if (tokens[end]?.kind === "word" && tokens[end]?.text.toLowerCase() === "only") end++;
  while (tokens[end + 1]?.text === ".") end += 2;
  const rest = sql.slice(tokens[end]?.end ?? sql.length);
  const table = quoteQualified({ schema, name });
  return `CREATE ${isUnique ? "UNIQUE " : ""}INDEX ${quoteIdentifier(index)} ON ${only ? "ONLY " : ""}${table}${rest}`;
}

const concurrentlyOf = (sql: string): string =>
  sql.replace(/^CREATE (UNIQUE )?INDEX /, (head) => `${head}CONCURRENTLY `);
