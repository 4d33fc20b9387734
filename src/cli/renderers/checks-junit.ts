import type { CheckReport, CheckResult } from "../../checks/run-checks.ts";
import { escapedXml } from "./xml.ts";

/** A test case a check: failed by errors and worse, with warnings and notes as its output; what was not checked is an error. */
export function checksJunit({ results }: CheckReport): string {
  const cases = results.map((result) => ({ result, inside: insideOf(result) }));
  const failures = results.filter((one) => failing(one).length > 0).length;
  const errors = results.filter(({ state }) => state === "unchecked").length;
  const totals = `tests="${results.length}" failures="${failures}" errors="${errors}"`;
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites ${totals}>`,
    `  <testsuite name="lockkeeper verify" ${totals} skipped="0">`,
    ...cases.map(({ result, inside }) => {
      const head = `    <testcase name="${escapedXml(result.check)}" classname="lockkeeper.verify.${result.area}" time="${result.durationMs / 1000}"`;
      return inside === "" ? `${head}/>` : `${head}>${inside}\n    </testcase>`;
    }),
    "  </testsuite>",
    "</testsuites>",
  ].join("\n");
}

const failing = ({ findings }: CheckResult): CheckResult["findings"] =>
  findings.filter(({ severity }) => severity === "critical" || severity === "error");

function insideOf(result: CheckResult): string {
  if (result.state === "unchecked") {
    return `\n      <error message="${escapedXml(result.reason ?? "not checked")}"/>`;
  }
  const worst = failing(result);
  const others = result.findings.filter((one) => !worst.includes(one));
  const [first] = worst;
  const failure =
    first === undefined
      ? ""
      : `\n      <failure type="${first.severity}" message="${escapedXml(worst.length === 1 ? first.message : `${first.message} And ${worst.length - 1} more.`)}">${escapedXml(worst.map(lineOf).join("\n"))}</failure>`;
  return others.length === 0
    ? failure
    : `${failure}\n      <system-out>${escapedXml(others.map(lineOf).join("\n"))}</system-out>`;
}

const lineOf = ({ severity, message, fix }: CheckResult["findings"][number]): string =>
  `${severity}: ${message}${fix === undefined ? "" : ` ${fix}`}`;
