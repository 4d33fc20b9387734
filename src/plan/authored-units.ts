import type { PlannedStatement, Step, StepPlace } from "./plan.ts";
import { isSetting } from "./settings.ts";

/** One statement (or script) as its author wrote it, and the steps that bring it about. */
export interface AuthoredUnit {
  /** What was written, with its data: equal for what does the same. */
  readonly content: string;
  /** For people. */
  readonly sql: string;
  readonly at: StepPlace;
  /** `SET LOCAL …` in force before it. */
  readonly settings: string;
  /** Ordinals of the steps that hold a piece of it, ascending. */
  readonly steps: readonly number[];
}

/**
 * What an author wrote, in its order, read out of the steps that were made of it: the pieces that the planner put in
 * the place of one statement count as that statement; of a trial nothing is left that could count. `BEGIN`, `COMMIT`,
 * `SET` and `RESET` leave nothing in a plan but the limits of steps and the settings.
 */
export function authoredUnits(steps: readonly Step[]): readonly AuthoredUnit[] {
  const units: AuthoredUnit[] = [];
  let open: string | undefined;
  /** So many at the end are those of `open`. */
  let count = 0;
  for (const [ordinal, step] of steps.entries()) {
    // What a query sets is told by the query, which is a unit itself.
    let settings = step.settings.filter((sql) => sql.startsWith("SET "));
    if (step.kind === "script") {
      open = undefined;
      units.push({
        content: JSON.stringify(["script", step.script]),
        sql: step.title,
        at: step.at,
        settings: JSON.stringify(settings),
        steps: [ordinal],
      });
      continue;
    }
    const statements = (step.kind === "ddl" ? step.statements : [step.statement]).filter(
      ({ isTrial }) => isTrial !== true,
    );
    for (const statement of statements) {
      if (isSetting(statement)) {
        settings = [...settings, statement.sql];
        continue;
      }
      const place = placeOfPiece(statement);
      if (place !== undefined && place === open) {
        const same = units.splice(-count);
        units.push(...same.map((unit) => ({ ...unit, steps: [...new Set([...unit.steps, ordinal])] })));
      } else {
        const written = writtenIn(step, statement);
        units.push(...written.map((one) => ({ ...one, settings: JSON.stringify(settings), steps: [ordinal] })));
        count = written.length;
      }
      open = place;
    }
  }
  return units;
}

/** What the author wrote that a statement stands for: more than one statement where several run as one. */
function writtenIn(
  step: Exclude<Step, { kind: "script" }>,
  statement: PlannedStatement,
): readonly Pick<AuthoredUnit, "content" | "sql" | "at">[] {
  const { insteadOf, insteadOfEach, copyData, at } = statement;
  const own = { sql: insteadOf ?? writtenSql(step, statement), line: at.line, column: at.column };
  return (insteadOfEach ?? [own]).map(({ sql, line, column }) => ({
    content: JSON.stringify([sql, copyData]),
    sql,
    at: { file: at.file, line, column },
  }));
}

/** Whether a statement is (a piece of) the one that begins at this place; see `authoredUnits`. */
export const placeOfPiece = ({ insteadOf, at }: PlannedStatement): string | undefined =>
  insteadOf === undefined ? undefined : `${at.file}:${at.line}:${at.column}`;

/** An index without a name got one when it was planned. */
function writtenSql(step: Exclude<Step, { kind: "script" }>, statement: PlannedStatement): string {
  const { unnamed } = step.kind === "concurrent" && step.probe.kind === "create-index" ? step.probe : {};
  return unnamed?.sql ?? statement.sql;
}
