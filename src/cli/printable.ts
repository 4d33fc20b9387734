/**
 * Makes control characters visible: queries of other sessions, files and server messages must not steer the terminal
 * they are shown on.
 */
export function printable(text: string): string {
  return text.replace(CONTROL, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === "\n" || character === "\t") {
      return character;
    }
    return code < 0x20 ? String.fromCodePoint(PICTURES + code) : "\u{fffd}";
  });
}

/** Besides the control characters, the marks that turn the direction of writing. */
const CONTROL = /[\p{Cc}\p{Bidi_Control}]/gu;
/** Where Unicode has pictures of the control characters. */
const PICTURES = 0x2400;
