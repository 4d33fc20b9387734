import type { WrittenName } from "../catalog/state/relation.ts";
import { nodeAs, nodesAs } from "../sql/node-as.ts";
import type { NodeOf, PgNode } from "../sql/parse-statement.ts";
import type { LockMode } from "./lock-mode.ts";
import { writtenName } from "./written-name.ts";

/** A relation that a query names, and the lock that the query takes on it. */
export interface NamedInQuery {
  readonly name: WrittenName;
  readonly lock: LockMode;
  /** `all` rows, with those of partitions and heirs; `own` ones (ONLY); `new` ones, which go to partitions (INSERT). */
  readonly rows: "all" | "own" | "new";
}

const rowsOf = ({ inh }: NodeOf<"RangeVar">): "all" | "own" => (inh === true ? "all" : "own");

/**
 * The relations that a query or an expression names, subqueries and WITH included; names of WITH queries left out.
 *
 * @param tree a node of the parse tree, or a list of them
 */
export function relationsIn(tree: unknown): readonly NamedInQuery[] {
  const found: NamedInQuery[] = [];
  visit(tree, new Set(), found);
  return found;
}

type Fields = Readonly<Record<string, unknown>>;

function visit(tree: unknown, hidden: ReadonlySet<string>, found: NamedInQuery[], isInsert = false): void {
  if (Array.isArray(tree)) {
    for (const one of tree) visit(one, hidden, found);
    return;
  }
  if (typeof tree !== "object" || tree === null) return;
  const range = nodeAs(tree as PgNode, "RangeVar");
  if (range !== undefined) {
    if (!isHidden(range, hidden)) found.push({ name: writtenName(range), lock: "ACCESS SHARE", rows: rowsOf(range) });
    return;
  }
  const fields = tree as Fields;
  const within = withQueries(fields, hidden, found);
  for (const key in fields) {
    const value = fields[key];
    if (typeof value !== "object" || SKIPPED.has(key)) continue;
    const target = key === "relation" ? (value as NodeOf<"RangeVar">) : undefined;
    if (target?.relname !== undefined) {
      found.push({ name: writtenName(target), lock: "ROW EXCLUSIVE", rows: isInsert ? "new" : rowsOf(target) });
    } else {
      visit(value, within, found, key === "InsertStmt");
    }
  }
  found.push(...rowLocks(fields, within));
}

/** INTO names what is made; the names of a locking clause are those of FROM; WITH is read before. */
const SKIPPED: ReadonlySet<string> = new Set(["intoClause", "lockingClause", "withClause"]);

/** Of a name without a schema only: a WITH query hides the table of its name. */
const isHidden = ({ schemaname, relname }: NodeOf<"RangeVar">, hidden: ReadonlySet<string>): boolean =>
  schemaname === undefined && hidden.has(relname ?? "");

/** A WITH query sees those before it; with RECURSIVE it sees itself and all others too. */
function withQueries(fields: Fields, hidden: ReadonlySet<string>, found: NamedInQuery[]): ReadonlySet<string> {
  const clause = fields["withClause"] as NodeOf<"WithClause"> | undefined;
  if (clause === undefined) return hidden;
  const queries = nodesAs(clause.ctes, "CommonTableExpr");
  const names = queries.map(({ ctename }) => ctename ?? "");
  for (const [index, query] of queries.entries()) {
    const seen = clause.recursive === true ? names : names.slice(0, index);
    visit(query.ctequery, new Set([...hidden, ...seen]), found);
  }
  return new Set([...hidden, ...names]);
}

/** SELECT … FOR UPDATE and its kin. */
function rowLocks(fields: Fields, hidden: ReadonlySet<string>): readonly NamedInQuery[] {
  const locking = fields["lockingClause"] as readonly PgNode[] | undefined;
  if (locking === undefined) return [];
  const clauses = nodesAs(locking, "LockingClause");
  const from = fields["fromClause"] as readonly PgNode[] | undefined;
  return clauses.flatMap(({ lockedRels }) => {
    const only = lockedRels === undefined ? undefined : nodesAs(lockedRels, "RangeVar").map(({ relname }) => relname);
    return rangesIn(from, only)
      .filter((range) => !isHidden(range, hidden))
      .map((range) => ({ name: writtenName(range), lock: "ROW SHARE" as const, rows: rowsOf(range) }));
  });
}

/** The relations whose rows are locked: joined ones too, and all of a subquery in FROM. */
function rangesIn(
  nodes: readonly PgNode[] | undefined,
  only: readonly (string | undefined)[] | undefined,
): readonly NodeOf<"RangeVar">[] {
  const isMeant = (name: string | undefined): boolean => only === undefined || only.includes(name);
  return (nodes ?? []).flatMap((node) => {
    const range = nodeAs(node, "RangeVar");
    if (range !== undefined) return isMeant(range.alias?.aliasname ?? range.relname) ? [range] : [];
    const join = nodeAs(node, "JoinExpr");
    if (join !== undefined) return rangesIn([join.larg ?? [], join.rarg ?? []].flat(), only);
    const query = nodeAs(node, "RangeSubselect");
    if (query === undefined || !isMeant(query.alias?.aliasname)) return [];
    return rangesIn(nodeAs(query.subquery, "SelectStmt")?.fromClause, undefined);
  });
}
