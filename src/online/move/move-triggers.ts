import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { freeName } from "../free-name.ts";
import { differs } from "../sync/differs.ts";
import { syncComment } from "../sync/standing-sync.ts";
import { NO_SWEEP, syncNames } from "../sync/sync-trigger.ts";
import type { KnownMove, Pair } from "./known-move.ts";
import { isAnyGiven, type MoveNames, TAKES_OVER } from "./move-functions.ts";

/** The triggers of one table, as SQL and by name. */
export interface MoveTriggers {
  readonly table: Table;
  readonly create: readonly string[];
  readonly drop: readonly string[];
  readonly names: readonly string[];
}

interface Wanted {
  readonly name: string;
  readonly events: string;
  readonly level?: "STATEMENT";
  readonly when?: string;
  readonly argument?: string;
}

/** Fires in front of those by which PostgreSQL looks after foreign keys: their names begin with `RI_`. */
const FIRST = "!lockkeeper_sync";

/** What calls the one function, and the other: each for what concerns the other table. */
export function moveTriggers(
  known: KnownMove,
  names: MoveNames,
  state: CatalogState,
): { readonly from: MoveTriggers; readonly to: MoveTriggers } {
  const { from, after, keys, columns } = known;
  const name = (row: string, column: { readonly name: string }): string => `${row}.${quoteIdentifier(column.name)}`;
  const changed = (pairs: readonly Pair[], side: "old" | "now"): string =>
    pairs.map((pair) => differs(pair[side], name("NEW", pair[side]), name("OLD", pair[side]))).join(" OR ");
  const written = (side: "old" | "now"): string => changed([...keys, ...columns], side);
  const mark = quoteIdentifier(names.mark);
  const taken = [from, after].flatMap(({ triggers }) => triggers.map((one) => one.name));
  const first = freeName(FIRST, (one) => taken.includes(one));
  const last = (table: Table): string => syncNames(table, columns[0]?.old.name ?? "", state).trigger;
  const [own, other] = [last(from), last(after)];
  const isNews = `pg_catalog.current_setting('${TAKES_OVER}', true) IS DISTINCT FROM 'on'`;
  return {
    from: triggersOf(
      from,
      quoteQualified(names.from),
      [
        { name: `${first}_delete`, events: "AFTER DELETE" },
        { name: `${first}_key`, events: "AFTER UPDATE", when: changed(keys, "old"), argument: "'key'" },
        { name: own, events: "AFTER UPDATE", when: written("old") },
        { name: `${own}_insert`, events: "AFTER INSERT" },
        { name: `${own}_truncate`, events: "AFTER TRUNCATE", level: "STATEMENT" },
      ],
      [...keys, ...columns].map(({ old }) => old.name),
    ),
    to: triggersOf(
      after,
      quoteQualified(names.to),
      [
        { name: `${other}_new`, events: "BEFORE INSERT", when: `NEW.${mark} IS NULL` },
        {
          name: `${other}_now`,
          events: "BEFORE UPDATE",
          when: `${NO_SWEEP} AND (OLD.${mark} OR ${written("now")})`,
        },
        { name: other, events: "AFTER UPDATE", when: `${NO_SWEEP} AND (${written("now")})` },
        {
          name: `${other}_insert`,
          events: "AFTER INSERT",
          when: `${NO_SWEEP} AND ${isAnyGiven(columns.map(({ now }) => name("NEW", now)))}`,
        },
        { name: `${other}_delete`, events: "AFTER DELETE", when: isNews },
        { name: `${other}_truncate`, events: "AFTER TRUNCATE", level: "STATEMENT" },
      ],
      [...[...keys, ...columns].map(({ now }) => now.name), names.mark],
    ),
  };
}

function triggersOf(table: Table, called: string, all: readonly Wanted[], columns: readonly string[]): MoveTriggers {
  const on = quoteQualified(table);
  return {
    table,
    create: all.flatMap(({ name, events, level = "ROW", when, argument = "" }) => [
      `CREATE TRIGGER ${quoteIdentifier(name)} ${events} ON ${on} FOR EACH ${level} ` +
        `${when === undefined ? "" : `WHEN (${when}) `}EXECUTE FUNCTION ${called}(${argument})`,
      // What replication applies, and a session that is told to be a replica, writes rows as well.
      `ALTER TABLE ${on} ENABLE ALWAYS TRIGGER ${quoteIdentifier(name)}`,
      `COMMENT ON TRIGGER ${quoteIdentifier(name)} ON ${on} IS ${quoteLiteral(syncComment(columns))}`,
    ]),
    drop: all.map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${on}`),
    names: all.map(({ name }) => name),
  };
}
