import type { Catalog } from "../catalog/catalog.ts";
import { readCatalog } from "../catalog/read-catalog.ts";
import { CatalogState } from "../catalog/state/catalog-state.ts";
import { inScratch, type Scratch, type ScratchOptions } from "../desired/in-scratch.ts";
import { readState } from "../desired/read-state.ts";
import { makeRolesOf } from "../desired/roles-of-catalog.ts";
import { diffCatalogs } from "../diff/diff-catalogs.ts";
import type { Change, DiffOptions, DiffStatement, Rename } from "../diff/schema-diff.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { quoteIdentifier } from "../sql/quote.ts";
import { emptyTables, heldRows, lostRows, tablesKept } from "./held-rows.ts";
import { type FilledTables, fillTables } from "./rows/fill-tables.ts";
import { type NeedsFittingRows, type ProvenRun, runProven } from "./run-proven.ts";

/** A change of a schema, there and back. */
export interface ProvableChange {
  readonly from: Catalog;
  readonly to: Catalog;
  readonly up: readonly DiffStatement[];
  readonly down: readonly DiffStatement[];
  readonly renames: readonly Rename[];
  /** Whether privileges are part of it. */
  readonly grants: boolean;
  /** Who runs the statements. */
  readonly role: string;
}

/** What was seen of a change. */
export interface ChangeProof {
  readonly rows: FilledTables;
  /** Tables that statements wrote anew, as was foreseen. */
  readonly rewrites: readonly string[];
  /** Statements that fail where rows do not fit. */
  readonly needsFittingRows: readonly NeedsFittingRows[];
}

/**
 * Proves a change in a scratch database: it is made to hold `from` with a few rows in each table; the statements there lead
 * to exactly `to`, those back to exactly `from`; rows survive wherever no statement says that they are lost; and those
 * tables are written anew of which that was foreseen. On a server of others nothing is said of owners and privileges.
 *
 * @throws LockkeeperError `change_unproven` with what came otherwise; `scratch_unavailable`, `interrupted`; the driver's
 *   error when a connection is lost
 */
export async function proveChange(change: ProvableChange, options: ScratchOptions): Promise<ChangeProof> {
  return await inScratch(options, (scratch) => new Proof(scratch, change).run());
}

const UNMAKEABLE = "The schema from before cannot be made in a scratch database";

/** Whether nothing can be said of a change, because what it begins with could not be made. */
export const isUnmakeable = ({ code, data }: LockkeeperError): boolean =>
  code === "change_unproven" && data?.["isMade"] === false;

class Proof {
  readonly #scratch: Scratch;
  readonly #change: ProvableChange;
  readonly #diffOptions: DiffOptions;

  constructor(scratch: Scratch, change: ProvableChange) {
    this.#scratch = scratch;
    this.#change = change;
    this.#diffOptions = {
      owners: scratch.ownServer,
      grants: scratch.ownServer && change.grants,
      role: change.role,
    };
  }

  async run(): Promise<ChangeProof> {
    const { from, to, up, down, renames } = this.#change;
    await this.#build();
    const { session, limit } = this.#scratch;
    const rows = await fillTables(session, from, limit);
    const there = await this.#lead(up, tablesKept(from, to, renames, up), "there");
    await this.#require(to, "The statements do not lead to the schema that is wanted");
    const back = renames.map(({ from: old, to: now }) => ({ from: now, to: old }));
    const home = await this.#lead(down, tablesKept(to, from, back, down), "back");
    await this.#require(from, "The way back does not lead to the schema from before");
    return {
      rows,
      rewrites: there.rewrites,
      needsFittingRows: [...there.needsFittingRows, ...home.needsFittingRows],
    };
  }

  /** Makes the schema that is there before, of itself. */
  async #build(): Promise<void> {
    const { session, ownServer } = this.#scratch;
    const { from, to, role } = this.#change;
    if (ownServer) {
      await makeRolesOf(session, [from, to], role);
      await session.query(`SET SESSION AUTHORIZATION ${quoteIdentifier(role)}`);
    }
    const { catalog } = await readState(session, {});
    const { statements } = diffCatalogs(catalog, from, this.#diffOptions);
    for (const { sql } of statements) {
      try {
        await session.query(sql);
      } catch (error) {
        throw unproven(`${UNMAKEABLE}: ${said(error)}\n${sql}`, { isMade: false }, error);
      }
    }
    await this.#require(from, UNMAKEABLE, { isMade: false });
  }

  async #require(wanted: Catalog, otherwise: string, data: Readonly<Record<string, unknown>> = {}): Promise<void> {
    const { catalog } = await readState(this.#scratch.session, {});
    const { changes } = diffCatalogs(catalog, wanted, this.#diffOptions);
    if (changes.length === 0) return;
    throw unproven(`${otherwise}: ${changes.slice(0, 5).map(tell).join("; ")}.`, {
      ...data,
      differences: changes.map(({ id, type, fields = [] }) => ({ id, type, fields })),
    });
  }

  /** Where nothing is said of privileges, none were made, and what others granted cannot be taken back. */
  #provable(statements: readonly DiffStatement[]): readonly DiffStatement[] {
    return this.#diffOptions.grants === false ? statements.filter(({ grants }) => grants !== true) : statements;
  }

  async #lead(
    statements: readonly DiffStatement[],
    kept: ReturnType<typeof tablesKept>,
    way: "there" | "back",
  ): Promise<ProvenRun> {
    const { session, limit } = this.#scratch;
    const catalog = await readCatalog(session.query, { facts: true });
    const { role } = this.#change;
    const state = CatalogState.of(catalog, { user: role });
    const before = await heldRows(session, kept, "before");
    const run = await runProven(this.#provable(statements), {
      session,
      limit,
      state,
      clear: () => emptyTables(session, catalog),
    });
    if ("failed" in run) {
      throw unproven(
        `On the way ${way} a statement fails: ${said(run.failed)}\n${run.sql}`,
        { sql: run.sql },
        run.failed,
      );
    }
    if (run.surprises.length > 0) {
      throw unproven(`It was foreseen otherwise which tables are written anew: ${run.surprises.join("; ")}.`, {
        surprises: run.surprises,
      });
    }
    // Without rows nothing can be said of them.
    const lost =
      run.needsFittingRows.length > 0 ? [] : lostRows(before, await heldRows(session, kept, "after"), statements);
    if (lost.length > 0) {
      throw unproven(`On the way ${way} rows are lost of which no statement says so: ${lost.join(", ")}.`, { lost });
    }
    return run;
  }
}

const tell = ({ type, id, fields = [] }: Change): string =>
  `${id} would be ${type}${fields.length === 0 ? "" : ` (${fields.join(", ")})`}`;

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

function unproven(message: string, data: Readonly<Record<string, unknown>>, cause?: unknown): LockkeeperError {
  return new LockkeeperError("change_unproven", { message, data, notDone: "No file was made.", cause });
}
