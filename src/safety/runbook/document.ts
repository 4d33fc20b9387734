import type { Command, Situation } from "../rollback/scenarios.ts";

/** A piece of a sentence: plain, or as it is typed. */
export type Inline = string | { readonly code: string };

export type Text = readonly Inline[];

/** A query that an operator asks. */
interface Query {
  readonly sql: string;
  readonly when: Situation;
}

/** What a document is made of; plain data, rendered as Markdown or HTML. */
export type Block =
  | { readonly kind: "heading"; readonly level: 2 | 3; readonly text: Text }
  | { readonly kind: "paragraph"; readonly text: Text }
  | { readonly kind: "list"; readonly items: readonly Text[]; readonly isToDo: boolean }
  | { readonly kind: "table"; readonly head: readonly string[]; readonly rows: readonly (readonly Text[])[] }
  | ({ readonly kind: "command" } & Command)
  | ({ readonly kind: "query" } & Query);

export interface Document {
  readonly title: string;
  readonly blocks: readonly Block[];
}

/** A sentence; what is put in is shown as it is typed. */
export const text = (parts: TemplateStringsArray, ...codes: readonly (string | number)[]): Text =>
  parts.flatMap((part, index): Inline[] => {
    const code = codes[index];
    return [...(part === "" ? [] : [part]), ...(code === undefined ? [] : [{ code: String(code) }])];
  });

/** A sentence of which parts between back-quotes are shown as they are typed. */
export const prose = (sentence: string): Text =>
  sentence
    .split("`")
    .flatMap((part, index): Inline[] => (part === "" ? [] : index % 2 === 0 ? [part] : [{ code: part }]));

export const code = (words: string): Text => [{ code: words }];

export const heading = (words: string, level: 2 | 3 = 2): Block => ({ kind: "heading", level, text: prose(words) });

export const paragraph = (words: Text): Block => ({ kind: "paragraph", text: words });

export const list = (items: readonly Text[]): readonly Block[] =>
  items.length === 0 ? [] : [{ kind: "list", items, isToDo: false }];

/** Boxes to tick. */
export const toDo = (items: readonly Text[]): readonly Block[] =>
  items.length === 0 ? [] : [{ kind: "list", items, isToDo: true }];

export const table = (head: readonly string[], rows: readonly (readonly Text[])[]): readonly Block[] =>
  rows.length === 0 ? [] : [{ kind: "table", head, rows }];

/** A command with what it is to print, and the exit code where that is not 0. */
export function command(one: Command): readonly Block[] {
  const ends = one.exit === 0 ? [] : [`; it ends with exit code `, { code: String(one.exit) }];
  return [
    { kind: "command", ...one },
    { kind: "paragraph", text: ["Expected: ", { code: one.prints }, ...ends, "."] },
  ];
}

export const query = (sql: string, when: Situation): Block => ({ kind: "query", sql, when });
