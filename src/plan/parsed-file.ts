import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import { SourceMap } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SplitSql, SqlStatement } from "../sql/statement.ts";
import type { AuthoredStep } from "./plan.ts";

export type SqlPiece = Extract<AuthoredStep, { kind: "sql" }>;

/** An SQL text taken apart. */
export interface ParsedFile {
  readonly source: SourceMap;
  readonly statements: readonly { readonly source: SqlStatement; readonly statement: ParsedStatement }[];
}

/** Texts that were taken apart already; what is read before it is planned need not be parsed twice. */
export type ParsedFiles = Map<string, ParsedFile>;

/**
 * @param known a text that is in it is taken out of it, so that its trees are gone once they have served
 * @param keep puts the text there for the next time
 * @throws LockkeeperError `sql_meta_command`, `directive_unknown`, `sql_syntax` and those of the splitter
 */
export function parseFile(
  { text: piece, firstLine, file }: SqlPiece,
  known?: ParsedFiles,
  keep: boolean = false,
): ParsedFile {
  const key = `${file}\u0000${firstLine}\u0000${piece}`;
  const before = known?.get(key);
  if (before !== undefined) {
    if (!keep) known?.delete(key);
    return before;
  }
  // Empty lines in front keep every place right where the text is a section of a longer file.
  const text = firstLine > 1 ? "\n".repeat(firstLine - 1) + piece : piece;
  const split = splitSql(text, file);
  const source = new SourceMap(text);
  refuseMetaCommand(split, file);
  refuseLateDirective(text, split, source, file);
  const parsed = {
    source,
    statements: split.statements.map((one) => ({ source: one, statement: parseStatement(one, file, text) })),
  };
  if (keep) known?.set(key, parsed);
  return parsed;
}

function refuseMetaCommand(split: SplitSql, file: string): void {
  const [command] = split.metaCommands;
  if (command !== undefined) {
    throw new LockkeeperError("sql_meta_command", {
      message: `${file}:${command.line}: ${command.text.trim()} is a command of psql, which the server does not know.`,
      at: { file, line: command.line, column: command.column, excerpt: command.text },
      notDone: "Nothing was run.",
    });
  }
}

/** A directive below the first statement would be taken for one that works; only `allow` may stand above any of them. */
function refuseLateDirective(text: string, split: SplitSql, source: SourceMap, file: string): void {
  const [first] = split.statements;
  for (const match of text.matchAll(/^[ \t]*--[ \t]*lockkeeper:(?!\s*allow\s)/gm)) {
    const late = first !== undefined && match.index > first.start;
    const inside = split.statements.some(({ start, end }) => match.index >= start && match.index < end);
    if (late && !inside) {
      const at = source.place(file, match.index);
      throw new LockkeeperError("directive_unknown", {
        message: `${file}:${at.line}: directives stand above the first statement.`,
        at,
        notDone: "Nothing was run.",
      });
    }
  }
}
