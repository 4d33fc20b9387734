import { BUILT_IN_CHECKS } from "../../checks/built-in-checks.ts";
import { checkedSchemas, projectChecks } from "../../checks/project-checks.ts";
import { isDoubtful, runChecks, worstOf } from "../../checks/run-checks.ts";
import { count } from "../../errors/count.ts";
import { connect } from "../../postgres/session.ts";
import { readState } from "../../run/read-state.ts";
import { recordEvidence } from "../evidence.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

/** ms; a question of a check lasts no longer. */
const CHECK_MS = 600_000;
const SAMPLE_ROWS = 5;

/** The checks that read catalogs and single rows, and those of the project's own. */
export const verifyStage = (sight: ReleaseSight): Stage => ({
  name: "verify",
  intent: "The database is checked.",
  standing: async () => undefined,
  async run() {
    const { config, cwd, url, policy, stop } = sight;
    await using session = await connect(url, { applicationName: "lockkeeper release" });
    const checks = [...BUILT_IN_CHECKS, ...projectChecks(config.checks, cwd)].filter(
      ({ depth, area, phase }) => phase !== "pre" && (depth !== "whole" || area === "rules"),
    );
    const report = await runChecks(session, checks, {
      schemas: checkedSchemas(config),
      timeoutMs: CHECK_MS,
      lockTimeoutMs: policy.lockTimeoutMs,
      sampleRows: SAMPLE_ROWS,
      signal: stop.soon,
    });
    const held = !isDoubtful(report, "error");
    const findings = report.results.flatMap((result) =>
      result.findings.map((finding) => ({ check: result.check, ...finding })),
    );
    if ((await readState(session)).installed) {
      const about = { source: "release", checks: checks.map(({ id }) => id), state: "done" };
      await recordEvidence(session, { kind: "checks", held, report: { ...about, findings } });
    }
    if (held) return { held, message: `${count(checks.length, "check")} found nothing as bad as an error.` };
    const bad = report.results.filter((result) => isDoubtful({ ...report, results: [result] }, "error"));
    return {
      held,
      message: `Found, or not to be told: ${bad.map((one) => `${one.check}: ${one.findings[0]?.message ?? one.reason}`).join("; ")}`,
      action: "lockkeeper verify --phase post",
      exitCode: worstOf(report) === "critical" ? 2 : 1,
    };
  },
});
