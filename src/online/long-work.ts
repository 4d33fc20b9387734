import type { Effect } from "../effects/effect.ts";
import type { OnlinePolicy } from "./online-policy.ts";

/** Whether work on rows that others use lasts longer than the policy lets a lock be held, or may. */
export const isLong = ({ work, isNew, seconds }: Effect, { policy }: { readonly policy: OnlinePolicy }): boolean =>
  work !== "none" && !isNew && !(seconds !== undefined && seconds <= policy.briefSeconds);
