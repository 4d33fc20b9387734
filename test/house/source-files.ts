import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, posix } from "node:path";
import { parseSync, Visitor } from "rolldown/utils";

const ROOT = join(import.meta.dirname, "../..");

/** What the house tests ask about one file, taken from its syntax tree. */
export interface SourceFile {
  /** Path from the root of the repository, with `/`. */
  readonly path: string;
  readonly text: string;
  /** Every module it names, whether it imports values or types, now or later. */
  readonly imports: readonly string[];
  /** `object.property` wherever both are plain names, such as `process.exit`. */
  readonly members: ReadonlySet<string>;
  /** Every string literal. */
  readonly strings: ReadonlySet<string>;
  /** String literals in the first argument of `new LockkeeperError(…)`. */
  readonly thrown: ReadonlySet<string>;
}

/** The TypeScript files below a folder of the repository. */
export function sourceFiles(folder: string): SourceFile[] {
  return readdirSync(join(ROOT, folder), { recursive: true, encoding: "utf8" })
    .map((name) => posix.join(folder, name.replaceAll("\\", "/")))
    .filter((path) => path.endsWith(".ts") && !path.includes("/fixtures/") && !path.includes("/node_modules/"))
    .sort()
    .map(parse);
}

/** A relative import as a path from the root of the repository; others as they are. */
export function resolveImport(importer: string, specifier: string): string {
  return specifier.startsWith(".") ? posix.join(dirname(importer), specifier) : specifier;
}

function parse(path: string): SourceFile {
  const text = readFileSync(join(ROOT, path), "utf8");
  const { program, module, errors } = parseSync(path, text);
  if (errors.length > 0) {
    throw new Error(`${path}: ${errors[0]?.message}`);
  }
  const imports = new Set<string>();
  for (const { moduleRequest } of module.staticImports) {
    imports.add(moduleRequest.value);
  }
  for (const { entries } of module.staticExports) {
    for (const { moduleRequest } of entries) {
      if (moduleRequest !== null && moduleRequest !== undefined) {
        imports.add(moduleRequest.value);
      }
    }
  }
  const members = new Set<string>();
  const strings = new Set<string>();
  const thrown = new Set<string>();
  new Visitor({
    ImportExpression({ source }) {
      if (source.type === "Literal" && typeof source.value === "string") {
        imports.add(source.value);
      }
    },
    TSImportType({ source }) {
      imports.add(source.value);
    },
    MemberExpression({ object, property }) {
      if (object.type === "Identifier" && property.type === "Identifier") {
        members.add(`${object.name}.${property.name}`);
      }
    },
    Literal({ value }) {
      if (typeof value === "string") {
        strings.add(value);
      }
    },
    NewExpression({ callee, arguments: [code] }) {
      if (callee.type === "Identifier" && callee.name === "LockkeeperError" && code !== undefined) {
        for (const [, literal] of text.slice(code.start, code.end).matchAll(/"([a-z_]+)"/g)) {
          thrown.add(literal ?? "");
        }
      }
    },
  }).visit(program);
  return { path, text, imports: [...imports], members, strings, thrown };
}
