import type { Effect } from "../effects/effect.ts";
import type { OnlinePolicy } from "./online-policy.ts";

/** Whether work on rows that others use lasts longer than the policy lets a lock be held, or may. */
export const isLong = (effect: Effect, context: { readonly policy: OnlinePolicy }): boolean =>
  areLong([effect], context);

/** The same of work that is done one after the other, under the locks of all of it. */
export const areLong = (effects: readonly Effect[], { policy }: { readonly policy: OnlinePolicy }): boolean =>
  secondsOfWork(effects) > policy.briefSeconds;

/** How long all of it works on rows that others use, in seconds; infinite where nobody knows. */
export const secondsOfWork = (effects: readonly Effect[]): number =>
  effects.reduce(
    (sum, { work, isNew, seconds = Number.POSITIVE_INFINITY }) => sum + (work === "none" || isNew ? 0 : seconds),
    0,
  );
