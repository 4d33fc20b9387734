import type { Catalog } from "../../catalog/catalog.ts";
import type { ResolvedConfig } from "../../config/load-config.ts";
import type { Session } from "../../postgres/session.ts";
import type { Flight } from "../../run/guard.ts";
import type { RunPolicy } from "../../run/policy.ts";
import type { Binding } from "../binding.ts";

/** What gates are judged by. */
export interface GateSight {
  readonly flight: Flight;
  /** Nobody else's meanwhile, under the role that runs. */
  readonly session: Session;
  readonly policy: RunPolicy;
  readonly config: Pick<ResolvedConfig, "checks" | "schemas" | "ignore">;
  /** Where the command was called, by which `checks` is found. */
  readonly cwd: string;
  /** ms since 1970. */
  readonly now: number;
  /** The catalog that the plans begin with. */
  readonly catalog: () => Promise<Catalog>;
  /** What a rehearsal or an approval must have been given for. */
  readonly binding: () => Promise<Binding>;
  readonly signal: AbortSignal;
}
