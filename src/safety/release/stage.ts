/** What a release does, in its order. */
export type StageName = "plan" | "backup" | "rehearsal" | "gates" | "run" | "verify";

/** How a stage came out, in whole sentences. */
export type StageEnd =
  | { readonly held: true; readonly message: string }
  | {
      readonly held: false;
      readonly message: string;
      /** What to do before the release can go on. */
      readonly action: string;
      /** What the command ends with: 3 where nothing was changed because of it, 1 or 2 for what was found. */
      readonly exitCode: 1 | 2 | 3;
    };

/** A part of a release. */
export interface Stage {
  readonly name: StageName;
  /** Why there is nothing to do: what was shown before still holds. Undefined where it is to be done. */
  readonly standing: () => Promise<string | undefined>;
  /** What it does. */
  readonly intent: string;
  /** What it finds without doing anything, for those who only want to know; absent: `intent` says enough. */
  readonly preview?: () => Promise<string>;
  readonly run: () => Promise<StageEnd>;
}

export interface StageReport {
  readonly stage: StageName;
  /** `stands`: shown before, and still so; `would run`: with `--dry-run`; `waiting`: an earlier one did not hold. */
  readonly state: "done" | "stands" | "stopped" | "would run" | "waiting";
  readonly message: string;
  /** What to do where it stopped. */
  readonly action?: string;
  readonly durationMs: number;
}
