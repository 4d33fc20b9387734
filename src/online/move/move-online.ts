import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { ColumnMove } from "../../migrations/move-columns.ts";
import { quoteIdentifier, quoteQualified } from "../../sql/quote.ts";
import { freeName } from "../free-name.ts";
import { hiddenName } from "../hidden-name.ts";
import { holdsRows } from "../holds-rows.ts";
import type { OnlineContext } from "../online-context.ts";
import { alone, brief, joined, later, type OnlineForm, type Piece, pieces, refused, trial } from "../piece.ts";
import { syncNames } from "../sync/sync-trigger.ts";
import { type KnownMove, knownMove } from "./known-move.ts";
import { insertSql, isAnyGiven, type MoveNames, moveFunctions, moveSql, orUpdate } from "./move-functions.ts";
import { moveObstacle, standingMove } from "./move-obstacle.ts";
import { type MoveTriggers, moveTriggers } from "./move-triggers.ts";
import { plainMove } from "./written-move.ts";

/**
 * Columns that move to another table: there the new ones without values, triggers on both tables by which the new ones
 * follow the old, a sweep for the rows that are there; then, in one short transaction that lets readers through, the
 * triggers' functions make way for others by which either place follows the other. `contract` switches these off before
 * it takes one table after the other.
 *
 * @param file what the step is called in messages
 * @throws LockkeeperError `reshape_invalid`
 */
export function moveOnline(move: ColumnMove, file: string, context: OnlineContext): OnlineForm {
  const { state } = context;
  const known = knownMove(move, file, state);
  if (!holdsRows(known.from, state)) return pieces(...plainMove(move, known.defaults).map((sql) => brief(sql)));
  const what = `moves columns from ${known.from.name} to ${known.to.name}, and`;
  const obstacle = moveObstacle(known, state);
  if (obstacle !== undefined) return refused(`${what} ${obstacle}`);
  const standing = standingMove(known);
  if (standing !== undefined) return refused(`${what} ${standing}`, "call `lockkeeper contract` first");
  const names = namesOf(known, state);
  const triggers = moveTriggers(known, names, state);
  return pieces(
    ...tried(known),
    ...expand(known, names, triggers),
    fill(known, names),
    { ...alone(`ANALYZE ${quoteQualified(known.to)}`, "migrate"), back: [] },
    ...cutover(known, names),
    ...contract(known, names, triggers),
  );
}

function namesOf({ from, to, columns }: KnownMove, state: CatalogState): MoveNames {
  const [column = ""] = columns.map(({ old }) => old.name);
  const of = (table: Table) => syncNames(table, column, state).function;
  const tables = [...state.store.maps.tables.values()];
  return {
    from: of(from),
    to: of(to),
    mark: freeName(hiddenName(`mark_${column}`), (name) =>
      tables.some(({ columns: all }) => all.some((one) => one.name === name)),
    ),
  };
}

const alter = (table: Table): string => `ALTER TABLE ${quoteQualified(table)}`;

/** So many rows show whether the other table takes them. */
const SAMPLED_ROWS = 100;

/** Before anything is changed: whether a table like the other one takes some rows, and what hangs on the old columns. */
function tried({ from, to, adds, keys, columns }: KnownMove): readonly Piece[] {
  const all = [...keys, ...columns];
  const sample = trial(
    `CREATE TEMPORARY TABLE ${quoteIdentifier(to.name)} (LIKE ${quoteQualified(to)} INCLUDING DEFAULTS INCLUDING IDENTITY INCLUDING GENERATED INCLUDING CONSTRAINTS)`,
    ...(adds.length === 0 ? [] : [`ALTER TABLE pg_temp.${quoteIdentifier(to.name)} ${adds.join(", ")}`]),
    `INSERT INTO pg_temp.${quoteIdentifier(to.name)} (${all.map(({ now }) => quoteIdentifier(now.name)).join(", ")}) SELECT ${all
      .map(({ old }) => `a.${quoteIdentifier(old.name)}`)
      .join(", ")} FROM (SELECT * FROM ${quoteQualified(from)} LIMIT ${SAMPLED_ROWS}) AS a WHERE ${isAnyGiven(
      columns.map(({ old }) => `a.${quoteIdentifier(old.name)}`),
    )}`,
  ).map((piece): Piece => ({ ...piece, transaction: "alone" }));
  return [...sample, ...trial(`${alter(from)} ${dropsOf(columns.map(({ old }) => old.name))}`)];
}

const dropsOf = (names: readonly string[]): string =>
  names.map((name) => `DROP COLUMN ${quoteIdentifier(name)}`).join(", ");

/** Statements of one transaction, all of which the ways back of the first take back. */
const inOneTransaction = (all: readonly string[], back: readonly string[]): readonly Piece[] =>
  all.map((sql, at): Piece => {
    const piece = brief(sql);
    return at === 0 ? { ...piece, back: back.map((one) => ({ sql: one })) } : joined({ ...piece, back: [] });
  });

/** Each table gets its triggers by itself: nobody waits for one of them because of the other. */
function expand(known: KnownMove, names: MoveNames, { from, to }: ReturnType<typeof moveTriggers>): readonly Piece[] {
  const { adds, columns } = known;
  const mark = quoteIdentifier(names.mark);
  const made = [names.mark, ...(adds.length === 0 ? [] : columns.map(({ now }) => now.name))];
  const own = (all: readonly Piece[]): readonly Piece[] =>
    all.map((piece): Piece => ({ ...piece, transaction: "alone" }));
  return [
    ...own(
      inOneTransaction(
        [`${alter(known.to)} ${[...adds, `ADD COLUMN ${mark} boolean`].join(", ")}`],
        [`DELETE FROM ${quoteQualified(known.to)} WHERE ${mark}`, `${alter(known.to)} ${dropsOf(made)}`],
      ),
    ),
    ...own(
      inOneTransaction(
        [
          ...moveFunctions(known, names, "forth"),
          // They have their owner's rights, which nobody is to take with a trigger of his own.
          ...[names.from, names.to].map((name) => `REVOKE ALL ON FUNCTION ${quoteQualified(name)}() FROM PUBLIC`),
        ],
        [names.from, names.to].map((name) => `DROP FUNCTION ${quoteQualified(name)}()`),
      ),
    ),
    ...own(inOneTransaction(to.create, to.drop)),
    ...own(inOneTransaction(from.create, from.drop)),
  ];
}

/** The rows that were there before the triggers: each is locked, so that nobody changes it until the other one has it. */
function fill(known: KnownMove, names: MoveNames): Piece {
  const { from, to, keys, columns, adds } = known;
  const sql = moveSql(known, names);
  const all = [...sql.keys, ...sql.columns];
  const given = isAnyGiven(sql.columns.map(({ old }) => `a.${old}`));
  const left = `COALESCE((SELECT ${sql.differ} FROM ${sql.to} AS b WHERE ${sql.isPair}), ${given})`;
  const table = { schema: from.schema, name: from.name };
  const moved = columns.map(({ old }) => old.name).join(", ");
  return {
    ...alone(insertSql(sql, left), "migrate"),
    back: [],
    sweep: {
      table,
      alias: "a",
      action: {
        kind: "copy",
        into: { schema: to.schema, name: to.name },
        columns: [...[...keys, ...columns].map(({ now }) => now.name), names.mark],
        select: [...all.map(({ old }) => `a.${old}`), "true"],
        onConflict: `FOR NO KEY UPDATE OF a ${orUpdate(sql.keys, sql.columns)}`,
      },
      where: left,
      left,
      visits: "again",
      triggers: "skip",
    },
    notes: [
      `Both places live from the end of \`up\` until \`contract\`, which removes ${moved} from ${from.name} with the indexes and constraints on it: a write of either is seen in both.`,
      `A row of ${to.name} is made for each row of ${from.name} that has a value in ${moved} and none there, and goes with it.`,
      ...(adds.length > 0
        ? []
        : [`On the way back ${columns.map(({ now }) => now.name).join(", ")} keeps what was put into it in each row.`]),
    ],
  };
}

/** Nobody needs the old columns any more for a row to be whole; then both functions change in one moment. */
function cutover(known: KnownMove, names: MoveNames): readonly Piece[] {
  const { from, to, columns } = known;
  const required = columns.filter(({ old }) => old.notNull).map(({ old }) => quoteIdentifier(old.name));
  const each = (what: string): string =>
    `${alter(from)} ${required.map((name) => `ALTER COLUMN ${name} ${what}`).join(", ")}`;
  const lock = `LOCK TABLE ${quoteQualified(from)}, ${quoteQualified(to)} IN SHARE ROW EXCLUSIVE MODE`;
  const all = [
    ...(required.length === 0 ? [] : inOneTransaction([each("DROP NOT NULL")], [each("SET NOT NULL")])),
    ...inOneTransaction(
      [lock, ...moveFunctions(known, names, "both")],
      [lock, ...moveFunctions(known, names, "forth")],
    ),
  ];
  return all.map((piece): Piece => ({ ...piece, phase: "cutover", transaction: "alone" }));
}

/**
 * First both functions do nothing any more, which needs no lock on a table; then the tables lose what is left, one after
 * the other.
 */
function contract(known: KnownMove, names: MoveNames, triggers: ReturnType<typeof moveTriggers>): readonly Piece[] {
  const { from, to, columns, adds, defaults } = known;
  const bySide = [names.from, names.to];
  const dropTriggers = ({ table: { schema, name }, drop, names: all }: MoveTriggers, by: MoveNames["from"]) =>
    all.map((trigger, at) =>
      later(drop[at] ?? "", { kind: "trigger", name: trigger, table: { schema, name }, function: by }),
    );
  const [trigger = ""] = triggers.from.names;
  const steps: readonly (readonly Piece[])[] = [
    moveFunctions(known, names, "off").map((sql, at) => ({
      ...later(sql, { kind: "function", ...(bySide[at] ?? names.from) }),
      back: [{ refused: `what was written since is in ${to.name} alone` }],
    })),
    [
      ...dropTriggers(triggers.from, names.from),
      ...columns.map(({ old }) =>
        later(`${alter(from)} ${dropsOf([old.name])}`, {
          kind: "second column",
          name: old.name,
          trigger,
          table: { schema: from.schema, name: from.name },
          function: names.from,
        }),
      ),
    ],
    [
      ...dropTriggers(triggers.to, names.to),
      ...columns.flatMap(({ now }) => {
        const value = adds.length === 0 ? undefined : defaults.get(now.name);
        return value === undefined
          ? []
          : [
              later(`${alter(to)} ALTER COLUMN ${quoteIdentifier(now.name)} SET DEFAULT ${value}`, {
                kind: "function",
                ...names.to,
              }),
            ];
      }),
      later(`${alter(to)} ${dropsOf([names.mark])}`, { kind: "column", name: names.mark }),
    ],
    bySide.map((name) => later(`DROP FUNCTION ${quoteQualified(name)}()`, { kind: "function", ...name })),
  ];
  return steps.flatMap((step) =>
    step.map((piece, at): Piece => ({ ...piece, transaction: "alone", ...(at === 0 ? {} : { joins: true }) })),
  );
}
