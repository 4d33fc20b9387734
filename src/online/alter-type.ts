import type { QualifiedName } from "../catalog/model/names.ts";
import type { Table } from "../catalog/model/table.ts";
import { typeReference } from "../catalog/state/apply/type-reference.ts";
import { nodeAs } from "../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { contextAfter, harm, type OnlineContext, type Written, written } from "./online-context.ts";
import { AS_WRITTEN, alone, brief, joined, type OnlineForm, type Piece, pieces, refused } from "./piece.ts";
import { retypeOnline } from "./retype/retype-online.ts";
import { retypeAsWritten } from "./retype/written-back.ts";
import type { Subcommand } from "./subcommand.ts";
import { harmInWords, tooLong } from "./too-long.ts";
import { checksOn, keysOn, type Standing } from "./type-constraints.ts";
import { indexesApart } from "./type-indexes.ts";
import { viewsApart } from "./type-views.ts";

/**
 * ALTER COLUMN TYPE that writes no row, but would read every one of them under its lock for what stands on the columns:
 * CHECKs and foreign keys go and come again NOT VALID in the same transaction, and are proved behind it; indexes are
 * dropped before and built behind, both CONCURRENTLY. Views over the columns, which PostgreSQL would not let stand, go and
 * come again in the transaction of the change.
 *
 * @param parts all changes of types of one ALTER TABLE
 */
export function alterTypesOnline(parts: readonly Subcommand[], context: OnlineContext): OnlineForm {
  const [first] = parts;
  if (first === undefined) return AS_WRITTEN;
  const statement = written(`${first.head} ${parts.map(({ text }) => text).join(", ")}`);
  const table = context.state.table(first.table) ?? first.table;
  const tables = [table, ...(first.only ? [] : context.state.descendantsOf(table))];
  const columns = parts.flatMap(({ command }) => command.name ?? []);
  const views = viewsApart(tables, columns, context.state);
  if ("reason" in views) return refused(`changes the type of ${columns.join(", ")}: ${views.reason}`, views.instead);
  const between = (...change: readonly Piece[]): readonly Piece[] => {
    const [head, ...rest] = change;
    const joins = head === undefined || views.before.length === 0 ? change : [joined(head), ...rest];
    return [...views.before, ...joins, ...views.behind];
  };
  const stopped = harm(statement, contextAfter(context, views.before));
  if (stopped.length === 0) return pieces(...between(retypeAsWritten(table, parts, statement.sql, context)));
  if (stopped.some(({ works }) => works.includes("rewrite"))) return retype(table, parts, statement, context);
  const indexes = indexesApart(tables, columns, statement, context);
  if ("reason" in indexes) return refused(`${harmInWords(statement, context)}: ${indexes.reason}`, indexes.instead);
  const bare = contextAfter(context, [...indexes.before, ...views.before]);
  const checks = checksOn(tables, columns);
  const keys = keysOn(tables, columns, context.state);
  for (const apart of [checks, [...checks, ...keys]]) {
    const change = changed(table, parts, apart);
    if (isHarmless(change, bare)) {
      return pieces(...indexes.before, ...between(...change), ...indexes.behind, ...apart.map(proof));
    }
  }
  return tooLong(statement, context);
}

/** One transaction, in which nobody sees the constraints missing. */
function changed({ schema, name }: Table, parts: readonly Subcommand[], apart: readonly Standing[]): readonly Piece[] {
  const head = parts[0]?.head ?? "";
  const isOwn = ({ table }: Standing): boolean => table.schema === schema && table.name === name;
  const own = apart.filter(isOwn);
  const others = apart.filter((one) => !isOwn(one));
  const main = [...own.map(dropped), ...parts.map(({ text }) => text), ...own.map(added)].join(", ");
  const all = [
    ...others.map((one) => `${headOf(one.table)} ${dropped(one)}`),
    `${head} ${main}`,
    ...others.map((one) => `${headOf(one.table)} ${added(one)}`),
    ...apart.flatMap(({ comments }) => comments),
  ];
  return all.map((sql, at) => (at === 0 ? brief(sql) : joined(brief(sql))));
}

const headOf = (table: QualifiedName): string => `ALTER TABLE ${quoteQualified(table)}`;
const dropped = ({ name }: Standing): string => `DROP CONSTRAINT ${quoteIdentifier(name)}`;
const added = ({ name, definition }: Standing): string =>
  `ADD CONSTRAINT ${quoteIdentifier(name)} ${definition} NOT VALID`;
const proof = ({ table, name }: Standing): Piece =>
  alone(`${headOf(table)} VALIDATE CONSTRAINT ${quoteIdentifier(name)}`, "migrate");

function isHarmless(all: readonly Piece[], context: OnlineContext): boolean {
  let now = context;
  for (const piece of all) {
    if (harm(written(piece.sql), now).length > 0) return false;
    now = contextAfter(now, [piece]);
  }
  return true;
}

/** Every value of the columns is written again. */
function retype(table: Table, parts: readonly Subcommand[], statement: Written, context: OnlineContext): OnlineForm {
  const what = parts
    .filter(({ command }) => command.subtype === "AT_AlterColumnType")
    .map(({ command }) => {
      const type = typeReference(nodeAs(command.def, "ColumnDef")?.typeName, context.state);
      const old = table.columns.find(({ name }) => name === command.name)?.type;
      return `${command.name} from ${old?.text} to ${type.text}`;
    })
    .join(", ");
  const stopped = `changes ${what}, so that every row is written again: ${harmInWords(statement, context)}`;
  return retypeOnline(table, parts, statement, stopped, context);
}
