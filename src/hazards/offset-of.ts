/** Offset (UTF-16 units) of a place, of which line and column count from 1, the column in characters. */
export function offsetOf(text: string, line: number, column: number): number {
  let offset = 0;
  for (let left = line - 1; left > 0 && offset < text.length; offset++) {
    if (text[offset] === "\n" || (text[offset] === "\r" && text[offset + 1] !== "\n")) {
      left--;
    }
  }
  return (
    offset +
    [
      ...text
        .slice(offset)
        .split(/[\r\n]/, 1)
        .join(""),
    ]
      .slice(0, column - 1)
      .join("").length
  );
}
