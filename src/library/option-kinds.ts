import { DEFAULT_POLICY, type RunPolicy } from "../run/policy.ts";
import type { ChangeOptions, WatchOptions } from "./change-project.ts";
import type { ProjectOptions } from "./open-project.ts";
import type { OptionKinds } from "./require-options.ts";

/** Checked where the configuration is read, together with what the environment and the file say. */
export const PROJECT_KINDS: OptionKinds<ProjectOptions> = { url: "any", migrations: "any", layout: "any" };

export const WATCH_KINDS: OptionKinds<WatchOptions> = { signal: "object", onEvent: "function", logger: "object" };

export const CHANGE_KINDS: OptionKinds<ChangeOptions> = {
  ...PROJECT_KINDS,
  ...WATCH_KINDS,
  policy: "object",
  overrides: "object",
};

/** Every number that has a default is a duration. */
export const POLICY_KINDS = {
  ...Object.fromEntries(
    Object.entries(DEFAULT_POLICY).map(([key, value]) => [key, typeof value === "number" ? "duration" : "text"]),
  ),
  buildWorkers: "number",
  role: "text",
  sweep: "object",
  contract: "object",
  drift: "object",
} as OptionKinds<RunPolicy>;
