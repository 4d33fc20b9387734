import { relationInWords } from "../../hazards/words.ts";
import { placeOfPiece } from "../../plan/authored-units.ts";
import { dataRemovals } from "../../plan/data-removals.ts";
import type { Leftover, Plan, PlannedStatement } from "../../plan/plan.ts";
import { statementsOf } from "../planned-locks.ts";

/** What becomes of rows that were written since a migration came into force, when it is taken back; sentences. */
export interface WrittenSince {
  readonly keeps: readonly string[];
  readonly loses: readonly string[];
}

/**
 * Told from the plan under which the migration was applied: what keeps its two shapes the same brings everything over,
 * and what the way back removes otherwise is lost. Pure; `loadParser()` must have resolved.
 *
 * @param authored the author's way back as it is planned, where it is the one that is taken
 * @param undoOf the statements that take a statement back, as far as they are known before it ran or were kept when it did
 */
export function writtenSince(
  up: Plan,
  authored: Plan | undefined,
  undoOf: (statement: PlannedStatement) => readonly string[],
): WrittenSince {
  const leftovers = leftoversByPlace(up);
  const keeps = [...leftovers.values()].flatMap((all) => keptBy(all) ?? []);
  // The author's own statements are taken at their word.
  const loses =
    authored === undefined
      ? up.steps.flatMap(statementsOf).flatMap((statement) => {
          const place = placeOfPiece(statement);
          const isFollowed =
            place !== undefined && (leftovers.get(place)?.leftovers ?? []).some(({ kind }) => FOLLOWS.has(kind));
          return isFollowed || statement.isTrial === true ? [] : removedBy(up, statement, undoOf(statement));
        })
      : dataRemovals(authored).map(({ removes }) => removes);
  return { keeps: [...new Set(keeps)], loses: [...new Set(loses)].filter((one) => !one.includes("lockkeeper_")) };
}

/** What makes the old shape follow the new one. */
const FOLLOWS: ReadonlySet<Leftover["kind"]> = new Set(["trigger", "second column", "view"]);

function removedBy(up: Plan, statement: PlannedStatement, undo: readonly string[]): readonly string[] {
  const steps = undo.map((sql) => ({
    kind: "ddl" as const,
    phase: "contract" as const,
    title: "",
    at: statement.at,
    settings: [],
    statements: [{ sql, at: statement.at, tag: tagOf(sql), undo: [] }],
  }));
  return dataRemovals({ ...up, steps }).map(({ removes }) => removes);
}

/** Of the few that can remove data; the others need not be told apart. */
function tagOf(sql: string): string {
  const [first = "", second = ""] = sql.trim().toUpperCase().split(/\s+/);
  if (first === "DROP") return "DropStmt";
  if (first === "ALTER" && second === "TABLE") return "AlterTableStmt";
  if (first === "DELETE") return "DeleteStmt";
  return first === "TRUNCATE" ? "TruncateStmt" : first;
}

interface Left {
  /** What the author wrote. */
  readonly written: string;
  readonly leftovers: readonly Leftover[];
}

/** By the statement of the author's that they are left of. */
function leftoversByPlace({ contract = [] }: Plan): ReadonlyMap<string, Left> {
  const byPlace = new Map<string, Left>();
  for (const statement of contract.flatMap(statementsOf)) {
    const place = placeOfPiece(statement) ?? statement.sql;
    if (statement.leftover === undefined) continue;
    const known = byPlace.get(place)?.leftovers ?? [];
    byPlace.set(place, {
      written: shortened(statement.insteadOf ?? statement.sql),
      leftovers: [...known, statement.leftover],
    });
  }
  return byPlace;
}

function keptBy({ written, leftovers }: Left): string | undefined {
  const by = `\`${written}\``;
  const trigger = leftovers.find((one) => one.kind === "trigger" || one.kind === "second column");
  if (trigger !== undefined && "table" in trigger) {
    return `what was written to ${relationInWords(trigger.table)} since ${by}: a trigger keeps both shapes the same`;
  }
  const view = leftovers.find(({ kind }) => kind === "view");
  if (view !== undefined) return `what was written since ${by}, by either name: it is one table`;
  const column = leftovers.find((one) => one.kind === "column");
  if (column !== undefined) {
    return `the values that ${by} put out of sight in ${column.name}; rows written since have its default, or none`;
  }
  const schema = leftovers.find((one) => one.kind === "schema");
  return schema === undefined ? undefined : `the rows that ${by} put aside in ${schema.name}, as they were then`;
}

const WIDTH = 100;

function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, " ").replaceAll("`", "'").trim();
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
}
