import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { brief, joined, type Piece } from "../piece.ts";
import { differs } from "../sync/differs.ts";
import { syncNames } from "../sync/sync-trigger.ts";

/** What notes rows whose keys others change while a sweep visits each row once. */
export interface NoteMoves {
  /** The trigger by which the sweep finds what was noted. */
  readonly name: string;
  readonly before: readonly Piece[];
  readonly behind: readonly Piece[];
}

/**
 * The function is part of the state (`lockkeeper.note_move`). Writes that leave the key as it is do not call it.
 *
 * @param key the columns by which the sweep finds rows
 */
export function noteMoves(table: Table, key: readonly string[], state: CatalogState): NoteMoves {
  const on = quoteQualified(table);
  const base = syncNames(table, "moved", state).trigger;
  const name = `${base}_moved`;
  let above = 0;
  for (let at = table.partitionOf; at !== undefined; at = state.table(at.parent)?.partitionOf) above++;
  const call = `EXECUTE FUNCTION lockkeeper.note_move(${[name, String(above), ...key].map(quoteLiteral).join(", ")})`;
  const isOther = table.columns
    .filter((column) => key.includes(column.name))
    .map((column) => differs(column, `OLD.${quoteIdentifier(column.name)}`, `NEW.${quoteIdentifier(column.name)}`))
    .join(" OR ");
  const triggers = [
    { name, rest: `AFTER UPDATE ON ${on} FOR EACH ROW WHEN (${isOther})` },
    // A row that goes to another partition is deleted there and inserted here, and was never updated.
    ...(table.kind === "partitioned"
      ? [
          { name: `${base}_moving`, rest: `BEFORE UPDATE ON ${on} FOR EACH ROW WHEN (${isOther})` },
          { name: `${base}_arrived`, rest: `AFTER INSERT ON ${on} FOR EACH ROW WHEN (${IS_MOVING})` },
        ]
      : []),
  ];
  const drop = triggers.map((one) => `DROP TRIGGER ${quoteIdentifier(one.name)} ON ${on}`);
  const create = [
    ...triggers.map(
      (one, at): Piece => ({
        ...brief(`CREATE TRIGGER ${quoteIdentifier(one.name)} ${one.rest} ${call}`, "migrate"),
        back: [{ sql: drop[at] ?? "" }],
      }),
    ),
    // What replication applies, and a session that is told to be a replica, writes rows as well.
    ...triggers.map(
      (one): Piece => ({
        ...brief(`ALTER TABLE ${on} ENABLE ALWAYS TRIGGER ${quoteIdentifier(one.name)}`, "migrate"),
        back: [],
      }),
    ),
  ];
  return {
    name,
    before: together(create),
    behind: together(drop.map((sql) => ({ ...brief(sql, "migrate"), back: [] }))),
  };
}

const IS_MOVING = "pg_catalog.current_setting('lockkeeper.moving', true) = 'on'";

const together = (all: readonly Piece[]): readonly Piece[] =>
  all.map((piece, at) => (at === 0 ? { ...piece, transaction: "alone" } : joined(piece)));
