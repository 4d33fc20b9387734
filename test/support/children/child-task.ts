import type { RunPolicy } from "../../../src/run/policy.ts";

/** What a runner in a process of its own does, handed over as JSON. */
export interface ChildTask {
  readonly command: "up" | "down" | "contract" | "resume" | "install";
  readonly url: string;
  /** The folder of migrations. */
  readonly folder: string;
  readonly policy?: Partial<RunPolicy>;
  readonly freeze?: Freeze;
}

/**
 * The process stops itself (SIGSTOP) at one of its messages to the server: `before` it is sent, or just after it was
 * `sent`.
 */
export interface Freeze {
  readonly when: "before" | "sent";
  /** The number of the message, from 1, or a pattern that its text matches. */
  readonly at: number | string;
}

/** The last line that the child prints. */
export type ChildEnd =
  | { readonly type: "child.result"; readonly result: unknown; readonly messages: number }
  | { readonly type: "child.error"; readonly error: { readonly code: string; readonly message: string } };

/** Printed just before it freezes. */
export interface ChildFreezing {
  readonly type: "child.freezing";
  readonly text: string;
}

/** Exit code of a child that ended with anything but an error of the catalogue. */
export const NO_CLEAR_ERROR = 70;
