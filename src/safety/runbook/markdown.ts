import type { Block, Document, Inline, Text } from "./document.ts";

/** The document as Markdown. Behind the language of a block stands in which situation it is for. */
export const markdown = ({ title, blocks }: Document): string =>
  `# ${plain(title)}\n\n${blocks.map(block).join("\n\n")}\n`;

function block(one: Block): string {
  switch (one.kind) {
    case "heading":
      return `${"#".repeat(one.level)} ${inline(one.text)}`;
    case "paragraph":
      return inline(one.text);
    case "list":
      return one.items.map((item) => `- ${one.isToDo ? "[ ] " : ""}${inline(item)}`).join("\n");
    case "table":
      return [
        row(one.head.map((words) => cell([words]))),
        row(one.head.map(() => "---")),
        ...one.rows.map((cells) => row(cells.map(cell))),
      ].join("\n");
    case "command":
      return fenced("sh", `when=${one.when} exit=${one.exit}`, one.line);
    case "query":
      return fenced("sql", `when=${one.when}`, `${one.sql};`);
  }
}

const row = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;

/** A row is one line, and a bar ends a cell, also in code. */
const cell = (words: Text): string => inline(words).replaceAll("\n", " ").replaceAll("|", "\\|");

const inline = (words: Text): string => words.map(part).join("");

const part = (one: Inline): string => (typeof one === "string" ? plain(one) : quoted(one.code));

/** What Markdown, or HTML in it, would take for something else. */
const plain = (words: string): string => words.replace(/[\\`*_{}[\]<>#&~]/g, "\\$&").replace(/\s*\n\s*/g, " ");

/** Between more back-quotes than stand next to each other in it. */
function quoted(code: string): string {
  const line = code.replace(/\s*\n\s*/g, " ");
  const fence = "`".repeat(longestRun(line) + 1);
  const space = /^`|`$|^ .* $/.test(line) ? " " : "";
  return line === "" ? "" : `${fence}${space}${line}${space}${fence}`;
}

function fenced(language: string, info: string, text: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language} ${info}\n${text}\n${fence}`;
}

const longestRun = (text: string): number => Math.max(0, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
