import type { SqlStatement } from "../sql/statement.ts";
import type { Finding, Unchecked } from "./finding.ts";

/** A line `-- lockkeeper: allow RULE because "reason"`. */
interface Suppression {
  readonly rule: string;
  readonly line: number;
  readonly column: number;
  /** Lines of the statement that it stands above; absent for the whole file. */
  readonly lines?: { readonly first: number; readonly last: number };
}

export interface Suppressions {
  readonly allowed: readonly Suppression[];
  readonly wrong: readonly Unchecked[];
}

/** Also as it is written by mistake: in other letters, with the colon apart or gone. */
const COMMENT = /^([ \t]*)(--+[ \t]*lockkeeper(?:[ \t]*:|(?=[ \t]+allow\b)))(.*)$/gim;
const WRITTEN = /^--[ \t]*lockkeeper:$/;
const ALLOW = /^allow\s+([a-z][a-z0-9-]*)\s+because\s+"[^"]*\S[^"]*"$/;

/**
 * The suppressions of a file: those above its first statement are for all of it, the others for the statement below
 * them.
 *
 * @param isRule whether there is a rule of that name
 */
export function readSuppressions(
  text: string,
  file: string,
  statements: readonly SqlStatement[],
  isRule: (id: string) => boolean,
): Suppressions {
  const allowed: Suppression[] = [];
  const wrong: Unchecked[] = [];
  if (!/lockkeeper/i.test(text)) {
    return { allowed, wrong };
  }
  for (const match of text.matchAll(COMMENT)) {
    if (statements.some(({ start, end }) => match.index >= start && match.index < end)) {
      continue;
    }
    const line = text.slice(0, match.index).split(/\r\n|\r|\n/).length;
    const column = (match[1] ?? "").length + 1;
    const body = (match[3] ?? "").trim();
    const isAbove = statements[0] === undefined || match.index < statements[0].start;
    const complain = (reason: string): void => void wrong.push({ kind: "directive", file, line, column, reason });
    if (!WRITTEN.test(match[2] ?? "")) {
      complain("a directive is written `-- lockkeeper: NAME …`");
      continue;
    }
    if (!/^allow\b/.test(body)) {
      if (!isAbove) {
        complain("directives other than `allow` stand above the first statement");
      }
      continue;
    }
    const rule = ALLOW.exec(body)?.[1];
    if (rule === undefined) {
      complain('`allow` needs a rule and a reason: `allow drop-column because "unused since 2.3"`');
    } else if (!isRule(rule)) {
      complain(`there is no rule \`${rule}\``);
    } else if (isAbove) {
      allowed.push({ rule, line, column });
    } else {
      const next = statements.find(({ start }) => start > match.index);
      const gap = next === undefined ? "x" : text.slice(match.index, next.start);
      if (next === undefined || !/^(?:[ \t]*(?:--[^\r\n]*)?(?:\r\n|\r|\n)?)*$/.test(gap)) {
        complain("`allow` stands directly above the statement that it is for");
      } else {
        const last = next.line + next.text.split(/\r\n|\r|\n/).length - 1;
        allowed.push({ rule, line, column, lines: { first: next.line, last } });
      }
    }
  }
  return { allowed, wrong };
}

/** The findings that nobody allowed, and the suppressions that allowed none. */
export function suppress(
  findings: readonly Finding[],
  allowed: readonly Suppression[],
): { readonly left: readonly Finding[]; readonly unused: readonly Suppression[] } {
  const used = new Set<Suppression>();
  const left = findings.filter((finding) => {
    const by = allowed.filter(
      ({ rule, lines }) =>
        rule === finding.rule && (lines === undefined || (finding.line >= lines.first && finding.line <= lines.last)),
    );
    for (const one of by) {
      used.add(one);
    }
    return by.length === 0;
  });
  return { left, unused: allowed.filter((one) => !used.has(one)) };
}
