/** A command or a query of a runbook, as its Markdown has it. */
export interface Block {
  readonly language: "sh" | "sql";
  readonly when: string;
  readonly exit: number;
  readonly text: string;
  /** The heading under which it stands. */
  readonly heading: string;
  /** What it is to print; absent for queries. */
  readonly prints: string | undefined;
}

const PART =
  /^#{2,3} (.*)$|^(`{3,})(sh|sql) when=(\w+)(?: exit=(\d+))?\n([\s\S]*?)\n\2$|^Expected: (`+) ?(.*?) ?\7[.;]/gm;

export function blocksIn(markdown: string): readonly Block[] {
  const blocks: Block[] = [];
  let heading = "";
  for (const [, title, , language, when = "", exit = "0", text = "", , prints] of markdown.matchAll(PART)) {
    if (title !== undefined) {
      heading = title;
    } else if (language === "sh" || language === "sql") {
      blocks.push({ language, when, exit: Number(exit), text, heading, prints: undefined });
    } else {
      const last = blocks.pop();
      if (last !== undefined) blocks.push({ ...last, prints });
    }
  }
  return blocks;
}
