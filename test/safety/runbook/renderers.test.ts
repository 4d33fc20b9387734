import { expect, test } from "vitest";
import { shellWord } from "../../../src/safety/rollback/shell-word.ts";
import {
  command,
  type Document,
  heading,
  list,
  paragraph,
  prose,
  query,
  table,
  text,
  toDo,
} from "../../../src/safety/runbook/document.ts";
import { html } from "../../../src/safety/runbook/html.ts";
import { markdown } from "../../../src/safety/runbook/markdown.ts";
import { shellWords } from "../../support/cli-here.ts";
import { blocksIn } from "./runbook-blocks.ts";

const HOSTILE = "<script>alert('x')</script> & \"a\" | b`c``d * _e_ [f](g)\n# h";

const DOCUMENT: Document = {
  title: HOSTILE,
  blocks: [
    heading("Plain `code`"),
    paragraph(text`before ${HOSTILE} behind`),
    ...list([[HOSTILE], prose("`one` and two")]),
    ...toDo([["to do"]]),
    ...table(["a|b", "c"], [[text`${HOSTILE}`, [HOSTILE]]]),
    ...command({ line: "lockkeeper up --to '0001_```'", when: "before", exit: 3, prints: "a `b`" }),
    query("SELECT '```'", "applied"),
  ],
};

test("what names and values hold steers neither HTML nor Markdown", () => {
  const page = html(DOCUMENT);
  expect(page).not.toMatch(/<script|<img|onerror=/);
  expect(page.match(/&lt;script&gt;/g)).toHaveLength(6);
  expect(page).toContain("default-src 'none'");
  expect(page).not.toMatch(/https?:|src=|href=/);
  const lines = markdown(DOCUMENT).split("\n");
  expect(lines[0]).toMatch(/^# \\<script\\>/);
  expect(lines.filter((line) => /^#+ h/.test(line))).toEqual([]);
  // A row has as many cells as the head.
  const rows = lines.filter((line) => line.startsWith("| "));
  expect(rows.map((row) => row.split(/(?<!\\)\|/).length)).toEqual([4, 4, 4]);
});

test("commands and queries are found again in the Markdown as they are", () => {
  expect(blocksIn(markdown(DOCUMENT))).toEqual([
    {
      language: "sh",
      when: "before",
      exit: 3,
      text: "lockkeeper up --to '0001_```'",
      heading: "Plain `code`",
      prints: "a `b`",
    },
    { language: "sql", when: "applied", exit: 0, text: "SELECT '```';", heading: "Plain `code`", prints: undefined },
  ]);
});

test("a word is the same word behind a shell", () => {
  for (const word of ["0001_plain", "it's", "a b", "$HOME", '"', "a;b", "`x`", "'"]) {
    expect(shellWords(`lockkeeper ${shellWord(word)} end`), word).toEqual(["lockkeeper", word, "end"]);
  }
});
