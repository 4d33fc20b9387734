import { checkedSchemas, projectChecks } from "../../checks/project-checks.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import type { EmitEvent } from "../../run/events.ts";
import type { RunPolicy } from "../../run/policy.ts";
import type { Stop } from "../../run/stop.ts";
import { urlToChange } from "../../run/target.ts";
import { loadParser } from "../../sql/parse-statement.ts";
import type { PostFlightReport } from "./post-flight.ts";
import { postFlightSettings } from "./settings.ts";
import type { Done } from "./touched.ts";

/** What a command did, and by whom it is watched. */
export interface DoneRun {
  /** What it brought to its end; with none there is nothing to look at. */
  readonly done: readonly Done[];
  readonly policy: RunPolicy;
  readonly emit: EmitEvent;
  readonly stop: Stop;
}

/** Part of the result of what ran. */
export interface Flown {
  /** What was done and found behind the run; absent where there was nothing to look at, or nobody wants it. */
  readonly postFlight?: PostFlightReport;
}

/**
 * Looks at what a command did, as the project's configuration wants it. A command that did nothing pays nothing for it.
 */
export async function afterRun(config: ResolvedConfig, run: DoneRun): Promise<Flown> {
  const settings = postFlightSettings(config);
  if (run.done.every(({ migrations }) => migrations.length === 0) || settings.run === "off") return {};
  const { postFlight } = await import("./post-flight.ts");
  const report = await postFlight({
    ...run,
    url: urlToChange(config),
    settings,
    schemas: checkedSchemas(config),
    async ownChecks() {
      await loadParser();
      return projectChecks(config.checks, process.cwd());
    },
  });
  return { postFlight: report };
}
