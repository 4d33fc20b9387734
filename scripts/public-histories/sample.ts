import { createHash } from "node:crypto";
import type { Finding } from "../../src/hazards/finding.ts";

export interface PublicFinding {
  readonly history: string;
  readonly finding: Finding;
}

/** Of each history as many findings as chance would choose, the same ones each time: those whose place has the smallest hash. */
export function sample(findings: readonly PublicFinding[], ofEach: number): readonly PublicFinding[] {
  const drawn = new Map<string, number>();
  return findings
    .map((one) => ({ one, order: createHash("sha256").update(keyOf(one)).digest("hex") }))
    .toSorted((a, b) => (a.order < b.order ? -1 : 1))
    .map(({ one }) => one)
    .filter(({ history }) => {
      const number = (drawn.get(history) ?? 0) + 1;
      drawn.set(history, number);
      return number <= ofEach;
    });
}

const keyOf = ({ history, finding: { rule, file, line, column } }: PublicFinding): string =>
  `lockkeeper 1 ${history} ${rule} ${file} ${line} ${column}`;
