/**
 * Paragraphs as the lines of a comment in front of a declaration; none when there are none.
 *
 * @param indent what stands in front of each line
 */
export function docComment(paragraphs: readonly (string | undefined)[], indent: string): readonly string[] {
  const lines = paragraphs
    .filter((text) => text !== undefined && text.trim() !== "")
    .flatMap((text, index) => [...(index === 0 ? [] : [""]), ...linesOf(text ?? "")]);
  if (lines.length <= 1) {
    return lines.map((line) => `${indent}/** ${line} */`);
  }
  return [`${indent}/**`, ...lines.map((line) => `${indent} * ${line}`.trimEnd()), `${indent} */`];
}

/** Nothing in a comment of the database ends the comment here. */
const linesOf = (text: string): readonly string[] =>
  text
    .trim()
    .replaceAll("*/", "*\\/")
    .split(/\r\n|[\n\r\u2028\u2029]/)
    .map((line) => line.trimEnd());
