import { DEFAULT_POLICY } from "../../run/policy.ts";
import type { Check, DemoReport, MeasuredStep } from "../demo-report.ts";
import type { LatencySummary } from "../latency.ts";
import type { TableSize } from "../shop/create-shop.ts";
import type { StepListener } from "../step-observer.ts";
import { count, duration } from "./numbers.ts";
import type { Paint, StoryText } from "./paint.ts";
import { checkLines, errorLines, latencyLine, latencyTable, stallLine } from "./result-lines.ts";
import { blockerLines, stepLines } from "./step-lines.ts";

/** What was measured around the two releases. */
export interface Measurements {
  readonly before: LatencySummary;
  readonly firstRelease: LatencySummary;
  readonly secondRelease: LatencySummary;
  readonly reportHeldMs: number;
}

/** Tells what the demo does while it does it. */
export class Narration {
  readonly #print: (text: StoryText) => void;

  constructor(print: (text: StoryText) => void) {
    this.#print = print;
  }

  opening(migrations: number): void {
    this.#lines((paint) => [paint("bold", `Lockkeeper demo: ${migrations} migrations on a database at work`)]);
    this.#heading("A database at work");
    this.#say("starting a throw-away PostgreSQL …");
  }

  serverStarted(version: string, port: number, ms: number): void {
    this.#say(
      `PostgreSQL ${version} listens on port ${port} after ${duration(ms)}`,
      "filling the database of a shop …",
    );
  }

  databaseFilled(tables: readonly TableSize[], ms: number): void {
    const sizes = tables.map(({ table, rows }) => `${table} ${count(rows)}`);
    this.#say(`filled in ${duration(ms)}:`, sizes.join(" · "));
  }

  measuring(clients: number): void {
    this.#say(`${clients} clients order, pay, ship and look up; this is what they meet before anything changes:`);
  }

  measured(before: LatencySummary): void {
    this.#say(latencyLine(before));
  }

  firstRelease(migrations: number): void {
    this.#heading(`First release: ${migrations} migrations, while the clients go on`);
  }

  secondRelease(migrations: number): void {
    this.#heading(`Second release: ${migrations} migrations, and a report in the way`);
  }

  reportStarted(): void {
    this.#say("a session called nightly-report has opened a transaction and reads orders");
  }

  /** @param inUse tables that the clients use */
  steps(inUse: ReadonlySet<string>): StepListener {
    return {
      onBlocked: (migration, blockers) =>
        this.#lines((paint) => [
          `   ${paint("yellow", "…")} ${migration} waits for a lock; in the way:`,
          ...blockerLines(blockers, paint),
        ]),
      onRetry: ({ attempt, backoffMs }) =>
        this.#say(
          `  attempt ${attempt} gave way at its lock_timeout (${duration(DEFAULT_POLICY.lockTimeoutMs)}), for the clients` +
            ` queued behind it; next attempt in ${duration(backoffMs)}`,
        ),
      onDone: (step) => this.#lines((paint) => stepLines(step, inUse, paint)),
      onMessage: (message) => this.#say(`  ${message}`),
    };
  }

  results(measured: Measurements, steps: readonly MeasuredStep[]): void {
    const { before, firstRelease, secondRelease, reportHeldMs } = measured;
    this.#heading("What the clients met");
    this.#say(...latencyTable({ before, "first release": firstRelease, "second release": secondRelease }));
    const [longest] = [firstRelease, secondRelease]
      .flatMap((summary) => summary.longest ?? [])
      .sort((a, b) => b.durationMs - a.durationMs);
    if (longest !== undefined) {
      this.#say(stallLine(longest, steps));
    }
    this.#say(`The report kept orders open for ${duration(reportHeldMs)}.`);
  }

  verified(checks: readonly Check[]): void {
    this.#heading("Verified, while the clients go on");
    this.#lines((paint) => checkLines(checks, paint));
  }

  takingBack(migration: string, sql: readonly string[]): void {
    this.#heading(`Taking ${migration} back, while the clients go on`);
    this.#say(
      "its way back, derived when it was applied:",
      ...sql.map((statement) => `  ${statement.replace(/\s*;?\s*$/, ";")}`),
    );
  }

  takenBack(summary: LatencySummary, checks: readonly Check[]): void {
    this.#say(latencyLine(summary));
    this.#lines((paint) => checkLines(checks, paint));
  }

  ending(report: DemoReport): void {
    const { applied, undone, transactions, clients, clientErrors, checks, durationMs } = report;
    this.#heading(report.ok ? "Done" : "Not as it should be");
    if (clientErrors.length > 0) {
      this.#lines((paint) => errorLines(clientErrors, paint));
    }
    this.#say(
      `${applied.length} migrations applied, ${undone.length} taken back; the whole demo took ${duration(durationMs)}.`,
      `${count(transactions)} transactions of ${clients} clients, ${count(clientErrors.length)} errors;` +
        ` ${checks.filter(({ holds }) => holds).length} of ${checks.length} checks held.`,
      "",
      "Now on a database of your own:",
      "  export DATABASE_URL=postgres://…",
      "  npx lockkeeper new add_order_note   # then write SQL into the file it makes",
      "  npx lockkeeper plan                 # what would run",
      "  npx lockkeeper up                   # run it",
    );
  }

  #heading(text: string): void {
    this.#lines((paint) => ["", paint("bold", text)]);
  }

  #say(...lines: readonly string[]): void {
    this.#lines(() => lines.map((line) => (line === "" ? "" : `   ${line}`)));
  }

  #lines(lines: (paint: Paint) => readonly string[]): void {
    this.#print((paint) => lines(paint).join("\n"));
  }
}
