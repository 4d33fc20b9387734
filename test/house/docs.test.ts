import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, expect, test } from "vitest";
import { stalePages } from "../../scripts/generate-docs.ts";

const root = join(import.meta.dirname, "../..");

/** The texts of the repository, by their paths. */
const texts = ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", ...markdownBelow("docs")].map((path) => ({
  path,
  text: readFileSync(join(root, path), "utf8"),
}));

function markdownBelow(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".md"))
    .map((name) => join(folder, name));
}

/** A heading's anchor as GitHub makes it. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .trim()
    .replaceAll(" ", "-");

const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => anchorOf(heading ?? ""));

test("the generated pages are those that the program gives now", () => {
  expect(stalePages()).toEqual([]);
});

describe.each(texts)("$path", ({ path, text }) => {
  const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");

  test("links to files and headings that are there", () => {
    const broken = links
      .filter((target) => !/^[a-z]+:/.test(target))
      .filter((target) => {
        const [file = "", anchor] = target.split("#");
        const linked = file === "" ? path : relative(root, join(root, dirname(path), file));
        if (!existsSync(join(root, linked))) {
          return true;
        }
        return anchor !== undefined && !anchorsOf(readFileSync(join(root, linked), "utf8")).includes(anchor);
      });
    expect(broken).toEqual([]);
  });
});

test("every page of docs can be reached from the README", () => {
  const seen = new Set<string>();
  const waiting = ["README.md"];
  for (let path = waiting.pop(); path !== undefined; path = waiting.pop()) {
    const page = texts.find((one) => one.path === path);
    if (page === undefined || seen.has(path)) {
      continue;
    }
    seen.add(path);
    for (const [, target = ""] of page.text.matchAll(/\]\(([^)\s#]+)/g)) {
      waiting.push(relative(root, join(root, dirname(path), target)));
    }
  }
  expect(texts.map(({ path }) => path).filter((path) => path.startsWith("docs/") && !seen.has(path))).toEqual([]);
});
