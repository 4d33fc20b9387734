import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { count } from "../../errors/count.ts";
import type { Finding, Severity, Unchecked } from "../../hazards/finding.ts";
import { isUnreadable, type LintReport } from "../../hazards/lint-report.ts";
import { indent } from "../format.ts";
import type { Paint, Shade } from "../paint.ts";
import { printable } from "../printable.ts";
import { pointerTo } from "./source-excerpt.ts";

const SHADES: Readonly<Record<Severity, Shade>> = { error: "red", warning: "yellow", info: "cyan" };

/** Findings with the line that each is about, what cannot be judged, and a summary. */
export function lintText(
  { findings, unchecked, statements }: LintReport,
  files: number,
  cwd: string,
  paint: Paint,
): string {
  const lines = new FileLines(cwd);
  const blocks = [
    ...findings.map((one) => findingText(one, lines, paint)),
    ...unchecked.map((one) => uncheckedText(one, lines, paint)),
  ];
  const of = (severity: Severity): number => findings.filter((one) => one.severity === severity).length;
  const unread = unchecked.filter(isUnreadable).length;
  const counts = [
    count(of("error"), "error"),
    count(of("warning"), "warning"),
    count(of("info"), "note"),
    ...(unread === 0 ? [] : [`${unread} could not be read`]),
  ];
  const summary = `${count(statements, "statement")} in ${count(files, "file")}: ${counts.join(", ")}.`;
  return [...blocks, summary].join("\n\n");
}

function findingText(
  { rule, severity, file, line, column, message, fix }: Finding,
  lines: FileLines,
  paint: Paint,
): string {
  const head = `${paint("bold", `${file}:${line}:${column}`)} ${paint(SHADES[severity], severity)} ${rule}`;
  return [
    head,
    `  ${message}`,
    ...lines.excerpt(file, line, column, paint),
    ...(fix === undefined ? [] : [paint("dim", "  safe form:"), indent(paint("green", fix), "    ")]),
  ].join("\n");
}

function uncheckedText(one: Unchecked, lines: FileLines, paint: Paint): string {
  const { file, line, column, reason } = one;
  const isWrong = isUnreadable(one);
  const head = `${paint("bold", `${file}:${line}:${column}`)} ${isWrong ? paint("red", "not readable") : paint("dim", "not judged")}`;
  return [head, `  ${reason}`, ...(isWrong ? lines.excerpt(file, line, column, paint) : [])].join("\n");
}

/** Lines of files, each file read once. */
class FileLines {
  readonly #cwd: string;
  readonly #files = new Map<string, readonly string[]>();

  constructor(cwd: string) {
    this.#cwd = cwd;
  }

  excerpt(file: string, line: number, column: number, paint: Paint): readonly string[] {
    const text = this.#linesOf(file)[line - 1];
    if (text === undefined || text.trim() === "" || text.length > LONGEST) {
      return [];
    }
    const number = String(line);
    const margin = " ".repeat(number.length);
    return [
      `  ${paint("dim", `${number} |`)} ${printable(text)}`,
      `  ${paint("dim", `${margin} |`)} ${paint("red", pointerTo(text, column))}`,
    ];
  }

  #linesOf(file: string): readonly string[] {
    const known = this.#files.get(file);
    if (known !== undefined) {
      return known;
    }
    const lines = read(resolve(this.#cwd, file));
    this.#files.set(file, lines);
    return lines;
  }
}

const LONGEST = 500;

function read(path: string): readonly string[] {
  try {
    return readFileSync(path, "utf8")
      .replace(/^\uFEFF/, "")
      .split(/\r\n|\r|\n/);
  } catch {
    return [];
  }
}
