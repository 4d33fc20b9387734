import { styleText } from "node:util";

export type Shade = "bold" | "dim" | "red" | "green" | "yellow" | "cyan";
/** Colours a text, or leaves it as it is. */
export type Paint = (shade: Shade, text: string) => string;

export const noPaint: Paint = (_shade, text) => text;

/** Colours where the stream is a terminal and NO_COLOR does not forbid it. */
export function paintFor(stream: NodeJS.WriteStream): Paint {
  return (shade, text) => styleText(shade, text, { stream });
}
