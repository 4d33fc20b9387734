import { bytesInWords } from "../effects/numbers-in-words.ts";
import type { Look, Sight } from "./look.ts";
import type { SweepPolicy } from "./sweep-policy.ts";
import { isWithin } from "./window.ts";

/** What can hold a sweep. */
export type ThrottleName =
  | "window"
  | "replica-lag"
  | "archive"
  | "vacuum"
  | "active-sessions"
  | "waiting-sessions"
  | "query"
  | "wal";

/** Why a sweep stands still. */
export interface Hold {
  readonly throttle: ThrottleName;
  /** For people: what was seen, and the limit. */
  readonly reason: string;
}

/** One look, with what it takes to judge it. */
export interface Situation {
  readonly look: Look;
  readonly policy: SweepPolicy;
  /** ms since 1970. */
  readonly now: number;
  /** How long the vacuums of the table have been waited for, ms. */
  readonly vacuumMs: number;
  /** What the user's query gave; undefined without one. */
  readonly answer: unknown;
}

type Throttle = (situation: Situation) => Hold | undefined;

const THROTTLES: readonly Throttle[] = [
  ({ policy: { window }, now }) =>
    window === undefined || isWithin(window, now)
      ? undefined
      : { throttle: "window", reason: `outside of ${window.from} to ${window.to} ${window.timeZone ?? "UTC"}` },
  ({ look, policy: { replicaLagBytes, replicaLagMs, ignoredReplicas } }) => {
    for (const { name, lagBytes, lagMs } of look.replicas) {
      if (ignoredReplicas.includes(name)) continue;
      if (replicaLagBytes !== undefined && lagBytes !== null && lagBytes > replicaLagBytes) {
        const reason = `replica ${name} is ${bytesInWords(lagBytes)} behind; the limit is ${bytesInWords(replicaLagBytes)}`;
        return { throttle: "replica-lag", reason };
      }
      if (replicaLagMs !== undefined && lagMs !== null && lagMs > replicaLagMs) {
        return {
          throttle: "replica-lag",
          reason: `replica ${name} is ${seconds(lagMs)} behind; the limit is ${seconds(replicaLagMs)}`,
        };
      }
    }
    return undefined;
  },
  ({ look: { archiveBacklog, archiveFails }, policy: { archiveBacklogBytes: limit } }) => {
    if (limit === undefined || archiveBacklog === null || archiveBacklog <= limit) return undefined;
    const reason = `${bytesInWords(archiveBacklog)} of WAL wait to be archived${archiveFails ? ", and archiving fails" : ""}; the limit is ${bytesInWords(limit)}`;
    return { throttle: "archive", reason };
  },
  ({ look: { vacuums }, policy, vacuumMs }) =>
    vacuums.length === 0 || vacuumMs >= policy.vacuumMs
      ? undefined
      : { throttle: "vacuum", reason: `a vacuum (pid ${vacuums.join(", ")}) works on the table` },
  ({ look: { active }, policy: { activeSessions: limit } }) =>
    limit === undefined || active <= limit
      ? undefined
      : { throttle: "active-sessions", reason: `${active} sessions work; the limit is ${limit}` },
  ({ look: { waiting }, policy: { waitingSessions: limit } }) =>
    limit === undefined || waiting <= limit
      ? undefined
      : { throttle: "waiting-sessions", reason: `${waiting} sessions wait for the sweep; the limit is ${limit}` },
  ({ answer, policy: { holdQuery } }) =>
    holdQuery === undefined || !isHolding(answer)
      ? undefined
      : { throttle: "query", reason: `the query of the policy gives ${String(answer)}` },
];

export const holdsIn = (situation: Situation): readonly Hold[] =>
  THROTTLES.flatMap((throttle) => throttle(situation) ?? []);

/** Numbers beyond 2^53 and decimals come as texts. */
const isHolding = (answer: unknown): boolean =>
  answer === true ||
  (answer !== null && answer !== undefined && answer !== false && answer !== "" && Number(answer) !== 0);

const seconds = (ms: number): string => `${Math.round(ms / 100) / 10} s`;

/** What cannot be told from what the role sees, although the policy asks for it. */
export function blindSpots(sight: Sight, look: Look, policy: SweepPolicy): readonly string[] {
  const grant = `GRANT pg_monitor TO ${sight.role}`;
  const isBlind = look.replicas.some(({ lagBytes }) => lagBytes === null);
  const wantsLag = policy.replicaLagBytes !== undefined || policy.replicaLagMs !== undefined;
  return [
    ...(wantsLag && isBlind && !sight.all
      ? [`The role ${sight.role} may not see how far replicas are behind, so they do not hold the sweep: ${grant}.`]
      : []),
    ...(policy.activeSessions !== undefined && !sight.all
      ? [`The role ${sight.role} sees only its own sessions, so the others' do not hold the sweep: ${grant}.`]
      : []),
    ...(policy.archiveBacklogBytes !== undefined && sight.archives && look.archiveBacklog === null
      ? [`The role ${sight.role} may not see what waits to be archived, so that does not hold the sweep: ${grant}.`]
      : []),
  ];
}
