/**
 * What a test run left in its JSON report, for `.ci/run`.
 *
 *   node scripts/test-results.ts failures REPORT            each failing test and its message, to standard output
 *   node scripts/test-results.ts files REPORT               the files with failures, a line each; exit code 1 when there
 *                                                           are none, or too many for a second try to mean anything
 *   node scripts/test-results.ts count REPORT FAILED [SECOND]  the line that counts; FAILED is "yes" when the run failed;
 *                                                           SECOND is the report of the failing files' second try
 */
import { readFileSync } from "node:fs";
import { relative } from "node:path";

/** More failures than these are no accident of the clock, and get no second try. */
const MOST_TRIED_AGAIN = 2;
const MESSAGE_LINES = 40;

type Report = {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly numPendingTests: number;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly fullName: string;
      readonly status: string;
      readonly failureMessages?: readonly string[] | null;
    }[];
  }[];
};

type Failure = { readonly file: string; readonly test: string; readonly message: string };

function failures(report: Report): Failure[] {
  return report.testResults.flatMap((file) => {
    const path = relative(process.cwd(), file.name);
    const tests = file.assertionResults
      .filter((test) => test.status === "failed")
      .map((test) => ({ file: path, test: test.fullName, message: (test.failureMessages ?? []).join("\n") }));
    return tests.length === 0 && file.status === "failed"
      ? [{ file: path, test: "(the file itself)", message: file.message ?? "" }]
      : tests;
  });
}

function read(path: string | undefined): Report {
  if (path === undefined) throw new Error("name the report");
  return JSON.parse(readFileSync(path, "utf8")) as Report;
}

function printFailures(report: Report): void {
  for (const { file, test, message } of failures(report)) {
    console.log(`FAILED: ${file}: ${test}`);
    console.log(message.split("\n").slice(0, MESSAGE_LINES).join("\n"));
  }
}

function printFiles(report: Report): void {
  const failed = failures(report);
  if (failed.length === 0 || failed.length > MOST_TRIED_AGAIN) {
    process.exitCode = 1;
    return;
  }
  for (const file of new Set(failed.map((failure) => failure.file))) console.log(file);
}

/** Failures that belong to no test (a process left behind) count as one. */
function printCount(path: string | undefined, runFailed: boolean, second: string | undefined): void {
  let passed = 0;
  let failed = 0;
  try {
    const report = read(path);
    passed = report.numPassedTests;
    failed = failures(report).length;
    if (report.numPendingTests > 0) console.log(`${report.numPendingTests} skipped`);
    const unstable = second !== undefined && !runFailed;
    for (const { file, test } of failures(report)) console.log(`${unstable ? "UNSTABLE" : "FAILED"}: ${file}: ${test}`);
    if (unstable) {
      console.log(`${failed} failed at first and passed when tried again by themselves`);
      passed += failed;
      failed = 0;
    }
  } catch (error) {
    console.log(`no test results: ${error instanceof Error ? error.message : String(error)}`);
  }
  if (runFailed && failed === 0) failed = 1;
  console.log(`${passed} passed, ${failed} failed`);
}

const [task, path, runFailed, second] = process.argv.slice(2);
if (task === "failures") printFailures(read(path));
else if (task === "files") printFiles(read(path));
else if (task === "count") printCount(path, runFailed === "yes", second);
else throw new Error("failures, files or count");
