import { CATALOGUE, type ErrorCode } from "../../errors/catalogue.ts";
import type { Plan } from "../../plan/plan.ts";
import { strongestLocks } from "../planned-locks.ts";
import { pointsOfNoReturn } from "../rollback/scenarios.ts";
import { shellWord } from "../rollback/shell-word.ts";
import { type Block, code, command, heading, paragraph, prose, table } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";

/** What any run may meet. */
const ALWAYS: readonly ErrorCode[] = [
  "statement_failed",
  "interrupted",
  "run_aborted",
  "run_parked",
  "lease_held",
  "lease_lost",
  "database_unavailable",
  "database_read_only",
  "permission_denied",
  "disk_full",
  "progress_lost",
  "run_changed",
  "migration_edited",
];

/** The failures that the runner can name and that these plans can meet. */
function failuresOf(plans: readonly Plan[]): readonly ErrorCode[] {
  const steps = plans.flatMap((plan) => plan.steps);
  const has = (kind: Plan["steps"][number]["kind"]): boolean => steps.some((step) => step.kind === kind);
  return [
    ...ALWAYS,
    ...(plans.some((plan) => (strongestLocks(plan) ?? []).length > 0) ? (["lock_timeout"] as const) : []),
    ...(has("concurrent") ? (["object_exists", "pooler_unsuitable"] as const) : []),
    ...(has("sweep") ? (["sweep_rows_failed", "sweep_incomplete", "sweep_table_changed"] as const) : []),
    ...(has("script") ? (["script_failed"] as const) : []),
    ...(unknowable(plans).length > 0 ? (["step_unknown"] as const) : []),
    ...(plans.some(({ contract }) => contract !== undefined) ? (["contract_refused"] as const) : []),
    ...(pointsOfNoReturn(plans).length > 0 ? (["undo_unavailable"] as const) : []),
  ];
}

/** Steps of which nothing but a person can tell whether they took effect. */
const unknowable = (plans: readonly Plan[]): readonly { readonly migration: string; readonly step: number }[] =>
  plans.flatMap(({ migration, steps }) =>
    steps.flatMap((step, index) =>
      step.kind === "concurrent" && step.probe.kind === "none" ? [{ migration, step: index + 1 }] : [],
    ),
  );

/** What the failures mean that these plans can meet, and what to do. */
export function troubleshooting({ plans }: RunbookFacts): readonly Block[] {
  const codes = failuresOf(plans);
  return [
    heading("Troubleshooting"),
    paragraph(
      prose(
        "Each failure has a name, says what was not done, and leaves a run that can be continued. What stopped the last run is told by:",
      ),
    ),
    ...command({ line: "lockkeeper status", when: "stopped", exit: 0, prints: "partial" }),
    ...command({ line: "lockkeeper history --limit 5", when: "stopped", exit: 0, prints: plans[0]?.migration ?? "" }),
    ...table(
      ["name", "exit code", "what happened", "what to do"],
      codes.map((name) => {
        const { exit, summary, action } = CATALOGUE[name];
        return [code(name), [String(exit)], prose(summary), prose(action)];
      }),
    ),
    ...unknowable(plans).flatMap(({ migration, step }) => [
      paragraph(
        prose(
          `When step ${step} of \`${migration}\` ends with \`step_unknown\`, look whether it took effect. \`lockkeeper repair ${shellWord(migration)} --step ${step} --as done --reason WHY\` says that it did, \`--as pending\` that it did not; then \`lockkeeper up\`.`,
        ),
      ),
    ]),
    ...command({ line: "lockkeeper errors lock_timeout", when: "before", exit: 0, prints: "lock_timeout" }),
  ];
}
