import type { Governed } from "./grant.ts";
import type { Options, QualifiedName } from "./names.ts";

/** Values of options that may hold secrets are replaced by {@link HIDDEN_VALUE}. */
export interface ForeignDataWrapper extends Governed {
  readonly name: string;
  readonly handler?: QualifiedName;
  readonly validator?: QualifiedName;
  readonly options: Options;
}

export interface ForeignServer extends Governed {
  readonly name: string;
  readonly wrapper: string;
  readonly type?: string;
  readonly version?: string;
  readonly options: Options;
}

export interface UserMapping {
  readonly server: string;
  /** A role, or `public`. */
  readonly user: string;
  /** Names only, as far as the reading role may see them: the values are credentials. */
  readonly optionNames: readonly string[];
}

export const HIDDEN_VALUE = "(hidden)";
