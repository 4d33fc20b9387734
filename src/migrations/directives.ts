import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import { nearestName } from "../errors/nearest-name.ts";
import type { ColumnExpression, Directives } from "./migration.ts";

export const NO_DIRECTIVES: Directives = {
  depends: [],
  mode: "online",
  transaction: "one",
  replaces: [],
  stoodFor: {},
  references: [],
  using: [],
  back: [],
  allow: [],
};

const NAMES = ["depends", "mode", "transaction", "contract", "replaces", "using", "back", "allow"] as const;

/** As it is written. */
const DIRECTIVE = /^\s*(?:--|\/\/)\s*lockkeeper:(.*)$/;
/** As it is written by mistake: in other letters, with the colon apart or gone, in a comment of another form. */
const NEARLY = new RegExp(`^\\s*(?:--+|//+|/\\*+|\\*|#)?\\s*lockkeeper(?:\\s*:|\\s+(?:${NAMES.join("|")})\\b)`, "i");

/**
 * Reads the directives of a file: `-- lockkeeper:` lines (`// lockkeeper:` in TypeScript) above the first statement.
 *
 * @param firstLine number of the text's first line in its file
 * @throws LockkeeperError `directive_unknown` with the line
 */
export function readDirectives(text: string, file: string, firstLine = 1): Directives {
  if (!/lockkeeper/i.test(text)) {
    return NO_DIRECTIVES;
  }
  const found: Found = { ...NO_DIRECTIVES };
  for (const { line, number, isInBlock } of leadingLines(text)) {
    const at = { file, line: firstLine + number, excerpt: line };
    const written = DIRECTIVE.exec(line);
    if (written !== null) {
      // One that stands whole in a block comment was taken out on purpose.
      if (!isInBlock) {
        apply(found, (written[1] ?? "").trim(), at);
      }
    } else if (NEARLY.test(line)) {
      throw malformed(at, "a directive is written `-- lockkeeper: NAME …`, on a line of its own");
    }
  }
  requireNamed("using", found.using, text);
  requireNamed("back", found.back, text);
  return found;
}

/** A column that no statement names is one that is written wrongly. */
function requireNamed(directive: "using" | "back", all: readonly ColumnExpression[], text: string): void {
  if (all.length === 0) return;
  const lines = text.toLowerCase().split(/\r\n|\r|\n/);
  const rest = lines.filter((line) => !DIRECTIVE.test(line)).join("\n");
  for (const { names, at } of all) {
    const column = names.at(-1) ?? "";
    if (!rest.includes(column.replaceAll('"', '""').toLowerCase())) {
      throw malformed(at, `\`${directive}\` is for the column ${column}, which no statement of the file names`);
    }
  }
}

interface LeadingLine {
  readonly line: string;
  /** From 0. */
  readonly number: number;
  /** Whether a block comment begins on it or above it. */
  readonly isInBlock: boolean;
}

/** The comments and empty lines above the first statement. */
function* leadingLines(text: string): Iterable<LeadingLine> {
  let isOpen = false;
  for (const [number, line] of text.split(/\r\n|\r|\n/).entries()) {
    const trimmed = line.trim();
    const isInBlock = isOpen || trimmed.startsWith("/*");
    if (!isInBlock && trimmed !== "" && !trimmed.startsWith("--") && !trimmed.startsWith("//")) {
      return;
    }
    yield { line, number, isInBlock };
    if (isInBlock) {
      const end = trimmed.indexOf("*/");
      isOpen = end === -1;
      if (!isOpen && !/^(?:--|\/\/|$)/.test(trimmed.slice(end + 2).trim())) {
        return;
      }
    }
  }
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
    case "replaces":
      if (words.length === 0) {
        throw malformed(at, "`replaces` names no migration");
      }
      replacing(
        found,
        words.map((word) => word.replace(/,$/, "")),
        at,
      );
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
    case "using":
    case "back":
      found[name] = [...found[name], columnExpression(name, rest, at)];
      return;
    case "allow": {
      const parts = /^([a-z][a-z0-9-]*)\s+because\s+"([^"]*\S[^"]*)"$/.exec(rest);
      if (parts === null) {
        throw malformed(at, '`allow` needs a rule and a reason: `allow drop-column because "unused since 2.3"`');
      }
      found.allow = [...found.allow, { rule: parts[1] ?? "", reason: parts[2] ?? "", line: at.line }];
      return;
    }
    default: {
      const meant = nearestName(name, NAMES);
      throw malformed(
        at,
        `there is no directive \`${name}\`${meant === undefined ? "" : `; did you mean \`${meant}\`?`}`,
      );
    }
  }
}

/** `ID…`, or `ID… in SQUASH` for those that one of them stood for. */
function replacing(found: Found, words: readonly string[], at: DirectivePlace): void {
  const place = words.indexOf("in");
  if (place === -1) {
    found.replaces = [...found.replaces, ...words];
    return;
  }
  const [squash, ...more] = words.slice(place + 1);
  if (place === 0 || squash === undefined || more.length > 0) {
    throw malformed(at, "`replaces` is written `replaces ID` or `replaces ID in SQUASH`");
  }
  const before = found.stoodFor[squash] ?? [];
  found.stoodFor = { ...found.stoodFor, [squash]: [...before, ...words.slice(0, place)] };
}

/** A column with its table and schema, as far as they are written. */
const COLUMN = /^((?:(?:"(?:[^"]|"")+"|[^\s=."]+)(?:\.(?=\S)|(?=\s*=))){1,3})\s*=\s*(\S.*)$/;
const NAME = /"((?:[^"]|"")+)"|[^."]+/g;

function columnExpression(directive: string, text: string, at: DirectivePlace): ColumnExpression {
  const [, column = "", expression = ""] = COLUMN.exec(text) ?? [];
  if (expression === "") throw malformed(at, `\`${directive}\` is written \`${directive} column = expression\``);
  const before = at.excerpt.slice(0, at.excerpt.lastIndexOf(expression));
  return {
    names: [...column.matchAll(NAME)].map(([name, quoted]) => quoted?.replaceAll('""', '"') ?? name.toLowerCase()),
    expression,
    at: { ...at, column: [...before].length + 1 },
    directive: { line: at.line, column: at.excerpt.search(/\S/) + 1, text: at.excerpt.trim() },
  };
}

function malformed(at: Place, reason: string): LockkeeperError {
  return new LockkeeperError("directive_unknown", {
    message: `${at.file}:${at.line}: ${reason}${reason.endsWith("?") ? "" : "."}`,
    at,
    notDone: "Nothing was run.",
  });
}
