import type { Output } from "../output.ts";
import type { Renderer } from "./renderer.ts";

/** NDJSON on standard output: every event with its time, and the result or the failure as the last line. */
export function eventsRenderer(output: Output): Renderer {
  const print = (record: object, isExact = false): void =>
    output.outJson({ time: new Date().toISOString(), ...record }, undefined, isExact);
  return {
    event: (event) => print(event),
    note: (text) => output.err(`${text}\n`),
    stream: (record) => print(record),
    result(command, { data, exact, exitCode = 0 }) {
      print({ type: "result", ok: exitCode === 0, command, result: data }, exact === "all");
    },
    failure(command, error) {
      print({ type: "failure", ok: false, ...(command === undefined ? {} : { command }), error: error.toJSON() });
    },
    end() {},
  };
}
