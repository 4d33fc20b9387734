import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";

export interface Workplace {
  /** Temporary folder that holds the installed tools, shared by all of them. */
  readonly tools: string;
  /** The project folder of this tool: becomes `project/` of the fixture. */
  readonly project: string;
  /** Temporary folder of this tool for what does not belong to the fixture. */
  readonly scratch: string;
  readonly url: string;
  query(sql: string): string;
}

/** How one migration tool is installed and made to apply its project. */
export interface FixtureTool {
  readonly name: string;
  /** Installs the tool and returns its version. Does nothing when it is there. */
  install(tools: string): string;
  /** Writes the project and lets the tool apply it. */
  apply(place: Workplace): void;
  /** What README.md says about the making, beyond the version. */
  readonly notes: string;
}

/** Runs a program and returns its output; a failure carries both streams. */
export function run(program: string, args: readonly string[], cwd: string, env: NodeJS.ProcessEnv = {}): string {
  try {
    return execFileSync(program, args, { cwd, env: { ...process.env, ...env }, encoding: "utf8", stdio: "pipe" });
  } catch (error) {
    const { stdout = "", stderr = "" } = error as { stdout?: string; stderr?: string };
    throw new Error(`${program} ${args.join(" ")} failed\n${stdout}\n${stderr}`, { cause: error });
  }
}

export function write(folder: string, files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, path)), { recursive: true });
    writeFileSync(join(folder, path), text);
  }
}

/** Installs npm packages (`name@version`) into one shared folder and returns the version of the first. */
export function npm(tools: string, packages: readonly string[]): string {
  const folder = join(tools, "npm");
  const names = packages.map((each) => each.replace(/(?<=.)@[^@/]+$/, ""));
  if (!names.every((name) => existsSync(join(folder, "node_modules", name, "package.json")))) {
    mkdirSync(folder, { recursive: true });
    if (!existsSync(join(folder, "package.json"))) write(folder, { "package.json": '{ "private": true }\n' });
    run("npm", ["install", "--ignore-scripts", "--no-audit", "--no-fund", ...packages], folder);
  }
  const [first = ""] = names;
  const read = `require(${JSON.stringify(join(folder, "node_modules", first, "package.json"))}).version`;
  return `${first} ${run(process.execPath, ["-p", read], folder).trim()}`;
}

/** Runs a program of an npm package by Node, with the packages of {@link npm} in reach of the project's modules. */
export function node(place: Workplace, script: string, args: readonly string[], cwd = place.project): string {
  const modules = join(place.tools, "npm", "node_modules");
  return run(process.execPath, [join(modules, script), ...args], cwd, { NODE_PATH: modules, DATABASE_URL: place.url });
}

/** Runs a small CommonJS program written for the purpose. */
export function nodeProgram(place: Workplace, source: string): string {
  write(place.scratch, { "program.cjs": source });
  const modules = join(place.tools, "npm", "node_modules");
  return run(process.execPath, [join(place.scratch, "program.cjs")], place.project, {
    NODE_PATH: modules,
    DATABASE_URL: place.url,
    PROJECT: place.project,
  });
}

/** `go install` into a private GOPATH. */
export function go(tools: string, packagePath: string, tags: string, program: string): string {
  const gopath = join(tools, "go");
  const path = join(gopath, "bin", program);
  if (!existsSync(path)) {
    mkdirSync(gopath, { recursive: true });
    run("go", ["install", "-tags", tags, packagePath], gopath, { GOPATH: gopath, GOFLAGS: "-modcacherw" });
  }
  return path;
}
