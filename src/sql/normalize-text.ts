import { isUtf8 } from "node:buffer";
import { hash } from "node:crypto";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { SourceMap } from "./source-map.ts";

/** The text checksums are taken of: without byte order mark, every line end `\n`. */
export function normalizeText(raw: string): string {
  return raw.replace(/^\uFEFF/, "").replace(/\r\n?/g, "\n");
}

export function sha256Hex(text: string): string {
  return hash("sha256", text);
}

const AS_UTF8 = "Save the file as UTF-8.";

/** The text of a file, its byte order mark kept. Throws `migrations_unreadable` for anything but UTF-8. */
export function decodeUtf8(bytes: Uint8Array, file: string): string {
  if ((bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) {
    throw new LockkeeperError("migrations_unreadable", {
      message: `${file} is UTF-16 text, not UTF-8`,
      at: { file, line: 1 },
      action: AS_UTF8,
    });
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
  if (isUtf8(bytes)) return text;
  const { offset, byte } = firstInvalid(text, bytes);
  const source = new SourceMap(text);
  throw new LockkeeperError("migrations_unreadable", {
    message: `${file} is not UTF-8: byte ${byte} is 0x${(bytes[byte] ?? 0).toString(16).padStart(2, "0")}`,
    at: source.place(file, offset),
    action: AS_UTF8,
    data: { byte },
  });
}

/** The first replacement character that does not stand in the file itself. */
function firstInvalid(text: string, bytes: Uint8Array): { offset: number; byte: number } {
  let offset = 0;
  let byte = 0;
  for (;;) {
    const next = text.indexOf("\uFFFD", offset);
    byte += Buffer.byteLength(text.slice(offset, next));
    if (bytes[byte] !== 0xef || bytes[byte + 1] !== 0xbf || bytes[byte + 2] !== 0xbd) return { offset: next, byte };
    offset = next + 1;
    byte += 3;
  }
}
