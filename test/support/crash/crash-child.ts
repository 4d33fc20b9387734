/**
 * Runs a command in a process of its own and kills that process at the n-th message to the server: `before` it is
 * sent, or just after it was `sent` and is being worked on; `before-journal` and `sent-journal` count only messages that
 * are no batches of rows, of which there are more or fewer each time. `after-ms` kills at a moment of the clock; `never`
 * does not, and keeps its lease while the server is away. Prints the two numbers of messages.
 *
 * node crash-child.ts URL FOLDER up|down|contract before|sent|before-journal|sent-journal|after-ms|never N
 */
import pg from "pg";
import { readProject } from "../../../src/migrations/read-project.ts";
import { contract } from "../../../src/run/contract.ts";
import { down } from "../../../src/run/down.ts";
import { DEFAULT_POLICY } from "../../../src/run/policy.ts";
import { Stop } from "../../../src/run/stop.ts";
import { up } from "../../../src/run/up.ts";
import { CRASH_POLICY } from "./project-files.ts";

const [url = "", folder = "", command = "up", mode = "before", n = "0"] = process.argv.slice(2);
const limit = Number(n);
const sent = { all: 0, journal: 0 };

const isBatch = (message: unknown): boolean =>
  (typeof message === "string" ? message : String((message as { text?: string }).text)).includes("begin_batch(");

function die(): never {
  process.kill(process.pid, "SIGKILL");
  throw new Error("unreachable");
}

const original = pg.Client.prototype.query as (...args: unknown[]) => unknown;
pg.Client.prototype.query = function (this: pg.Client, ...args: unknown[]): unknown {
  // Heartbeats and looks from the side come with the clock; the messages of the work come in the same order each time.
  const name = (this as unknown as { connectionParameters: { application_name?: string } }).connectionParameters;
  if (name.application_name?.startsWith("lockkeeper-side") === true) {
    return original.apply(this, args);
  }
  sent.all++;
  const isJournal = !isBatch(args[0]);
  sent.journal += isJournal ? 1 : 0;
  const isIt = mode.endsWith("-journal") ? isJournal && sent.journal === limit : sent.all === limit;
  if (isIt && mode.startsWith("before")) {
    die();
  }
  const result = original.apply(this, args);
  if (isIt && mode.startsWith("sent")) {
    // One turn of the event loop, so that the message is on its way.
    setImmediate(die);
  }
  return result;
} as typeof pg.Client.prototype.query;

if (mode === "after-ms") {
  setTimeout(die, limit);
}

const options = {
  url,
  migrations: readProject(folder),
  policy: { ...DEFAULT_POLICY, ...CRASH_POLICY, leaseTtlMs: mode === "never" ? 15_000 : 600 },
  emit: () => {},
  stop: new Stop(),
};
await (command === "up" ? up(options) : command === "contract" ? contract(options) : down({ ...options, steps: 100 }));
process.stdout.write(JSON.stringify(sent));
