import type { AlterTableCmd, AlterTableStmt } from "libpg-query";
import type { Table } from "../catalog/model/table.ts";
import { effectsOf } from "../effects/effects-of.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import { addColumnOnline } from "./add-column.ts";
import { addConstraintOnline } from "./add-constraint.ts";
import { alterTypesOnline } from "./alter-type.ts";
import { attachOnline } from "./attach-partition.ts";
import { detachOnline } from "./detach-partition.ts";
import { dropColumnOnline, hidesColumn } from "./drop-column.ts";
import { enforceOnline } from "./enforce-constraint.ts";
import { isComputed, withoutComputing } from "./fill/computed-column.ts";
import { fillNulls } from "./fill/fill-nulls.ts";
import { mergeFillers } from "./fill/fill-trigger.ts";
import { mergeFills } from "./fill/merge-fills.ts";
import { usingOf } from "./fill/using.ts";
import { areLong, secondsOfWork } from "./long-work.ts";
import { contextAfter, harm, type OnlineContext, type Written, written } from "./online-context.ts";
import { passOf } from "./passes.ts";
import { AS_WRITTEN, alone, brief, joined, type OnlineForm, type Piece, pieces } from "./piece.ts";
import { inPhases, regrouped } from "./regroup.ts";
import { relationName } from "./relation-name.ts";
import { hasWrittenBack } from "./retype/written-back.ts";
import { rewriteTableOnline } from "./rewrite-table.ts";
import { setNotNullOnline } from "./set-not-null.ts";
import { cutAlterTable } from "./splice.ts";
import type { Subcommand } from "./subcommand.ts";
import { tooLong } from "./too-long.ts";
import { viewsApart } from "./type-views.ts";

/**
 * An ALTER TABLE that would hold its lock through work is taken apart; what is brief stays together, in the order of
 * PostgreSQL's own passes, and what works long follows in its safe form.
 */
export function alterTableOnline(node: AlterTableStmt, statement: Written, context: OnlineContext): OnlineForm {
  const found = context.state.relation(relationName(node.relation));
  const commands = nodesAs(node.cmds, "AlterTableCmd");
  if (found?.kind !== "table") return AS_WRITTEN;
  const only = node.relation?.inh !== true;
  const shown = commands.some(({ subtype, name = "" }) => {
    return subtype === "AT_AlterColumnType" && isShown(found.is, name, only, context);
  });
  const types = commands.filter(({ subtype }) => subtype === "AT_AlterColumnType");
  const returns = hasWrittenBack(
    found.is,
    types.flatMap(({ name }) => name ?? []),
    context,
  );
  if (context.state.isNew(found.is) && !shown) return AS_WRITTEN;
  const [first] = commands;
  if (commands.length === 1 && first?.subtype === "AT_DetachPartition") return detachOnline(first, statement, context);
  const hides = commands.some(
    ({ subtype, name }) =>
      subtype === "AT_DropColumn" && (hidesColumn(name, found.is, context) || isComputed(found.is, name)),
  );
  const validates = commands.length > 1 && commands.some(({ subtype }) => subtype === "AT_ValidateConstraint");
  const fills = commands.some((command) => usingOf(command, found.is, context) !== undefined);
  if (!hides && !validates && !shown && !fills && !returns && harm(statement, context).length === 0) return AS_WRITTEN;
  const { head, subcommands } = cutAlterTable(statement.sql);
  if (subcommands.length !== commands.length) return tooLong(statement, context);
  const isAlone = commands.length === 1;
  const parts = inPasses(
    commands.map((command, index) =>
      partOf(command, subcommands[index] ?? "", { head, table: found.is, only, isAlone, original: context }),
    ),
    context,
  );
  const done: Piece[][] = [[]];
  let now = context;
  for (const group of together(parts, rewrittenBy(parts, context))) {
    const form = formOf(group, now, isReplaced(group, parts, found.is));
    if (form.kind === "refused" || form.kind === "sweep") return form;
    const more = form.kind === "as written" ? group.map((part) => asWritten(part, now)) : form.pieces;
    // What follows a column that another one takes the place of is about the other one.
    if (more.some(({ phase }) => phase === "contract") && isTypes(group)) done.push([...more], []);
    else done.at(-1)?.push(...more);
    now = contextAfter(now, more);
  }
  return pieces(
    ...done.flatMap((some) => regrouped(mergeFillers(mergeFills(inPhases(some)), context.state), head, context.policy)),
  );
}

const isTypes = (group: readonly Subcommand[]): boolean =>
  group.some(({ command }) => command.subtype === "AT_AlterColumnType");

/** The columns of which every value is written again. */
function rewrittenBy(parts: readonly Subcommand[], context: OnlineContext): ReadonlySet<string> {
  const types = parts.filter((part) => isTypes([part]));
  const [first] = types;
  if (first === undefined) return new Set();
  const all = written(`${first.head} ${types.map(({ text }) => text).join(", ")}`);
  const isRewritten = harm(all, context).some(({ works }) => works.includes("rewrite"));
  return new Set(isRewritten ? types.flatMap(({ command }) => command.name ?? []) : []);
}

/** Whether views are over the column. */
function isShown(table: Table, column: string, only: boolean, { state }: OnlineContext): boolean {
  const apart = viewsApart([table, ...(only ? [] : state.descendantsOf(table))], [column], state);
  return "reason" in apart || apart.before.length > 0;
}

type Common = Pick<Subcommand, "head" | "table" | "only" | "original" | "isAlone">;

function partOf(command: AlterTableCmd, text: string, common: Common): Subcommand {
  const statement = written(`${common.head} ${text}`);
  const own = statement.parsed.tag === "AlterTableStmt" ? nodesAs(statement.parsed.node.cmds, "AlterTableCmd") : [];
  return { ...common, command: own[0] ?? command, text, statement };
}

/** In the order in which PostgreSQL runs them; but SET NOT NULL before the constraint that proves it goes. */
function inPasses(parts: readonly Subcommand[], context: OnlineContext): readonly Subcommand[] {
  const isProved = ({ command, statement }: Subcommand): boolean =>
    command.subtype === "AT_SetNotNull" && harm(statement, context).length === 0;
  const passes = new Map(parts.map((part) => [part, isProved(part) ? -1 : passOf(part.command)]));
  return [...parts].sort((one, other) => (passes.get(one) ?? 0) - (passes.get(other) ?? 0));
}

/**
 * Changes of types go through the table together, and what stands on several of the columns is taken apart once. Defaults
 * of columns that are written again change hands with them.
 */
function together(parts: readonly Subcommand[], rewritten: ReadonlySet<string>): readonly (readonly Subcommand[])[] {
  const groups: Subcommand[][] = [];
  const isDefault = ({ command: { subtype, name = "" } }: Subcommand): boolean =>
    subtype === "AT_ColumnDefault" && rewritten.has(name);
  for (const part of parts.filter((one) => !isDefault(one))) {
    const before = groups.at(-1);
    if (isTypes([part]) && before !== undefined && isTypes(before)) before.push(part);
    else groups.push([part]);
  }
  groups.find(isTypes)?.push(...parts.filter(isDefault));
  return groups;
}

/** Whether a key goes for which another one comes in the same statement: it stays until that is built. */
function isReplaced([part]: readonly Subcommand[], all: readonly Subcommand[], table: Table): boolean {
  if (part?.command.subtype !== "AT_DropConstraint") return false;
  const gone = table.constraints.find(({ name }) => name === part.command.name);
  const comes = all.some(({ command }) => {
    const node = command.subtype === "AT_AddConstraint" ? nodeAs(command.def, "Constraint") : undefined;
    return node?.contype === "CONSTR_UNIQUE" || node?.contype === "CONSTR_PRIMARY";
  });
  return comes && (gone?.type === "unique" || gone?.type === "primary key");
}

function formOf(group: readonly Subcommand[], context: OnlineContext, isReplacedLater: boolean): OnlineForm {
  const [first] = group;
  if (first === undefined) return AS_WRITTEN;
  const part = { ...first, table: context.state.table(first.table) ?? first.table };
  const { statement } = part;
  const { subtype } = part.command;
  if (subtype === "AT_DropColumn") return dropColumn(part, context);
  if (subtype === "AT_AlterColumnType") return alterTypesOnline(group, context);
  if (isReplacedLater) return pieces(brief(statement.sql, "cutover"));
  const using = usingOf(part.command, part.table, context);
  if (using === undefined && harm(statement, context).length === 0) return AS_WRITTEN;
  if (using !== undefined && subtype === "AT_SetNotNull") return fillNulls(part, using, context);
  switch (subtype) {
    case "AT_AddColumn":
      return addColumnOnline(part, context);
    case "AT_SetNotNull":
      return setNotNullOnline(part, context);
    case "AT_AddConstraint":
      return addConstraintOnline(part, context);
    case "AT_AlterConstraint":
      return enforceOnline(part, context);
    case "AT_AttachPartition":
      return attachOnline(part, context);
    default:
      return rewriteTableOnline(part, context);
  }
}

/** What computes the column goes before it. */
function dropColumn(part: Subcommand, context: OnlineContext): OnlineForm {
  const before = withoutComputing(part.table, part.command.name, context.state);
  if (before.length === 0) return dropColumnOnline(part, context);
  const now = contextAfter(context, before);
  const form = dropColumnOnline({ ...part, table: now.state.table(part.table) ?? part.table }, now);
  if (form.kind === "refused" || form.kind === "sweep") return form;
  return pieces(...before, ...(form.kind === "pieces" ? form.pieces : [joined(asWritten(part, now))]));
}

/** By itself it stops nobody: what works long meanwhile stands alone. */
function asWritten({ statement }: Subcommand, context: OnlineContext): Piece {
  const { effects } = effectsOf(statement.parsed, context.state);
  return areLong(effects, context)
    ? alone(statement.sql, "migrate")
    : { ...brief(statement.sql), seconds: secondsOfWork(effects) };
}
