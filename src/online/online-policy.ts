/** What the planner may let stop traffic, and what it does with names and data that others may still use. */
export interface OnlinePolicy {
  /** Work under a lock that blocks reads or writes is left as written when it is expected to last no longer, in seconds. */
  readonly briefSeconds: number;
}

export const DEFAULT_ONLINE_POLICY: OnlinePolicy = { briefSeconds: 0.05 };
