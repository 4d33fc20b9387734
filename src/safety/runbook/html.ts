import type { Block, Document, Text } from "./document.ts";

/** The document as one file of HTML that needs nothing else, and runs nothing. */
export const html = ({ title, blocks }: Document): string => `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(title)}</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>${escaped(title)}</h1>
${blocks.map(block).join("\n")}
</main>
</body>
</html>
`;

const STYLE = `
:root { color-scheme: light dark; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0; }
main { max-width: 60rem; margin: 0 auto; padding: 1rem; }
h1, h2, h3 { line-height: 1.2; }
h2 { border-top: 1px solid #8888; padding-top: 1rem; margin-top: 2.5rem; }
code, pre { font: 0.9em/1.45 ui-monospace, monospace; }
code { overflow-wrap: anywhere; }
pre { border: 1px solid #8888; border-radius: 4px; padding: 0.6rem 0.8rem; overflow-x: auto; }
pre.sh { border-left-width: 5px; }
table { border-collapse: collapse; display: block; overflow-x: auto; }
th, td { border: 1px solid #8888; padding: 0.3rem 0.6rem; text-align: left; vertical-align: top; }
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
      return `<table><thead>${row("th", one.head.map(escaped))}</thead><tbody>${one.rows
        .map((cells) => row("td", cells.map(inline)))
        .join("")}</tbody></table>`;
    case "command":
      return `<pre class="sh" data-when="${one.when}" data-exit="${one.exit}"><code>${escaped(one.line)}</code></pre>`;
    case "query":
      return `<pre class="sql" data-when="${one.when}"><code>${escaped(one.sql)};</code></pre>`;
  }
}

const row = (tag: "th" | "td", cells: readonly string[]): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join("")}</tr>`;

const inline = (words: Text): string =>
  words.map((one) => (typeof one === "string" ? escaped(one) : `<code>${escaped(one.code)}</code>`)).join("");

const ENTITIES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

const escaped = (words: string): string => words.replace(/[&<>"']/g, (one) => ENTITIES[one] ?? one);
