import { afterwards, signOff } from "./afterwards.ts";
import type { Document } from "./document.ts";
import type { RunbookFacts } from "./facts.ts";
import { overview } from "./overview.ts";
import { decisions, gates, prerequisites } from "./prepare.ts";
import { runPhases } from "./run-phases.ts";
import { timeline } from "./timeline.ts";
import { troubleshooting } from "./troubleshooting.ts";
import { watch } from "./watch.ts";
import { wayBack } from "./way-back.ts";

/** The operator's document for these very plans. Pure; `loadParser()` must have resolved. */
export const runbook = (facts: RunbookFacts): Document => ({
  title: `Runbook: ${facts.plans.map(({ migration }) => migration).join(", ")} on ${facts.database}`,
  blocks: [overview, prerequisites, gates, timeline, decisions, runPhases, watch, wayBack, troubleshooting, afterwards]
    .flatMap((section) => section(facts))
    .concat(signOff()),
});
