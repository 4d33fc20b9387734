import { BACKSLASH, BOM, SEMICOLON } from "./characters.ts";
import { readCopyData, startOfCopyData } from "./copy-data.ts";
import { endOfLine } from "./lexemes.ts";
import { Lexer } from "./lexer.ts";
import { SourceMap } from "./source-map.ts";
import type { MetaCommand, SplitSql, SqlStatement } from "./statement.ts";
import { StatementShape } from "./statement-shape.ts";

/**
 * Cuts a file into statements where PostgreSQL's own lexer (with standard_conforming_strings on) and psql would, without
 * parsing them. Empty statements are left out; a meta command ends the statement before it, as `\g` does.
 *
 * Throws `sql_syntax` at the place where a string, quoted identifier, comment or dollar quote begins that never ends.
 */
export function splitSql(text: string, file = "<sql>"): SplitSql {
  return new Splitter(text, file).split();
}

class Splitter {
  readonly #text: string;
  readonly #source: SourceMap;
  readonly #lexer: Lexer;
  readonly #statements: SqlStatement[] = [];
  readonly #metaCommands: MetaCommand[] = [];
  #shape = new StatementShape();
  /** The statement under way, once it has a token. */
  #open: { readonly start: number; end: number } | undefined;

  constructor(text: string, file: string) {
    this.#text = text;
    this.#source = new SourceMap(text);
    this.#lexer = new Lexer(this.#source, file, text.charCodeAt(0) === BOM ? 1 : 0);
  }

  split(): SplitSql {
    const lexer: Lexer = this.#lexer;
    const nul = this.#text.indexOf("\0");
    if (nul !== -1) lexer.fail(nul, "a NUL character, which PostgreSQL cannot take");
    while (lexer.advance()) {
      const code = lexer.kind === "punctuation" ? this.#text.charCodeAt(lexer.start) : 0;
      if (code === BACKSLASH) this.#metaCommand(lexer.start);
      else if (code === SEMICOLON && !this.#shape.isOpen) this.#close(true);
      else this.#add();
    }
    this.#close(true);
    return { statements: this.#statements, metaCommands: this.#metaCommands };
  }

  #add(): void {
    const { start, end } = this.#lexer;
    this.#shape.add(this.#lexer);
    if (this.#open === undefined) this.#open = { start, end };
    else this.#open.end = end;
  }

  #close(dataMayFollow: boolean): void {
    const open = this.#open;
    if (open === undefined) return;
    const { start, end } = open;
    const copyData = dataMayFollow && this.#shape.readsStdin ? { copyData: this.#takeData(start) } : {};
    const place = this.#source.lineAndColumn(start);
    this.#statements.push({ text: this.#text.slice(start, end), start, end, ...place, ...copyData });
    this.#open = undefined;
    this.#shape = new StatementShape();
  }

  #takeData(statement: number): string {
    const lexer: Lexer = this.#lexer;
    const start = startOfCopyData(this.#text, lexer.end);
    if (start === undefined) lexer.fail(lexer.end, "the data of COPY … FROM stdin must begin on the next line");
    const data = readCopyData(this.#text, start);
    if (data === undefined) lexer.fail(statement, "unterminated COPY data: a line with \\. must close them");
    lexer.moveTo(data.end);
    return data.data;
  }

  #metaCommand(start: number): void {
    this.#close(false);
    const end = endOfLine(this.#text, start);
    const text = this.#text.slice(start, end).trimEnd();
    this.#metaCommands.push({ text, ...this.#source.lineAndColumn(start) });
    // The data of \copy are no SQL: read as such, they would be blamed instead of the meta command.
    const data = /^\\copy\s.*\sfrom\s+stdin\b/i.test(text)
      ? readCopyData(this.#text, startOfCopyData(this.#text, end) ?? end)
      : undefined;
    this.#lexer.moveTo(data?.end ?? end);
  }
}
