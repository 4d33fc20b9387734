import type { QualifiedName } from "../../catalog/model/names.ts";
import type { Direction, Plan, PlannedStatement, Step } from "../../plan/plan.ts";
import type { Session } from "../../postgres/session.ts";

/** What a command brought to its end. */
export interface Done {
  /** Absent: in whatever direction they ran last. */
  readonly direction?: Direction;
  readonly migrations: readonly string[];
}

/** What ran, and which relations it came to. */
export interface Touched {
  readonly runs: readonly number[];
  /** Tables, indexes, views and sequences; some may be gone. */
  readonly relations: readonly QualifiedName[];
}

/**
 * The relations that runs came to: those that their plans name, and all whose description in the catalogs is not older
 * than the first step of theirs. That may be more than they touched, where others changed something at the same time,
 * and is never less.
 *
 * @param done their newest finished runs are meant
 */
export async function readTouched(session: Session, done: readonly Done[]): Promise<Touched> {
  const wanted = done.flatMap(({ direction = null, migrations }) => migrations.map((id) => ({ id, direction })));
  const runs = await session.query<{ id: number; plan: Plan }>(
    `SELECT DISTINCT ON (d.migration, d.direction) r.id::float8 AS id, r.plan
       FROM unnest($1::text[], $2::text[]) AS d(migration, direction) JOIN lockkeeper.run AS r
         ON r.migration_id = d.migration AND r.state = 'done' AND r.direction = coalesce(d.direction, r.direction)
      ORDER BY d.migration, d.direction, r.id DESC`,
    [wanted.map(({ id }) => id), wanted.map(({ direction }) => direction)],
  );
  const ids = runs.map(({ id }) => id);
  const changed = await session.query<{ schema: string; name: string }>(CHANGED, [ids]);
  const named = runs.flatMap(({ plan }) => plan.steps.flatMap(namedIn));
  return { runs: ids, relations: [...named, ...changed] };
}

/** Transactions of the steps leave their numbers in the journal, and in the catalogs. */
const CHANGED = `WITH first AS (SELECT max(age(xmin)) AS age FROM lockkeeper.step WHERE run_id = ANY ($1)),
  changed AS (
    SELECT oid FROM pg_catalog.pg_class, first WHERE age(xmin) <= first.age
    UNION SELECT attrelid FROM pg_catalog.pg_attribute, first WHERE age(xmin) <= first.age
    UNION SELECT indrelid FROM pg_catalog.pg_index, first WHERE age(xmin) <= first.age
    UNION SELECT conrelid FROM pg_catalog.pg_constraint, first WHERE age(xmin) <= first.age
    UNION SELECT tgrelid FROM pg_catalog.pg_trigger, first WHERE age(xmin) <= first.age
    UNION SELECT adrelid FROM pg_catalog.pg_attrdef, first WHERE age(xmin) <= first.age
    UNION SELECT stxrelid FROM pg_catalog.pg_statistic_ext, first WHERE age(xmin) <= first.age)
SELECT n.nspname AS schema, c.relname AS name FROM changed JOIN pg_catalog.pg_class c USING (oid)
  JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname !~ '^pg_' AND n.nspname NOT IN ('information_schema', 'lockkeeper')`;

function namedIn(step: Step): readonly QualifiedName[] {
  switch (step.kind) {
    case "ddl":
      return step.statements.flatMap(namedBy);
    case "concurrent":
      return namedBy(step.statement);
    case "sweep":
      return [step.sweep.table, ...(step.sweep.action.kind === "copy" ? [step.sweep.action.into] : [])];
    case "script":
      return [];
  }
}

/** Only what it is about: a foreign key leads to tables that are as they were. */
const namedBy = ({ effects = [] }: PlannedStatement): readonly QualifiedName[] =>
  effects
    .filter(({ role, work }) => role !== "source" && (role !== "referenced" || work !== "none"))
    .flatMap(({ relation, on }) => (on === undefined ? [relation] : [relation, on]));
