import type { SourceFolder } from "./source-folder.ts";

/** The last part of a path without `extension`, or without its last extension. */
export function stemOf(name: string, extension?: string): string {
  const base = name.slice(name.lastIndexOf("/") + 1);
  if (extension !== undefined) {
    return base.slice(0, -extension.length);
  }
  const dot = base.lastIndexOf(".");
  return dot > 0 ? base.slice(0, dot) : base;
}

/** Compares in code point order, as most tools sort their file names. */
export const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** A whole number without leading zeros, whatever its length. */
export const plainNumber = (digits: string): string => BigInt(digits).toString();

export const byNumber = (a: string, b: string): number => {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
};

/** JavaScript and TypeScript files at the top of the folder that are not Lockkeeper's own migrations. */
export function codeFiles(source: SourceFolder): string[] {
  return source.topNames.filter(
    (name) =>
      /\.[cm]?[jt]s$/.test(name) &&
      !/\.d\.[cm]?ts$/.test(name) &&
      !/\bdefineMigration\b|["']lockkeeper["']/.test(source.read(name).text),
  );
}

export const sqlFiles = (source: SourceFolder): string[] => source.topNames.filter((name) => name.endsWith(".sql"));
