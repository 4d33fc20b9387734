import { execFileSync } from "node:child_process";
import { expect, test } from "vitest";

const PARSER = new URL("../../src/sql/parse-statement.ts", import.meta.url).href;

/** Parses one statement after the other, keeps none, and prints the largest size of the process, in MB. */
const PROGRAM = `
  import { loadParser, parseStatement } from ${JSON.stringify(PARSER)};
  await loadParser();
  for (let n = 0; n < 40_000; n++) {
    const text = "INSERT INTO items VALUES (" + n + ", 'value', 'x')";
    parseStatement({ text, start: 0, end: text.length, line: 1, column: 1 }, "x.sql");
  }
  console.log(process.resourceUsage().maxRSS / 1024);
`;

test("a file of many statements is parsed without the memory that optimizing the parser's code would take", () => {
  const printed = execFileSync(process.execPath, ["--input-type=module", "-e", PROGRAM], { encoding: "utf8" });
  expect(Number(printed)).toBeGreaterThan(0);
  expect(Number(printed)).toBeLessThan(250);
});
