import { connect, type Session } from "../postgres/session.ts";
import type { SweepBlocker } from "../sweep/sweep-host.ts";
import type { Hold } from "../sweep/throttles.ts";
import { workName } from "./lease.ts";
import { readBlockers } from "./side-channel.ts";

/** How far a sweep has come that has begun and is not done, as its journal tells. */
export interface SweepStanding {
  readonly run: number;
  /** From 1. */
  readonly step: number;
  /** As it is called, with its schema. */
  readonly table: string;
  /** 0 while the work is done, from 1 while it is verified. */
  readonly pass: number;
  /** Rows changed. */
  readonly rows: number;
  /** Of the table, as estimated when the sweep began; -1 when nobody has counted. */
  readonly rowsTotal: number;
  /** Of this pass, 0 to 1. */
  readonly share: number;
  readonly beganAt: string;
  /** Rows that failed and stand aside. */
  readonly setAside: number;
  /** What holds it at this moment, and how long it was held so far, ms. */
  readonly holds: readonly Hold[];
  readonly heldMs: number;
}

// A range of keys counts as the part of its table's blocks that falls to it; how far it is, nobody can tell by its keys.
const SWEEPS = `SELECT s.run_id::float8 AS run, s.step + 1 AS step, min(p.part ->> 'relation') AS table, s.pass,
  (s.rows_before + coalesce(sum(d.rows), 0))::float8 AS rows,
  CASE WHEN min((p.part ->> 'rows')::float8) < 0 THEN -1 ELSE sum((p.part ->> 'rows')::float8) END AS "rowsTotal",
  coalesce(sum(d.done) / nullif(sum(d.length), 0), 1)::float8 AS share, to_json(s.began_at) AS "beganAt",
  (SELECT count(*)::int FROM lockkeeper.sweep_failure AS f WHERE (f.run_id, f.step) = (s.run_id, s.step)) AS "setAside",
  s.held_ms::float8 AS "heldMs", s.holds
FROM lockkeeper.sweep AS s
JOIN lockkeeper.run AS u ON u.id = s.run_id AND u.state IN ('queued', 'running', 'paused', 'failed', 'aborted')
JOIN lockkeeper.step AS e ON (e.run_id, e.ordinal) = (s.run_id, s.step) AND e.state = 'started'
CROSS JOIN LATERAL jsonb_array_elements(s.facts -> 'parts') WITH ORDINALITY AS p(part, n)
LEFT JOIN LATERAL (SELECT sum(r.rows) AS rows, sum(l.length) AS length,
    sum(CASE WHEN r.done THEN l.length WHEN l.at IS NULL THEN 0 ELSE (r.stride * l.length + l.at) / r.strides END) AS done
  FROM (SELECT *, count(*) OVER () AS ranges FROM lockkeeper.sweep_range AS a
    WHERE (a.run_id, a.step) = (s.run_id, s.step) AND a.part = p.n - 1) AS r
  CROSS JOIN LATERAL (SELECT CASE WHEN r.high[1] ~ '^\\(\\d+,\\d+\\)$' THEN (r.high[1]::point)[0] - (r.low[1]::point)[0]
      ELSE (p.part ->> 'blocks')::float8 / r.ranges END AS length,
    CASE WHEN r.high[1] ~ '^\\(\\d+,\\d+\\)$' THEN (r.at[1]::point)[0] - (r.low[1]::point)[0] END AS at) AS l) AS d ON true
WHERE NOT s.done GROUP BY s.run_id, s.step ORDER BY s.run_id, s.step`;

export async function readSweeps(session: Session): Promise<readonly SweepStanding[]> {
  const found = await session.query<SweepStanding>(SWEEPS);
  // Where keys are gone over, the rows that are done tell more than the ranges.
  return found.map((one) => ({ ...one, share: Math.min(1, Math.max(one.share, shareOfRows(one))) }));
}

const shareOfRows = ({ pass, rows, rowsTotal }: SweepStanding): number =>
  pass === 0 && rowsTotal > 0 ? rows / rowsTotal : 0;

/** What a runner is at, seen from outside. */
export interface WorkAtHand {
  readonly sweeps: readonly SweepStanding[];
  /** Who keeps it waiting at this moment. */
  readonly blockers: readonly SweepBlocker[];
}

/**
 * @throws LockkeeperError those of connecting
 */
export async function readWork(url: string): Promise<WorkAtHand> {
  await using session = await connect(url);
  const [lease] = await session.query<{ token: number }>(
    "SELECT token::float8 AS token FROM lockkeeper.lease WHERE holder IS NOT NULL",
  );
  const blockers = lease === undefined ? [] : await readBlockers(session, workName(lease.token));
  return { sweeps: await readSweeps(session), blockers };
}
