import { LEFT_PAREN, RIGHT_PAREN, SEMICOLON } from "./characters.ts";
import type { Lexer } from "./lexer.ts";

/** `CREATE OR REPLACE FUNCTION` is the longest beginning that tells statements apart. */
const HEAD = 4;

/**
 * What the splitter must know of the statement it is in: whether a semicolon ends it, and whether data follow it.
 * Fed with the statement's tokens in order.
 */
export class StatementShape {
  #tokens = 0;
  #head = "";
  #kind: "routine" | "copy" | "other" = "other";
  #parentheses = 0;
  /** Depth of `BEGIN ATOMIC … END`. */
  #bodies = 0;
  /** The token before, folded to lower case; kept only where it decides something. */
  #previous = "";
  #readsStdin = false;

  /** Whether a semicolon here belongs to the statement: `CREATE RULE … DO (a; b)`, `BEGIN ATOMIC a; END`. */
  get isOpen(): boolean {
    return this.#parentheses > 0 || this.#bodies > 0;
  }

  /** `COPY … FROM stdin`; the grammar takes `FROM stdout` for the same. */
  get readsStdin(): boolean {
    return this.#readsStdin;
  }

  add(token: Lexer): void {
    if (this.#tokens < HEAD) this.#addHead(token);
    this.#tokens++;
    const code = token.text.charCodeAt(token.start);
    if (code === LEFT_PAREN) this.#parentheses++;
    else if (code === RIGHT_PAREN && this.#parentheses > 0) this.#parentheses--;
    if (this.#kind !== "other" && this.#parentheses === 0) this.#follow(token, code);
  }

  #addHead(token: Lexer): void {
    this.#head += `${token.kind === "word" ? folded(token) : "?"} `;
    if (this.#head === "copy ") this.#kind = "copy";
    // Most statements are known by their first word.
    else if (!this.#head.startsWith("create ")) this.#tokens = HEAD;
    else if (/^create (or replace )?(function|procedure) $/.test(this.#head)) this.#kind = "routine";
  }

  /** `END` closes a body only as a statement's first word; that of a CASE, a label or a column name never is one. */
  #follow(token: Lexer, code: number): void {
    const now = token.kind === "word" ? folded(token) : code === SEMICOLON ? ";" : "";
    const before = this.#previous;
    if (this.#kind === "copy") this.#readsStdin ||= before === "from" && (now === "stdin" || now === "stdout");
    else if (now === "atomic" && before === "begin") this.#bodies++;
    else if (now === "end" && this.#bodies > 0 && (before === ";" || before === "atomic")) this.#bodies--;
    this.#previous = now;
  }
}

const folded = (token: Lexer): string => token.text.slice(token.start, token.end).toLowerCase();
