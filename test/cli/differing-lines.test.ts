import fc from "fast-check";
import { expect, test } from "vitest";
import { differingLines } from "../../src/cli/differing-lines.ts";

const shown = (before: string, after: string): string[] =>
  differingLines(before, after).map(({ side, line, text }) => `${line}${side === "before" ? "-" : "+"}${text}`);

test("the lines of both sides that the other has not in their place", () => {
  expect(shown("a\nb\nc\nd", "a\nB\nc\nd\ne")).toEqual(["2-b", "2+B", "5+e"]);
  expect(shown("a\nb", "a\nb")).toEqual([]);
  expect(shown("a\r\nb", "a\nb")).toEqual([]);
  expect(shown("", "a")).toEqual(["1-", "1+a"]);
  expect(shown("x\na\nb\nc\ny", "x\nc\na\nb\ny")).toEqual(["2+c", "4-c"]);
});

test("taking those away and putting these in makes the one text of the other", () => {
  const text = fc.array(fc.constantFrom<string>("a", "b", "c", "d"), { minLength: 1, maxLength: 12 });
  fc.assert(
    fc.property(text, text, (before, after) => {
      const differences = differingLines(before.join("\n"), after.join("\n"));
      const gone = new Set(differences.filter(({ side }) => side === "before").map(({ line }) => line));
      const lines = before.filter((_, at) => !gone.has(at + 1));
      for (const { side, line, text: added } of differences) if (side === "after") lines.splice(line - 1, 0, added);
      expect(lines).toEqual(after);
    }),
  );
});

test("texts that have little in common are told as one piece", () => {
  const lines = (letter: string): string => Array.from({ length: 600 }, (_, at) => `${letter}${at}`).join("\n");
  expect(differingLines(lines("a"), lines("b"))).toHaveLength(1_200);
});
