import { count } from "../../errors/count.ts";
import { upAndContract } from "../../run/up-and-contract.ts";
import { foretelling } from "../estimate/foretelling.ts";
import { projectGuard } from "../gates/project-guard.ts";
import { afterRun } from "../post-flight/after-run.ts";
import { postFlightExit } from "../post-flight/verdict.ts";
import { nothingPending } from "./asked-before.ts";
import type { ReleaseSight } from "./release.ts";
import type { Stage } from "./stage.ts";

/** The gates are asked again under the lease, as for any other run. */
export const runStage = (sight: ReleaseSight): Stage => ({
  name: "run",
  intent: "What is pending is applied, and what it changed is looked at.",
  standing: async () => nothingPending(sight),
  async run() {
    const { config, url, migrations, policy, emit, stop, cwd, overrides, to, foreseen, confirm } = sight;
    const guard = await projectGuard(config, { url, migrations, policy, stop, cwd, overrides });
    const confirmed = new Set(foreseen.plans.map(({ migration, checksum }) => `${migration} ${checksum}`));
    const { applied, contracted = [] } = await foretelling({ url, policy, emit }, (queued) =>
      upAndContract({
        url,
        migrations,
        policy,
        emit,
        stop,
        guard,
        queued,
        ...(to === undefined ? {} : { to }),
        async confirm(prepared) {
          const plans = prepared.map(({ plan }) => plan);
          const isKnown = plans.every(({ migration, checksum }) => confirmed.has(`${migration} ${checksum}`));
          if (!isKnown) await confirm(plans);
        },
      }),
    );
    const flown = await afterRun(config, {
      done: [
        { direction: "up", migrations: applied },
        { direction: "contract", migrations: contracted },
      ],
      policy,
      emit,
      stop,
    });
    const message =
      applied.length === 0
        ? "Another runner applied what was pending."
        : `${count(applied.length, "migration")} applied: ${applied.join(", ")}.`;
    const exitCode = postFlightExit(flown, config);
    if (exitCode === 0) return { held: true, message };
    const worst = flown.postFlight?.findings[0]?.message ?? "";
    return {
      held: false,
      message: `${message} Behind it: ${worst}`,
      action: "lockkeeper verify --phase post",
      exitCode,
    };
  },
});
