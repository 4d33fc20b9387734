import { escapedHtml } from "../html/escaped-html.ts";
import { htmlPage } from "../html/html-page.ts";
import type { Block, Document, Text } from "./document.ts";

/** The document as one file of HTML that needs nothing else, and runs nothing. */
export const html = ({ title, blocks }: Document): string =>
  htmlPage({ title, style: STYLE, body: blocks.map(block).join("\n") });

const STYLE = `
pre { font: 0.9em/1.45 ui-monospace, monospace; }
h1, h2, h3 { line-height: 1.2; }
h2 { border-top: 1px solid #8888; padding-top: 1rem; margin-top: 2.5rem; }
pre { border: 1px solid #8888; border-radius: 4px; padding: 0.6rem 0.8rem; overflow-x: auto; }
pre.sh { border-left-width: 5px; }
ul.to-do { list-style: none; padding-left: 0.5rem; }
@media print { pre { white-space: pre-wrap; } h2 { break-after: avoid; } }
`;

function block(one: Block): string {
  switch (one.kind) {
    case "heading":
      return `<h${one.level}>${inline(one.text)}</h${one.level}>`;
    case "paragraph":
      return `<p>${inline(one.text)}</p>`;
    case "list": {
      const box = one.isToDo ? '<input type="checkbox"> ' : "";
      const items = one.items.map((item) => `<li>${box}${inline(item)}</li>`);
      return `<ul${one.isToDo ? ' class="to-do"' : ""}>${items.join("")}</ul>`;
    }
    case "table":
      return `<table><thead>${row("th", one.head.map(escapedHtml))}</thead><tbody>${one.rows
        .map((cells) => row("td", cells.map(inline)))
        .join("")}</tbody></table>`;
    case "command":
      return `<pre class="sh" data-when="${one.when}" data-exit="${one.exit}"><code>${escapedHtml(one.line)}</code></pre>`;
    case "query":
      return `<pre class="sql" data-when="${one.when}"><code>${escapedHtml(one.sql)};</code></pre>`;
  }
}

const row = (tag: "th" | "td", cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;

const inline = (words: Text): string =>
  words.map((one) => (typeof one === "string" ? escapedHtml(one) : `<code>${escapedHtml(one.code)}</code>`)).join("");
