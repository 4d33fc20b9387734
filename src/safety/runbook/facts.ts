import type { Plan } from "../../plan/plan.ts";
import type { RunPolicy } from "../../run/policy.ts";
import type { PlanEstimate } from "../estimate/estimate.ts";
import type { BackupPoint } from "../rollback/backup-point.ts";

/** How a gate stands at this moment. */
export interface GateLine {
  readonly name: string;
  readonly phases: readonly string[];
  readonly state: string;
  readonly reason: string;
  /** What would make it hold; null where nothing one can type does. */
  readonly action: string | null;
}

/** A way in which rows that are there can make a step fail, and how to find them. */
export interface Obstacle {
  readonly migration: string;
  /** From 1. */
  readonly step: number;
  readonly reason: string;
  /** A query that can be asked now and returns the offending rows; null where there is none. */
  readonly query: string | null;
}

/** What the plans and then their contracts are expected to take on a database so many times as large. */
export interface SizedEstimates {
  readonly times: number;
  readonly up: readonly PlanEstimate[];
  /** Of those that have one, in the order of the plans. */
  readonly contract: readonly PlanEstimate[];
}

/** What a runbook is written from. */
export interface RunbookFacts {
  readonly database: string;
  /** As in server_version_num. */
  readonly serverVersion: number;
  /** By the database's clock, ISO 8601. */
  readonly at: string;
  /** What `up` would run now, in its order; not empty. */
  readonly plans: readonly Plan[];
  /** Their files, by id. */
  readonly files: Readonly<Record<string, string>>;
  /** The newest that is in force; null where none is. */
  readonly before: string | null;
  /** What approvals and rehearsals are bound to, hex. */
  readonly binding: string;
  readonly policy: RunPolicy;
  readonly backup: BackupPoint | null;
  readonly gates: readonly GateLine[];
  readonly obstacles: readonly Obstacle[];
  /** As large as it is first. */
  readonly estimates: readonly SizedEstimates[];
}
