import { CATALOGUE, type ErrorCode } from "../errors/catalogue.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Plan } from "../plan/plan.ts";

/**
 * What to do next when a run fails: the catalogue speaks of going up, and who takes something back must not be told to
 * go up. Advice that is the error's own stays.
 */
export function adviseWayBack(error: unknown, plan: Plan): unknown {
  if (!(error instanceof LockkeeperError) || plan.direction !== "down") {
    return error;
  }
  const action = nextStep(error.code, plan);
  if (action === undefined || error.action !== CATALOGUE[error.code].action) {
    return error;
  }
  const { code, message, at, notDone, data, cause } = error;
  const advised = new LockkeeperError(code, {
    message,
    action,
    ...(at === undefined ? {} : { at }),
    ...(notDone === undefined ? {} : { notDone }),
    ...(data === undefined ? {} : { data }),
    cause,
  });
  return Object.assign(advised, { stack: error.stack });
}

function nextStep(code: ErrorCode, { authoredUndo }: Plan): string | undefined {
  switch (code) {
    case "statement_failed":
    case "script_failed": {
      const [written] = authoredUndo ?? [];
      const what = written === undefined ? "what stands in its way" : `the data, or ${written.file} from there on`;
      return `Mend ${what}, then run \`lockkeeper down\` again: it goes on where it stopped.`;
    }
    case "disk_full":
      return "Free space, then run `lockkeeper down` again: it goes on where it stopped.";
    case "progress_lost":
      return "Run `lockkeeper down` again: it goes on from what the server kept.";
    case "interrupted":
      return "`lockkeeper down` (or `lockkeeper resume`) goes on with it.";
    case "run_aborted":
      return "`lockkeeper down` (or `lockkeeper resume`) goes on with it; there is no way up before it is done.";
    default:
      return undefined;
  }
}
