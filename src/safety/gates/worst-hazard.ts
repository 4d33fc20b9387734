import type { Catalog } from "../../catalog/catalog.ts";
import { CatalogState } from "../../catalog/state/catalog-state.ts";
import { SEVERITIES, type Severity } from "../../hazards/finding.ts";
import { judgeFile, type LintUnit } from "../../hazards/judge-file.ts";
import type { LintPolicy } from "../../hazards/policy.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { Plan } from "../../plan/plan.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import { statementsOf } from "../planned-locks.ts";

/**
 * The worst that the linter finds in what would run: in the files of what goes up, else in the statements of the plans.
 * What cannot be judged counts as an error; undefined where nothing is found.
 */
export async function worstHazard(
  plans: readonly Plan[],
  catalog: Catalog,
  migrations: readonly Migration[],
  policy: LintPolicy,
): Promise<Severity | undefined> {
  await loadParser();
  const state = CatalogState.of(catalog);
  const found = plans.flatMap((plan): readonly Severity[] => {
    const { findings, unchecked } = judgeFile(unitOf(plan, migrations), state, policy);
    const hasScript = plan.steps.some(({ kind }) => kind === "script");
    return [
      ...findings.map(({ severity }) => severity),
      ...(unchecked.length > 0 || hasScript ? (["error"] as const) : []),
    ];
  });
  return SEVERITIES.findLast((severity) => found.includes(severity));
}

function unitOf(plan: Plan, migrations: readonly Migration[]): LintUnit {
  const file = migrations.find(({ id }) => id === plan.migration);
  if (plan.direction === "up" && file?.kind === "sql" && file.layout === "lockkeeper") {
    return { file: file.file, text: file.text, firstLine: file.firstLine, wrapping: "own", own: file.directives };
  }
  const text = plan.steps.flatMap(statementsOf).map(({ sql }) => `${sql};\n`);
  return { file: plan.migration, text: text.join(""), wrapping: "own" };
}
