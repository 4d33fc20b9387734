import { describe, expect, test } from "vitest";
import { resolveImport, sourceFiles } from "./source-files.ts";

/** The rooms of src/ from the ground up. A file may import from its own room and from floors below. */
const FLOORS: readonly (readonly string[])[] = [
  ["errors"],
  ["sql", "postgres"],
  ["config", "catalog"],
  ["migrations", "effects", "types", "diff"],
  ["online"],
  ["hazards"],
  ["plan"],
  ["sweep", "desired"],
  ["trace"],
  ["run"],
  ["checks"],
  ["safety"],
  ["library"],
  ["server", "demo"],
  ["cli"],
  ["index.ts"],
];

/** Packages that one room alone may import. */
const KEPT_IN: Readonly<Record<string, string>> = {
  pg: "postgres",
  commander: "cli",
  "@clack/prompts": "cli",
  fastify: "server",
};

const files = sourceFiles("src");
const roomOf = (path: string): string => path.split("/")[1] ?? "";
const floorOf = (room: string): number => FLOORS.findIndex((floor) => floor.includes(room));

describe("the rooms of src", () => {
  test("every file stands in a room that has its floor", () => {
    expect(files.length).toBeGreaterThan(50);
    expect(files.filter(({ path }) => floorOf(roomOf(path)) === -1).map(({ path }) => path)).toEqual([]);
  });

  test("no file imports from a room on its own floor or above", () => {
    const upward = files.flatMap(({ path, imports }) =>
      imports
        .map((specifier) => resolveImport(path, specifier))
        .filter((target) => target.startsWith("src/") && roomOf(target) !== roomOf(path))
        .filter((target) => floorOf(roomOf(target)) >= floorOf(roomOf(path)))
        .map((target) => `${path} imports ${target}`),
    );
    expect(upward).toEqual([]);
  });

  test("nothing in src imports from outside it by a path", () => {
    const outside = files.flatMap(({ path, imports }) =>
      imports
        .filter((specifier) => specifier.startsWith(".") && !resolveImport(path, specifier).startsWith("src/"))
        .map((specifier) => `${path} imports ${specifier}`),
    );
    expect(outside).toEqual([]);
  });

  test.each(Object.entries(KEPT_IN))("%s is imported in src/%s alone", (name, room) => {
    const importers = files.filter(({ imports }) => imports.some((one) => one === name || one.startsWith(`${name}/`)));
    expect(importers.filter(({ path }) => roomOf(path) !== room).map(({ path }) => path)).toEqual([]);
  });

  test("relative imports carry their ending", () => {
    const bare = files.flatMap(({ path, imports }) =>
      imports.filter((one) => one.startsWith(".") && !one.endsWith(".ts")).map((one) => `${path} imports ${one}`),
    );
    expect(bare).toEqual([]);
  });
});

describe("the terminal", () => {
  /** The command's entry and what draws on the terminal. */
  const mayPrint = (path: string): boolean => path === "src/cli/main.ts" || path.startsWith("src/cli/renderers/");

  test("only the command's entry ends the process", () => {
    const ends = files.filter(({ members }) => members.has("process.exit"));
    expect(ends.filter(({ path }) => path !== "src/cli/main.ts").map(({ path }) => path)).toEqual([]);
  });

  test("only the command's entry and its renderers write to the console", () => {
    const writes = files.filter(({ members }) => [...members].some((member) => member.startsWith("console.")));
    expect(writes.filter(({ path }) => !mayPrint(path)).map(({ path }) => path)).toEqual([]);
  });
});

/** Data that a script writes is nobody's to read. */
const isWritten = (text: string): boolean => text.startsWith("// Written by scripts/");

test("no file of src is longer than 800 lines", () => {
  const long = files.filter(({ text }) => !isWritten(text) && text.split("\n").length > 800);
  expect(long.map(({ path }) => path)).toEqual([]);
});
