import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";

export interface Block {
  /** The first word behind the fence. */
  readonly language: string;
  /** What follows it: the file that the block is to be written into. */
  readonly file: string;
  readonly text: string;
}

const ROOT = join(import.meta.dirname, "../..");

/** The fenced blocks of a page. */
function blocksOf(markdown: string): Block[] {
  return [...markdown.matchAll(/^```(\w+) *(.*)\n([\s\S]*?)^```$/gm)].map(
    ([, language = "", file = "", text = ""]) => ({
      language,
      file,
      text,
    }),
  );
}

/** The fenced blocks of the README below a heading of the second level, in their order. */
export function readmeBlocks(heading: string): Block[] {
  const readme = readFileSync(join(ROOT, "README.md"), "utf8");
  const section = readme.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) {
    throw new Error(`The README has no section "${heading}".`);
  }
  return blocksOf(section);
}

/** The TypeScript that the README and the guides show. */
export function shownTypeScript(): string[] {
  const guides = readdirSync(join(ROOT, "docs")).filter((name) => name.endsWith(".md"));
  const pages = [join(ROOT, "README.md"), ...guides.map((name) => join(ROOT, "docs", name))];
  return pages
    .flatMap((path) => blocksOf(readFileSync(path, "utf8")))
    .flatMap(({ language, text }) => (language === "ts" ? [text] : []));
}

/** A command of a `console` block with the output that is shown below it. */
export interface Dialogue {
  readonly command: string;
  readonly output: string;
}

export function dialogues(text: string): Dialogue[] {
  return text
    .split(/^\$ /m)
    .slice(1)
    .map((part) => {
      const [command = "", ...output] = part.split("\n");
      return { command, output: output.join("\n") };
    });
}

/**
 * An output as a sequence of line shapes, in which numbers, durations and column widths do not count, nor how often
 * something was said again, nor the progress of what takes long.
 */
export function shapes(output: string): string[] {
  return output
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.includes("building index"))
    .map((line) => line.replace(/\d[\d,.]* (ms|s|min)\b/g, "N t").replace(/\d[\d,.]*/g, "N"))
    .map((line) => line.replace(/\s+/g, " ").trim())
    .filter((line, index, lines) => lines.indexOf(line) === index);
}
