import type { Column } from "../../catalog/model/column.ts";
import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import { quoteQualified } from "../../sql/quote.ts";
import type { MayFail, Work } from "../effect.ts";
import type { EffectSet, Touched } from "../effect-set.ts";
import type { LockMode } from "../lock-mode.ts";
import type { Subcommand } from "./lock-of-subcommand.ts";

/** One ALTER TABLE on a table that is known, while its subcommands are looked through one by one. */
export class Alteration {
  readonly state: CatalogState;
  readonly effects: EffectSet;
  /** As it is before the statement; without columns when nothing is known of it. */
  readonly table: Table;
  /** The strongest of all subcommands: each of them works under it. */
  readonly lock: LockMode;
  /** Without ONLY. */
  readonly recurses: boolean;
  readonly commands: readonly Subcommand[];
  /** False: the statement is the first that names the table. */
  readonly isKnown: boolean;
  /** Constraints and NOT NULLs that the statement drops, before anything else that it does. */
  readonly dropped: ReadonlySet<string>;
  readonly target: Touched;

  constructor(
    table: Table,
    {
      state,
      effects,
      lock,
      recurses,
      commands,
      isKnown,
    }: Pick<Alteration, "state" | "effects" | "lock" | "recurses" | "commands" | "isKnown">,
  ) {
    this.table = table;
    this.state = state;
    this.effects = effects;
    this.lock = lock;
    this.recurses = recurses;
    this.commands = commands;
    this.isKnown = isKnown;
    this.dropped = new Set(
      commands.filter(({ subtype }) => subtype === "AT_DropConstraint").map(({ name }) => name ?? ""),
    );
    this.target = effects.lockTable(table, "target", lock);
  }

  get descendants(): readonly Table[] {
    return this.state.descendantsOf(this.table);
  }

  /** The table and, when the subcommand goes down to them, all tables below; locked. */
  lockAll(): readonly Table[] {
    return [this.table, ...(this.recurses ? this.lockBelow(this.descendants) : [])];
  }

  /** Locks tables below the target as hard as the target. */
  lockBelow(tables: readonly Table[]): readonly Table[] {
    for (const table of tables) this.touch(table);
    return tables;
  }

  touch(table: Table): Touched {
    return this.effects.lockTable(table, table.partitionOf === undefined ? "child" : "partition", this.lock);
  }

  /** Work on the rows of a table; partitioned and foreign tables have none of their own. */
  work(table: Table, work: Exclude<Work, "none">): void {
    if (table.kind === "ordinary") this.touch(table).works.add(work);
  }

  mayFail(way: MayFail): void {
    this.target.mayFail.push(way);
  }

  /** PostgreSQL refuses the statement whatever the rows. */
  refuse(sqlState: string, reason: string): void {
    this.mayFail({ sqlState, reason });
  }

  /**
   * The column as it is before the statement. Says that the statement fails when a catalog knows that there is none and
   * no earlier subcommand adds it.
   */
  column(name: string): Column | undefined {
    const column = columnOf(this.table, name);
    if (column === undefined && this.isKnown && this.state.complete && !this.adds(name)) {
      this.refuse("42703", `${nameOf(this.table)} has no column ${name}`);
    }
    return column;
  }

  /** Whether a subcommand of the same statement adds the column: that happens before constraints are added. */
  adds(name: string): boolean {
    return this.commands.some(
      ({ subtype, def }) =>
        subtype === "AT_AddColumn" && def !== undefined && "ColumnDef" in def && def.ColumnDef.colname === name,
    );
  }

  /** Subcommands that only servers from some major on know. */
  requireMajor(major: number, what: string): void {
    if (this.state.major < major) this.refuse("42601", `${what} needs PostgreSQL ${major}`);
  }
}

export const columnOf = (table: Table, name: string): Column | undefined =>
  table.columns.find((column) => column.name === name);

/** For people. */
export const nameOf = ({ schema, name }: { readonly schema: string; readonly name: string }): string =>
  `${schema}.${name}`;

/** As a query reads the rows that a subcommand looks at: with or without those of tables below. */
export const rowsOf = (table: Table, recurses: boolean): string =>
  `${recurses || table.kind === "partitioned" ? "" : "ONLY "}${quoteQualified({ schema: table.schema, name: table.name })}`;
