import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Directives } from "./migration.ts";

export const NO_DIRECTIVES: Directives = {
  depends: [],
  mode: "online",
  transaction: "one",
  references: [],
  using: [],
  allow: [],
};

const COMMENT = /^\s*(?:--|\/\/)\s*lockkeeper:(.*)$/;

/**
 * Reads the directives of a file: `-- lockkeeper:` lines (`// lockkeeper:` in TypeScript) above the first statement.
 *
 * @param firstLine number of the text's first line in its file
 * @throws LockkeeperError `directive_unknown` with the line
 */
export function readDirectives(text: string, file: string, firstLine = 1): Directives {
  if (!text.includes("lockkeeper:")) {
    return NO_DIRECTIVES;
  }
  const found: { -readonly [K in keyof Directives]: Directives[K] } = { ...NO_DIRECTIVES };
  let leading = true;
  let inBlockComment = false;
  for (const [index, line] of text.split(/\r\n|\r|\n/).entries()) {
    const body = COMMENT.exec(line)?.[1];
    if (body !== undefined && leading && !inBlockComment) {
      apply(found, body.trim(), { file, line: firstLine + index, excerpt: line });
      continue;
    }
    const trimmed = line.trim().replace(/^\uFEFF/, "");
    if (inBlockComment || trimmed.startsWith("/*")) {
      inBlockComment = !trimmed.includes("*/");
      continue;
    }
    leading &&= trimmed === "" || trimmed.startsWith("--") || trimmed.startsWith("//");
    if (!leading) {
      break;
    }
  }
  return found;
}

type Found = { -readonly [K in keyof Directives]: Directives[K] };
interface DirectivePlace {
  readonly file: string;
  readonly line: number;
  readonly excerpt: string;
}

function apply(found: Found, body: string, at: DirectivePlace): void {
  const [name = "", ...words] = body.split(/\s+/);
  const rest = body.slice(name.length).trim();
  switch (name) {
    case "depends":
      if (words.length === 0) {
        throw malformed(at, "`depends` names no migration");
      }
      for (const word of words) {
        const id = word.replace(/,$/, "");
        found.depends = [...found.depends, id];
        found.references = [...found.references, { directive: "depends", id, line: at.line }];
      }
      return;
    case "mode":
      if (rest !== "direct" && rest !== "online") {
        throw malformed(at, `\`mode\` is \`direct\` or \`online\`, not \`${rest}\``);
      }
      found.mode = rest;
      return;
    case "transaction":
      if (rest !== "one" && rest !== "each") {
        throw malformed(at, `\`transaction\` is \`one\` or \`each\`, not \`${rest}\``);
      }
      found.transaction = rest;
      return;
    case "contract":
      if (words.length !== 1) {
        throw malformed(at, "`contract` takes the id of one migration");
      }
      if (found.contract !== undefined) {
        throw malformed(at, "`contract` is there twice");
      }
      found.contract = rest;
      found.references = [...found.references, { directive: "contract", id: rest, line: at.line }];
      return;
    case "using": {
      const parts = /^("(?:[^"]|"")+"|[^\s=]+)\s*=\s*(\S.*)$/.exec(rest);
      if (parts === null) {
        throw malformed(at, "`using` is written `using column = expression`");
      }
      found.using = [...found.using, { column: parts[1] ?? "", expression: parts[2] ?? "" }];
      return;
    }
    case "allow": {
      const parts = /^([a-z][a-z0-9-]*)\s+because\s+"([^"]*\S[^"]*)"$/.exec(rest);
      if (parts === null) {
        throw malformed(at, '`allow` needs a rule and a reason: `allow drop-column because "unused since 2.3"`');
      }
      found.allow = [...found.allow, { rule: parts[1] ?? "", reason: parts[2] ?? "", line: at.line }];
      return;
    }
    default:
      throw malformed(at, `there is no directive \`${name}\``);
  }
}

function malformed(at: DirectivePlace, reason: string): LockkeeperError {
  return new LockkeeperError("directive_unknown", {
    message: `${at.file}:${at.line}: ${reason}.`,
    at,
    notDone: "Nothing was run.",
  });
}
