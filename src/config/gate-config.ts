import type { Age, Duration } from "./duration.ts";
import type { Bytes } from "./sizes.ts";

/** What a run does: it adds, fills, switches over, removes what is old, or takes back. */
export type GatePhase = "expand" | "migrate" | "cutover" | "contract" | "down";

interface GateCommon {
  /** What it is called in messages and for `--override`; the word of `gate` when absent. */
  readonly name?: string;
  /** It is asked of runs with a step of one of these phases. Default: of all but those that take back. */
  readonly phases?: readonly GatePhase[];
  /** It is asked of runs in which the linter finds something at least as bad. Default: of all. */
  readonly severity?: "error" | "warning" | "info";
  /** Whether a run may pass it by, with `--override` and a reason. Default false. */
  readonly override?: boolean;
}

/** A condition that must hold before a run may start. */
export type GateConfig = GateCommon &
  (
    | {
        readonly gate: "backup";
        /** How old the data of the newest backup that was restored and compared may be. */
        readonly within: Age;
      }
    | {
        readonly gate: "rehearsal";
        /** How old the rehearsal of exactly this plan may be. Default: any age. */
        readonly within?: Age;
      }
    | { readonly gate: "drift" }
    | {
        readonly gate: "checks";
        /** Findings at least as bad are too bad. Default `error`. */
        readonly failOn?: "critical" | "error" | "warning" | "info";
      }
    | {
        readonly gate: "replica-lag";
        /** Longest that a replica may be behind. Default 10 s. */
        readonly below?: Duration;
        /** Most WAL that a replica may have to replay. Default: not looked at. */
        readonly belowBytes?: Bytes;
        /** `application_name` of replicas that may be as far behind as they like. */
        readonly ignore?: readonly string[];
      }
    | {
        readonly gate: "disk-free";
        /** Query that gives the free bytes of the server's volume. */
        readonly query?: string;
        /** Command that prints them as its last word, such as `ssh db df --output=avail -B1 /data`; the shell reads it. */
        readonly command?: string;
        /** What is to stay free beyond what the run needs. Default 0. */
        readonly reserve?: Bytes;
      }
    | {
        readonly gate: "long-transactions";
        /** Longest that a transaction of anybody may be open. */
        readonly longest: Duration;
      }
    | {
        readonly gate: "old-applications";
        /** Regular expression for `application_name`: no session of such a name may be connected. */
        readonly matching: string;
      }
    | {
        readonly gate: "approval";
        /** Login roles, and roles of which those who approve are members. */
        readonly by: readonly string[];
        /** How many must approve. Default 1. */
        readonly count?: number;
        /** Whoever runs it cannot be one of them. Default false. */
        readonly fourEyes?: boolean;
        /** How old an approval may be. Default: any age. */
        readonly within?: Age;
      }
    | {
        readonly gate: "window";
        /** When it opens: five fields of cron, or several of such texts. */
        readonly opens: string | readonly string[];
        /** How long it stays open. */
        readonly lasts: Duration;
        /** Whose clock counts, such as `Europe/Berlin`. Default `UTC`. */
        readonly timeZone?: string;
        /** How long a run waits for the window, with its other steps done. Default 0: it ends, and can be resumed. */
        readonly wait?: Age;
      }
  );
