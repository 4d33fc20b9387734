import type { Column } from "../../catalog/model/column.ts";
import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Table } from "../../catalog/model/table.ts";
import { objectPath } from "../../catalog/state/apply/object-path.ts";
import { referencesIn } from "../../catalog/state/apply/references.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { parseExpression } from "../../effects/alter-table/expression.ts";
import { quoteIdentifier, quoteLiteral, quoteQualified } from "../../sql/quote.ts";
import { freeName } from "../free-name.ts";
import { boundNames } from "./bound-names.ts";
import { columnReferences, replaceReferences } from "./column-references.ts";
import { differs, differsAnywhere, differsInBody } from "./differs.ts";
import { looksUpNames } from "./looks-up-names.ts";
import { syncComment } from "./standing-sync.ts";
import { type Assigned, type TwoSides, twoSidesBody } from "./two-sides.ts";
import { typeSql } from "./type-sql.ts";

/** How a column is kept current while others write. */
export type SyncedColumn = Followed | Twin | TwoSides;

/** A column that gets its value from others. */
interface Followed {
  /** The column that gets values; of one that the table does not have yet, what it will be. */
  readonly column: SyncedTarget;
  /** SQL on the row's columns, by their bare names. */
  readonly value: string;
  /** `follows`: it always has the value; `filled`: it gets the value where a row would have null in it. */
  readonly how: "follows" | "filled";
  /** True: the value also depends on settings of the session, which are then those that the plan was made under. */
  readonly unsteady?: boolean;
}

/**
 * A column that says the same as another one: which of the two a client wrote tells which one follows. One that comes
 * with a row that is inserted leads.
 */
export interface Twin extends Omit<Followed, "how"> {
  readonly how: "twin";
  /** The one that leads where both were written. */
  readonly other: SyncedTarget;
  /** SQL for the value of `other`. `column` is null where its own value would not lead back to that of `other`. */
  readonly otherValue: string;
  /** True: `value` can be worked out for every row. */
  readonly isTotal?: boolean;
  /** True: `value` is right also where it does not lead back to `other`. */
  readonly isTrusted?: boolean;
}

type SyncedTarget = Pick<Column, "name" | "type" | "collation">;

/** The SQL of what keeps columns of one table current: a function, and the trigger or two that call it. */
export interface SyncTrigger {
  /** In one transaction, in this order. */
  readonly create: readonly string[];
  /** The same, for when the trigger is to do something else: `create` of the other goes behind it. */
  readonly drop: readonly string[];
  /** The names of the triggers, as `drop` begins with them; its last is the function. */
  readonly triggers: readonly string[];
}

/** What a trigger and its function are called. */
export interface SyncNames {
  readonly trigger: string;
  readonly function: QualifiedName;
}

/** Where the functions of triggers of ours are. */
const SCHEMA = "lockkeeper";
const TRIGGER = "~lockkeeper_sync";

/**
 * Names for a trigger on the table: it fires behind all others of the table, as PostgreSQL goes by the bytes of their
 * names, so that it sees what they made of the row.
 */
export function syncNames(table: Table, column: string, state: CatalogState): SyncNames {
  const tables = [...state.store.maps.tables.values()];
  const functions = new Set(
    tables.flatMap(({ triggers }) =>
      triggers.filter((one) => one.function.schema === SCHEMA).map((one) => one.function.name),
    ),
  );
  const all = [table, ...state.descendantsOf(table)].flatMap(({ triggers }) => triggers.map(({ name }) => name));
  const last = all.filter((name) => !isOurs(name)).reduce(laterName, "");
  const base = laterName(last, TRIGGER) === last ? `${last}${TRIGGER}` : TRIGGER;
  return {
    trigger: freeName(base, (name) => all.includes(name)),
    function: { schema: SCHEMA, name: freeName(`sync_${table.name}_${column}`, (name) => functions.has(name)) },
  };
}

const isOurs = (name: string): boolean => name.startsWith(TRIGGER);

const laterName = (one: string, other: string): string =>
  Buffer.compare(Buffer.from(one), Buffer.from(other)) > 0 ? one : other;

/**
 * The trigger that keeps the columns current, on any write of a row: one that is only looked at moves in the table as
 * well. Writes that leave everything current do not call its function.
 *
 * @param wanted their values mean what they mean under the path of the plan, whatever the path of the writer is
 * @returns a reason where a value is no expression on the row
 */
export function syncTrigger(
  table: Table,
  wanted: readonly SyncedColumn[],
  names: SyncNames,
  state: CatalogState,
): SyncTrigger | { readonly reason: string } {
  const synced = wanted.map((one) => withValues(one, (value) => boundNames(value, table, state)));
  const parts: Part[] = [];
  for (const one of synced) {
    const part = partOf(one, table);
    if ("reason" in part) return part;
    parts.push(part);
  }
  const on = quoteQualified(table);
  const called = `${quoteQualified(names.function)}()`;
  const body = `BEGIN\n${parts.map(({ body: lines }) => lines).join("\n")}\n  RETURN NEW;\nEND`;
  const pinned = pinnedSettings(synced, state).map((setting) => ` ${setting}`);
  const triggers = triggersOf(parts, names.trigger);
  return {
    create: [
      `CREATE FUNCTION ${called} RETURNS trigger LANGUAGE plpgsql${pinned.join("")} AS ${inDollars(body)}`,
      ...triggers.map(
        ({ name, events, when }) =>
          `CREATE TRIGGER ${quoteIdentifier(name)} BEFORE ${events} ON ${on} FOR EACH ROW ` +
          `${when === undefined ? "" : `WHEN (${when}) `}EXECUTE FUNCTION ${called}`,
      ),
      // What replication applies, and a session that is told to be a replica, writes rows as well.
      ...triggers.map(({ name }) => `ALTER TABLE ${on} ENABLE ALWAYS TRIGGER ${quoteIdentifier(name)}`),
      ...triggers.map(
        ({ name }) =>
          `COMMENT ON TRIGGER ${quoteIdentifier(name)} ON ${on} IS ${quoteLiteral(syncComment(columnsOf(synced, table), calledIn(synced, state)))}`,
      ),
    ],
    drop: [...triggers.map(({ name }) => `DROP TRIGGER ${quoteIdentifier(name)} ON ${on}`), `DROP FUNCTION ${called}`],
    triggers: triggers.map(({ name }) => name),
  };
}

/** All columns that the function names. */
function columnsOf(synced: readonly SyncedColumn[], table: Table): readonly string[] {
  const read = (value: string): readonly string[] => {
    const found = columnReferences(value, table);
    return "reason" in found ? [] : found.references.map(({ column }) => column);
  };
  return [...new Set(synced.flatMap(assignedIn).flatMap(({ column, value }) => [column.name, ...read(value)]))];
}

/** The routines of users that the function calls. Nothing in the catalog says so. */
function calledIn(synced: readonly SyncedColumn[], state: CatalogState): readonly QualifiedName[] {
  const trees = synced.flatMap(assignedIn).map(({ value }) => parseExpression(value));
  return referencesIn(trees, state).objects.flatMap((id) => {
    const {
      kind,
      path: [schema = "", name = ""],
    } = objectPath(id);
    return kind === "routine" ? [{ schema, name }] : [];
  });
}

function assignedIn(one: SyncedColumn): readonly Assigned[] {
  switch (one.how) {
    case "twin":
      return [one, { column: one.other, value: one.otherValue }];
    case "sides":
      return [...one.lead, ...one.follow];
    default:
      return [one];
  }
}

/** The same with other values. */
function withValues(one: SyncedColumn, of: (value: string) => string): SyncedColumn {
  const all = (side: readonly Assigned[]): readonly Assigned[] =>
    side.map((assigned) => ({ ...assigned, value: of(assigned.value) }));
  switch (one.how) {
    case "twin":
      return { ...one, value: of(one.value), otherValue: of(one.otherValue) };
    case "sides":
      return { ...one, lead: all(one.lead), follow: all(one.follow) };
    default:
      return { ...one, value: of(one.value) };
  }
}

interface OneTrigger {
  readonly name: string;
  readonly events: string;
  readonly when: string | undefined;
}

/** A condition with OLD in it has no meaning for INSERT, which then has a trigger of its own. */
function triggersOf(parts: readonly Part[], name: string): readonly OneTrigger[] {
  const all = (of: (part: Part) => string | undefined): string | undefined => {
    const conditions = parts.map(of);
    return conditions.some((one) => one === undefined) ? undefined : conditions.join(" OR ");
  };
  const when = { insert: all((part) => part.onInsert), update: all((part) => part.onUpdate) };
  return when.insert === when.update
    ? [{ name, events: "INSERT OR UPDATE", when: when.update }]
    : [
        { name, events: "UPDATE", when: when.update },
        { name: `${name}_insert`, events: "INSERT", when: when.insert },
      ];
}

/** A column's share of the trigger. */
interface Part {
  /** The conditions under which the function has to be called; absent: for every row. */
  readonly onInsert?: string;
  readonly onUpdate?: string;
  /** The lines of the function. */
  readonly body: string;
}

const always = (when: string, body: string): Part => ({ onInsert: when, onUpdate: when, body });

/** A batch of a sweep writes the value itself. */
export const NO_SWEEP = "pg_catalog.current_setting('lockkeeper.sweep', true) IS DISTINCT FROM 'on'";

function partOf(synced: SyncedColumn, table: Table): Part | { readonly reason: string } {
  if (synced.how === "sides") return sidesOf(synced, table);
  const { column, how, unsteady } = synced;
  const given = onNewRow(synced.value, table);
  if (typeof given !== "string") return given;
  const target = onNew(column.name);
  const assignment = `${target} := ${given};`;
  switch (how) {
    case "follows":
      return always(unsteady === true ? NO_SWEEP : differs(column, target, asType(given, column)), `  ${assignment}`);
    case "filled":
      return always(`${target} IS NULL`, `  IF ${target} IS NULL THEN ${assignment} END IF;`);
    case "twin":
      return twinOf(synced, given, table);
  }
}

function sidesOf({ lead, follow, returns = false }: TwoSides, table: Table): Part | { readonly reason: string } {
  const sides: { target: string; value: string; reads: readonly string[] }[][] = [];
  for (const side of [lead, follow]) {
    const lines: (typeof sides)[number] = [];
    for (const { column, value } of side) {
      const found = columnReferences(value, table);
      if ("reason" in found) return found;
      const given = onNewRow(value, table);
      if (typeof given !== "string") return given;
      lines.push({ target: onNew(column.name), value: given, reads: found.references.map((one) => onNew(one.column)) });
    }
    sides.push(lines);
  }
  const [leading = [], following = []] = sides;
  const isWritten = (side: readonly Assigned[]): string =>
    side.map(({ column }) => differsInBody(column, onNew(column.name), onOld(column))).join(" OR ");
  return {
    onUpdate: [...lead, ...follow].map(({ column }) => differs(column, onNew(column.name), onOld(column))).join(" OR "),
    body: twoSidesBody(leading, following, { lead: isWritten(lead), follow: isWritten(follow) }, returns),
  };
}

const onNew = (name: string): string => `NEW.${quoteIdentifier(name)}`;
const onOld = ({ name }: SyncedTarget): string => `OLD.${quoteIdentifier(name)}`;
const asType = (value: string, { type }: SyncedTarget): string => `(${value})::${typeSql(type)}`;

/** The value as the function says it of the row. */
function onNewRow(value: string, table: Table): string | { readonly reason: string } {
  const found = columnReferences(value, table);
  if ("reason" in found) return found;
  const read = found.references.map((one) => one.column);
  const computed = table.columns.find(({ name, generated }) => generated !== undefined && read.includes(name));
  return computed === undefined
    ? replaceReferences(value, found.references, onNew)
    : { reason: `${computed.name} is generated, and has its value only when all triggers are done` };
}

function twinOf(
  { column, other, otherValue, isTotal, isTrusted }: Twin,
  back: string,
  table: Table,
): Part | { readonly reason: string } {
  const forth = onNewRow(otherValue, table);
  if (typeof forth !== "string") return forth;
  const [target, leading] = [onNew(column.name), onNew(other.name)];
  const isWritten = (one: SyncedTarget): string => differsInBody(one, onNew(one.name), onOld(one));
  const follow = [
    `${target} := ${back};`,
    ...(isTrusted === true
      ? []
      : [`IF ${differsAnywhere(leading, asType(forth, other))} THEN ${target} := NULL; END IF;`]),
  ];
  const guarded =
    isTotal === true ? follow : ["BEGIN", ...follow, `EXCEPTION WHEN OTHERS THEN ${target} := NULL;`, "END;"];
  return {
    onUpdate: [other, column].map((one) => differs(one, onNew(one.name), onOld(one))).join(" OR "),
    // In parentheses, since PL/pgSQL takes the first THEN outside of them for its own.
    body: `  IF (CASE WHEN TG_OP OPERATOR(pg_catalog.=) 'INSERT' THEN ${target} IS NULL ELSE ${isWritten(other)} END) THEN
${guarded.map((line) => `    ${line}`).join("\n")}
  ELSIF TG_OP OPERATOR(pg_catalog.=) 'INSERT' OR ${isWritten(column)} THEN
    ${leading} := ${forth};
  END IF;`,
  };
}

/** What the function needs, whatever the writer's session has set. */
function pinnedSettings(synced: readonly SyncedColumn[], state: CatalogState): readonly string[] {
  const isPinned = synced.flatMap(assignedIn).some(({ value }) => looksUpNames(value));
  const path = [...state.searchPath, "pg_temp"].map(quoteIdentifier).join(", ");
  const unsteady = synced.some((one) => one.unsteady === true);
  return [
    ...(isPinned || unsteady ? [`SET search_path = ${path}`] : []),
    ...(unsteady ? SESSION_SETTINGS.map((name) => `SET ${name} ${pinnedTo(state.setting(name))}`) : []),
  ];
}

/** What is known stays the same on a way back, which has other settings. */
const pinnedTo = (value: string | undefined): string =>
  value === undefined ? "FROM CURRENT" : `= ${quoteLiteral(value)}`;

/** Settings that casts and functions of the server go by. */
const SESSION_SETTINGS = ["TimeZone", "DateStyle", "IntervalStyle", "extra_float_digits", "bytea_output"];

export function inDollars(body: string): string {
  const tag = `$${freeName("lockkeeper", (name) => body.includes(`$${name}$`))}$`;
  return `${tag}${body}${tag}`;
}
