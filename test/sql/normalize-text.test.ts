import fc from "fast-check";
import { expect, test } from "vitest";
import { LockkeeperError } from "../../src/errors/lockkeeper-error.ts";
import { decodeUtf8, normalizeText, sha256Hex } from "../../src/sql/normalize-text.ts";

test.each([
  ["\uFEFFa", "a"],
  ["a\uFEFF", "a\uFEFF"],
  ["a\r\nb\rc\nd\r\r\n", "a\nb\nc\nd\n\n"],
  ["", ""],
])("%j is normalised to %j", (raw, normalised) => {
  expect(normalizeText(raw)).toBe(normalised);
});

test("the checksum is the sha256 of the UTF-8 text", () => {
  // From `printf 'é\n' | sha256sum`.
  expect(sha256Hex("é\n")).toBe("edd3a863872a04239eb29ad4bc12fc892b3d4ae57cc7e786a3697816f8e141c2");
});

test("text that is UTF-8 is decoded as it is, its byte order mark and replacement characters included", () => {
  fc.assert(
    fc.property(
      fc.string({ unit: "binary" }).map((text) => text.toWellFormed()),
      (text) => {
        expect(decodeUtf8(Buffer.from(text), "m.sql")).toBe(text);
      },
    ),
  );
  expect(decodeUtf8(Buffer.from("\uFEFFa\uFFFD"), "m.sql")).toBe("\uFEFFa\uFFFD");
});

test("a view into a larger buffer is decoded within its bounds", () => {
  expect(decodeUtf8(new Uint8Array(Buffer.from("abcdef")).subarray(2, 4), "m.sql")).toBe("cd");
});

function failure(bytes: Uint8Array): LockkeeperError {
  try {
    decodeUtf8(bytes, "m.sql");
  } catch (error) {
    if (error instanceof LockkeeperError) return error;
    throw error;
  }
  throw new Error("decoded without an error");
}

const bytes = (...parts: readonly (string | readonly number[])[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part) : Buffer.from([...part]))));

test.each<[what: string, bytes: Uint8Array, byte: number, hex: string, line: number, column: number]>([
  ["a Latin-1 letter", bytes("select 1;\n-- caf", [0xe9], "\n"), 16, "e9", 2, 7],
  ["a continuation byte alone", bytes([0x80]), 0, "80", 1, 1],
  ["a sequence cut short by the end", bytes("é😀", [0xf0, 0x9f, 0x98]), 6, "f0", 1, 3],
  ["an encoded surrogate", bytes("a", [0xed, 0xa0, 0x80]), 1, "ed", 1, 2],
  ["an overlong form", bytes("a\r\nb", [0xc0, 0xaf]), 4, "c0", 2, 2],
  ["a bad byte behind real replacement characters", bytes("\uFFFDa\uFFFD", [0xff]), 7, "ff", 1, 4],
  ["a bad byte behind a byte order mark", bytes("\uFEFFa", [0xff]), 4, "ff", 1, 2],
])(
  "a file that is not UTF-8 is refused with the place of the first bad byte: %s",
  (_, raw, byte, hex, line, column) => {
    const error = failure(raw);
    expect(error.code).toBe("migrations_unreadable");
    expect(error.message).toBe(`m.sql is not UTF-8: byte ${byte} is 0x${hex}`);
    expect(error.at).toMatchObject({ file: "m.sql", line, column });
    expect(error.data).toEqual({ byte });
  },
);

test.each([
  ["little", [0xff, 0xfe, 0x61, 0x00]],
  ["big", [0xfe, 0xff, 0x00, 0x61]],
])("UTF-16 text (%s endian) is refused by name", (_, raw) => {
  const error = failure(Uint8Array.from(raw));
  expect(error.code).toBe("migrations_unreadable");
  expect(error.message).toBe("m.sql is UTF-16 text, not UTF-8");
  expect(error.action).toBe("Save the file as UTF-8.");
});
