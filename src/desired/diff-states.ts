import type { Catalog } from "../catalog/catalog.ts";
import { diffCatalogs } from "../diff/diff-catalogs.ts";
import { renameCandidates } from "../diff/renames/rename-candidates.ts";
import type { Rename, SchemaDiff } from "../diff/schema-diff.ts";
import { alignContents } from "./align-contents.ts";
import { alignOwners, soleOwner } from "./align-owners.ts";
import { alignUncertain } from "./align-uncertain.ts";
import { rowsAtStake } from "./rename-candidates.ts";
import { impliedTables, resolveRenames } from "./resolve-renames.ts";
import { RUNNER, type State } from "./state.ts";

export interface DiffStatesOptions {
  /** Such as `users.name=users.full_name`, beside those that the schema files tell of. */
  readonly renames?: readonly string[];
  /** The same as identities on both sides. */
  readonly decided?: readonly Rename[];
  /** Columns in another order are a difference. Default false. */
  readonly columnOrder?: boolean;
  /** Who runs the statements. Default: who is connected to the database, or owns all tables. */
  readonly role?: string;
}

/** Two states in one language, and what differs. */
export interface StateDiff {
  readonly from: Catalog;
  readonly to: Catalog;
  readonly diff: SchemaDiff;
  /** The way back. */
  readonly back: () => SchemaDiff;
  readonly renames: readonly Rename[];
  /** What may have got another name or may go with its rows: nobody said which. */
  readonly undecided: readonly Rename[];
  /** What may have got another name as well as be made anew, which costs no rows. */
  readonly candidates: () => readonly Rename[];
  /** Whether privileges were compared. */
  readonly grants: boolean;
  /** Who runs the statements. */
  readonly role: string;
}

/**
 * What differs between two states as far as the second says something of it: what belongs to nobody by the SQL that makes
 * it may belong to anybody, and SQL without a GRANT leaves privileges as they are.
 *
 * @throws LockkeeperError `usage` for a rename that names nothing; `rename_undecided` for one that may mean several things; `internal` when changes wait for each other
 */
export function diffStates(one: State, other: State, options: DiffStatesOptions = {}): StateDiff {
  const role = options.role ?? one.user ?? other.user ?? storedOwner(one) ?? storedOwner(other) ?? RUNNER;
  const from = followed(aligned(one, other, role), one, other);
  const to = followed(aligned(other, { catalog: from }, role), other, one);
  const written = [...one.renames, ...other.renames];
  const told = resolveRenames(from, to, written, options.renames ?? [], options.decided);
  const renames = [...told, ...(options.decided ?? [])];
  const grants = one.grants !== "left out" && other.grants === "said";
  const given = {
    grants,
    ...(options.columnOrder === undefined ? {} : { columnOrder: options.columnOrder }),
    role,
  };
  const diff = byCurrentUser(diffCatalogs(from, to, { ...given, renames }));
  const isSame = diff.changes.length === 0;
  return {
    from,
    to,
    diff,
    back: () =>
      byCurrentUser(
        diffCatalogs(to, from, { ...given, renames: renames.map((each) => ({ from: each.to, to: each.from })) }),
      ),
    renames,
    undecided: isSame
      ? []
      : distinct([...impliedTables(from, to, written, renames), ...rowsAtStake(from, to, renames)]),
    // Only where somebody can be asked.
    candidates: () =>
      isSame ? [] : renameCandidates(from, to).filter((one) => !holdsRows(one) && !renames.some(meets(one))),
    grants,
    role,
  };
}

const meets =
  (one: Rename) =>
  (other: Rename): boolean =>
    one.from === other.from || one.to === other.to;

const distinct = (renames: readonly Rename[]): readonly Rename[] => [
  ...new Map(renames.map((one) => [`${one.from} ${one.to}`, one])).values(),
];

const storedOwner = ({ catalog, loader }: State): string | undefined =>
  loader === undefined ? soleOwner(catalog) : undefined;

/** Statements name nobody who is not there. */
const byCurrentUser = (diff: SchemaDiff): SchemaDiff => ({
  ...diff,
  statements: diff.statements.map((one) => ({ ...one, sql: one.sql.replaceAll(RUNNER, "CURRENT_USER") })),
});

const holdsRows = ({ from }: Rename): boolean => /^(?:table|column):/.test(from);

/** What a run that was begun is going to make is known by its statements alone. */
const followed = (catalog: Catalog, { open }: State, other: State): Catalog =>
  open === undefined || open.begun.length === 0 ? catalog : alignUncertain(catalog, other.catalog);

const aligned = ({ catalog, loader }: State, other: Pick<State, "catalog" | "loader">, role: string): Catalog =>
  loader === undefined ? catalog : alignContents(alignOwners(catalog, loader, other, role), other.catalog);
