import type { QualifiedName } from "./names.ts";

export interface Collation extends QualifiedName {
  readonly provider: "default" | "libc" | "icu" | "builtin";
  readonly deterministic: boolean;
  /** Of ICU and built-in collations. */
  readonly locale?: string;
  readonly collate?: string;
  readonly ctype?: string;
  /** Of libc: it goes with every encoding, as copies of "C" and "POSIX" do; others go with the database's alone. */
  readonly everyEncoding?: true;
  /** Tailoring rules of ICU (16). */
  readonly rules?: string;
  readonly owner: string;
  readonly comment?: string;
}
