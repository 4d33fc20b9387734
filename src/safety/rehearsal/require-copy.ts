import type { Catalog } from "../../catalog/catalog.ts";
import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import { reachOf } from "../../desired/reach.ts";
import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Plan, PlannedStatement } from "../../plan/plan.ts";
import { changesBetween } from "../../run/drift/drift-between.ts";
import { parseStatement } from "../../sql/parse-statement.ts";
import { splitSql } from "../../sql/split-sql.ts";
import { isQuery } from "../../trace/observe/queries.ts";
import { withoutDatabaseSettings } from "../database-settings.ts";
import { statementsOf } from "../planned-locks.ts";
import type { Copy } from "./copy/copy.ts";

const SHOWN = 5;

/**
 * Whether a copy is one of the database that the plan is for: what is rehearsed on another schema says nothing.
 *
 * @throws LockkeeperError `rehearsal_refused` naming what differs
 */
export function requireSameSchema(production: Catalog, copy: Catalog, of: string): void {
  const [wanted, found] = [withoutDatabaseSettings(production), withoutDatabaseSettings(copy)];
  const [one, other] = [wanted, found].map((catalog) => catalogFingerprint(catalog, { privileges: false }));
  if (one === other) return;
  const changes = changesBetween(wanted, found, { owners: false, grants: false, columnOrder: true });
  const listed = changes.slice(0, SHOWN).map(({ id, type }) => `${id} is ${type}`);
  const more = changes.length > SHOWN ? [`and ${changes.length - SHOWN} more`] : [];
  throw new LockkeeperError("rehearsal_refused", {
    message: `The copy (${of}) is not of the schema that the database has: ${[...listed, ...more].join("; ") || "its fingerprint is another one"}.`,
    notDone: "Nothing was rehearsed.",
    action: "Make the copy anew: `lockkeeper backup --verify` takes a backup of the database as it is now.",
    data: { differences: changes.map(({ id, type }) => ({ id, type })) },
  });
}

/**
 * What is run in the copy must be felt nowhere else: not on the server that it shares with others, and not where foreign
 * tables lead.
 *
 * @throws LockkeeperError `rehearsal_refused` at the statement
 */
export function requireWithin(plans: readonly Plan[], { ownServer, kind }: Copy): void {
  for (const plan of plans) {
    for (const step of [...plan.steps, ...(plan.contract ?? [])]) {
      for (const statement of statementsOf(step)) refuseReach(statement, ownServer, kind);
    }
    for (const step of plan.authoredUndo ?? []) {
      if (step.kind !== "sql") continue;
      for (const { text, line, column } of splitSql(step.text, step.file).statements) {
        const at = { file: step.file, line: step.firstLine + line - 1, column };
        refuseReach({ sql: text, at }, ownServer, kind);
      }
    }
  }
}

function refuseReach(
  { sql, at, effects = [] }: Pick<PlannedStatement, "sql" | "at" | "effects">,
  ownServer: boolean,
  kind: Copy["kind"],
): void {
  const parsed = parseStatement({ text: sql, start: 0, end: sql.length, line: 1, column: 1 }, at.file);
  const reach = reachOf(parsed);
  const isFelt = reach === "elsewhere" || (reach === "server" && !ownServer);
  const foreign = effects.find((one) => one.kind === "foreign table" && one.role === "target" && isQuery(parsed.tag));
  if (!isFelt && (foreign === undefined || kind === "made" || parsed.tag === "SelectStmt")) return;
  throw new LockkeeperError("rehearsal_refused", {
    message: isFelt
      ? `${at.file}:${at.line}: the statement is felt outside of the copy${reach === "server" ? ", by the whole server" : ""}.`
      : `${at.file}:${at.line}: the statement writes to a foreign table, which leads to where production's does.`,
    at,
    notDone: "Nothing was rehearsed.",
    action:
      reach === "server"
        ? "Rehearse on a server of its own: a restored backup, or `--on URL --disposable` on another server."
        : "Put the statement into a migration of its own, and rehearse the others with --to.",
  });
}
