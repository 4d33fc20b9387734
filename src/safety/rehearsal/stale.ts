import type { Session } from "../../postgres/session.ts";
import type { Binding } from "../binding.ts";
import { type Evidence, readEvidence } from "../evidence.ts";
import type { RehearsalReport } from "./rehearsal-report.ts";

/** What a rehearsal was bound to and is otherwise now. */
export type Changed = "migrations" | "plan" | "catalog" | "major";

/** Nothing where it still holds for what would run now. */
export function changedSince(rehearsed: Binding, now: Binding): readonly Changed[] {
  if (rehearsed.digest === now.digest) return [];
  const parts: readonly Changed[] = ["migrations", "plan", "catalog", "major"];
  return parts.filter((part) => JSON.stringify(rehearsed[part]) !== JSON.stringify(now[part]));
}

/** The newest rehearsal of a database, and whether it speaks of what would run now. */
export interface RehearsalStanding {
  /** `fits`: it held, for exactly this. */
  readonly state: "none" | "fits" | "failed" | "stale";
  readonly changed: readonly Changed[];
  readonly evidence: Evidence<RehearsalReport> | null;
}

/** @param now what would run */
export async function rehearsalStanding(session: Session, now: Binding): Promise<RehearsalStanding> {
  const all = await readEvidence<RehearsalReport>(session, "rehearsal");
  const fitting = all.find(({ boundTo }) => boundTo === now.digest);
  const newest = fitting ?? all[0];
  if (newest === undefined) return { state: "none", changed: [], evidence: null };
  if (fitting !== undefined) return { state: fitting.held ? "fits" : "failed", changed: [], evidence: fitting };
  const { binding } = newest.report;
  return { state: "stale", changed: binding === null ? [] : changedSince(binding, now), evidence: newest };
}
