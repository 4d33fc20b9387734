/**
 * The runner in a process of its own: prints every event as a line of JSON and one more for its end. Signals mean what
 * they mean to the command line.
 *
 * node runner.ts TASK (see child-task.ts)
 */
import pg from "pg";
import { LockkeeperError } from "../../../src/errors/lockkeeper-error.ts";
import { readProject } from "../../../src/migrations/read-project.ts";
import { connect } from "../../../src/postgres/session.ts";
import { contract } from "../../../src/run/contract.ts";
import { down } from "../../../src/run/down.ts";
import { DEFAULT_POLICY } from "../../../src/run/policy.ts";
import { resume } from "../../../src/run/resume.ts";
import { installState } from "../../../src/run/state/install-state.ts";
import { Stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import { type ChildEnd, type ChildFreezing, type ChildTask, NO_CLEAR_ERROR } from "./child-task.ts";

const task = JSON.parse(process.argv[2] ?? "{}") as ChildTask;
const stop = new Stop();
let messages = 0;

function print(line: object): void {
  // Written at once: a frozen process cannot flush.
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

function freeze(text: string): void {
  print({ type: "child.freezing", text: text.slice(0, 200) } satisfies ChildFreezing);
  process.kill(process.pid, "SIGSTOP");
}

const prototype = pg.Client.prototype as unknown as { query: (...args: unknown[]) => unknown };
const { query } = prototype;
let hasFrozen = false;
prototype.query = function (this: pg.Client, ...args) {
  messages++;
  const [first] = args;
  const text = typeof first === "string" ? first : String((first as { text?: unknown }).text);
  const at = task.freeze?.at;
  const isHere = !hasFrozen && (typeof at === "string" ? new RegExp(at, "i").test(text) : messages === at);
  hasFrozen ||= isHere;
  if (isHere && task.freeze?.when === "before") {
    freeze(text);
  }
  const answer = query.apply(this, args);
  if (isHere && task.freeze?.when === "sent") {
    // One turn of the event loop, so that the message is on its way.
    setImmediate(() => freeze(text));
  }
  return answer;
};

process.on("SIGTERM", () => stop.immediately("interrupted"));
process.on("SIGINT", () => (stop.requested ? stop.immediately("interrupted") : stop.afterStep("interrupted")));

async function perform(): Promise<unknown> {
  const policy = { ...DEFAULT_POLICY, ...task.policy };
  const options = { url: task.url, policy, emit: print, stop };
  switch (task.command) {
    case "up":
      return await up({ ...options, migrations: readProject(task.folder) });
    case "down":
      return await down({ ...options, migrations: readProject(task.folder) });
    case "contract":
      return await contract({ ...options, migrations: readProject(task.folder) });
    case "resume":
      return await resume({ ...options, migrations: readProject(task.folder) });
    case "install": {
      await using session = await connect(task.url);
      return await installState(session);
    }
  }
}

try {
  print({ type: "child.result", result: (await perform()) ?? null, messages } satisfies ChildEnd);
} catch (error) {
  const isClear = error instanceof LockkeeperError;
  process.exitCode = isClear ? error.exitCode : NO_CLEAR_ERROR;
  print({
    type: "child.error",
    error: isClear
      ? error.toJSON()
      : { code: "none", message: error instanceof Error ? String(error.stack) : String(error) },
  } satisfies ChildEnd);
}
