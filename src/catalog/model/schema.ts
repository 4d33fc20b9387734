import type { Governed } from "./grant.ts";

export interface Schema extends Governed {
  readonly name: string;
}
