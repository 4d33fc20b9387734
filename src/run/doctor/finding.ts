/** One thing the doctor looked at. */
export interface Finding {
  readonly check: string;
  readonly ok: boolean;
  /** What is. */
  readonly message: string;
  /** What to do; null where all is well. */
  readonly action: string | null;
}

export const good = (check: string, message: string): Finding => ({ check, ok: true, message, action: null });

export const bad = (check: string, message: string, action: string): Finding => ({ check, ok: false, message, action });
