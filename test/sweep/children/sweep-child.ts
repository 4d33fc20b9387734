/** A sweep in a process of its own: prints every event and its end as lines of JSON. node sweep-child.ts TASK */
import type { SweepSpec } from "../../../src/online/sweep-spec.ts";
import type { SweepPolicy } from "../../../src/sweep/sweep-policy.ts";
import { sweepHere } from "../../support/sweep-here.ts";

interface Task {
  readonly url: string;
  readonly token: number;
  readonly spec: SweepSpec;
  readonly policy: Partial<SweepPolicy>;
}

const { url, token, spec, policy } = JSON.parse(process.argv[2] ?? "") as Task;
const print = (line: unknown): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
print({ type: "end", result: await sweepHere(url, token, spec, { policy, onEvent: print }).done });
