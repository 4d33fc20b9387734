import { BUILT_IN_CHECKS } from "../../checks/built-in-checks.ts";
import { projectChecks } from "../../checks/project-checks.ts";
import { count } from "../../errors/count.ts";
import { backupOptions } from "../backup/backup-options.ts";
import { judgeRehearsal } from "../gates/judge-evidence.ts";
import { cloneCopy } from "../rehearsal/copy/clone-copy.ts";
import { restoredCopy } from "../rehearsal/copy/restored-copy.ts";
import { recordRehearsal, rehearse } from "../rehearsal/rehearse.ts";
import { needless, onRecord } from "./asked-before.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

/** ms; a question of a check lasts no longer. */
const CHECK_MS = 600_000;
const SAMPLE_ROWS = 5;

export const rehearsalStage = (sight: ReleaseSight): Stage => ({
  name: "rehearsal",
  intent: "What is pending runs in a copy of the database, back, and again.",
  async standing() {
    if (sight.without.includes("rehearsal")) return "Left to others.";
    return needless(sight) ?? (await onRecord(sight, (gates) => judgeRehearsal({ gate: "rehearsal" }, gates)));
  },
  async run() {
    const { config, url, policy, migrations, stop, say, to, cwd } = sight;
    const report = await rehearse({
      open: () => openCopy(sight),
      production: url,
      rules: { mask: config.rehearsal.mask ?? {}, sample: config.rehearsal.sample ?? {} },
      migrations,
      policy,
      ...(to === undefined ? {} : { to }),
      checks: {
        all: [...BUILT_IN_CHECKS, ...projectChecks(config.checks, cwd)],
        options: { timeoutMs: CHECK_MS, lockTimeoutMs: policy.lockTimeoutMs, sampleRows: SAMPLE_ROWS },
      },
      undo: true,
      // What runs in the copy is not what runs here.
      emit: () => {},
      stop,
      onStage: ({ name, outcome, reason }) => say(`${name}: ${outcome}${reason === undefined ? "" : `, ${reason}`}`),
    });
    const evidence = await recordRehearsal(url, report);
    const steps = report.steps.filter(({ pass }) => pass === "run").length;
    if (report.held)
      return { held: true, message: `${count(steps, "step")} there, back and again (evidence ${evidence}).` };
    const [first] = report.findings.filter(({ severity }) => severity === "error");
    return {
      held: false,
      message: `The rehearsal did not hold (evidence ${evidence}): ${first?.message ?? "see its report."}`,
      action: `${first?.action ?? ""} \`lockkeeper rehearse --html rehearsal.html\` shows all of it.`.trim(),
      exitCode: 3,
    };
  },
});

async function openCopy({ config, url, migrations, policy, stop, clone }: ReleaseSight) {
  if (clone) return await cloneCopy(url);
  return await restoredCopy({
    ...backupOptions(config),
    production: url,
    ...(config.scratch.named === undefined ? {} : { server: config.scratch.named }),
    migrations,
    ...(policy.role === undefined ? {} : { role: policy.role }),
    signal: stop.soon,
  });
}
