import type { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { EmitEvent } from "../run/events.ts";
import { type Level, levelOf } from "../run/log-events.ts";
import type { Output } from "./output.ts";

/** Structured logs of what a command does, beside its faces. */
export interface Logger {
  readonly event: EmitEvent;
  readonly note: (text: string) => void;
  readonly done: (command: string, exitCode: number, facts: Readonly<Record<string, unknown>>) => void;
  readonly failed: (command: string | undefined, error: LockkeeperError) => void;
}

/** One line of JSON for each event, by pino, which is only loaded here. */
export async function createLogger(output: Output, level: Level): Promise<Logger> {
  const { pino } = await import("pino");
  const logger = pino(
    {
      level,
      base: { name: "lockkeeper", pid: process.pid },
      timestamp: pino.stdTimeFunctions.isoTime,
      messageKey: "message",
      formatters: { level: (label) => ({ level: label }), log: (facts) => output.redacted(facts) },
    },
    { write: (line) => output.errJsonLine(line) },
  );
  const begun = performance.now();
  const durationMs = (): number => Math.round(performance.now() - begun);
  return {
    event({ type, ...facts }) {
      const message = "message" in facts ? { text: facts.message } : {};
      logger[levelOf(type)]({ event: type, ...facts, ...message }, type);
    },
    note: (text) => logger.info({ event: "note", text }, "note"),
    done(command, exitCode, facts) {
      logger.info({ event: "command.done", command, exitCode, durationMs: durationMs(), ...facts }, "command.done");
    },
    failed(command, error) {
      const { code, exitCode } = error;
      const facts = {
        event: "command.failed",
        command,
        exitCode,
        durationMs: durationMs(),
        code,
        error: error.toJSON(),
      };
      logger.error(facts, "command.failed");
    },
  };
}
