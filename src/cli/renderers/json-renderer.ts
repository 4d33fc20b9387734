import type { Output } from "../output.ts";
import type { Renderer } from "./renderer.ts";

/** One JSON document on standard output, when all is over. */
export function jsonRenderer(output: Output): Renderer {
  return {
    event() {},
    note: (text) => output.err(`${text}\n`),
    stream() {},
    result(command, { data, exact, exitCode = 0 }) {
      output.outJson({ ok: exitCode === 0, command, result: data }, 2, exact === "all");
    },
    failure(command, error) {
      output.outJson({ ok: false, ...(command === undefined ? {} : { command }), error: error.toJSON() }, 2);
    },
    end() {},
  };
}
