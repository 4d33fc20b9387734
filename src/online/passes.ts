import type { AlterTableCmd, AlterTableType } from "libpg-query";

/**
 * The passes of ALTER TABLE in which subcommands run, whatever their order in the statement.
 *
 * Source: `AlterTablePass` in PostgreSQL's `src/backend/commands/tablecmds.c`.
 */
const PASSES: { readonly [T in AlterTableType]?: number } = {
  AT_DropColumn: 0,
  AT_DropConstraint: 0,
  AT_DropNotNull: 0,
  AT_DropExpression: 0,
  AT_DropIdentity: 0,
  AT_AlterColumnType: 1,
  AT_AddColumn: 5,
  AT_SetExpression: 6,
  AT_SetNotNull: 7,
  AT_ColumnDefault: 8,
  AT_AddIdentity: 8,
  AT_SetIdentity: 8,
  AT_AddConstraint: 9,
};
const LAST_PASS = 10;

/** When a subcommand runs among the others of its statement. DROP DEFAULT runs with what is dropped. */
export function passOf({ subtype, def }: AlterTableCmd): number {
  if (subtype === "AT_ColumnDefault" && def === undefined) return 0;
  return (subtype === undefined ? undefined : PASSES[subtype]) ?? LAST_PASS;
}
