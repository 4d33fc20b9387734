import { mapTexts } from "../../run/redact.ts";
import type { Output } from "../output.ts";
import type { Paint } from "../paint.ts";
import { printable } from "../printable.ts";
import { failureText } from "./failure-text.ts";
import type { Narrator, Renderer } from "./renderer.ts";

export interface TextFaces {
  readonly narrator: Narrator;
  /** Colours of standard output and of standard error. */
  readonly paintOut: Paint;
  readonly paintErr: Paint;
  readonly isVerbose: boolean;
}

/** For people: narration and failures to standard error, results to standard output. */
export function textRenderer(output: Output, { narrator, paintOut, paintErr, isVerbose }: TextFaces): Renderer {
  // What comes from outside is made harmless before it is coloured and laid out.
  const safe = <T>(value: T): T => mapTexts(output.redacted(value), printable) as T;
  return {
    event: (event) => narrator.event(safe(event)),
    note: (text) => narrator.note(safe(text)),
    stream(record, text) {
      output.out(`${text(safe(record), paintOut)}\n`);
    },
    result(_command, result) {
      narrator.end();
      if (result.isDocument === true) {
        output.outJson(result.data, 2, result.exact === "all");
        return;
      }
      const isExact = result.exact !== undefined;
      const text = result.text(isExact ? asItIs : safe, paintOut);
      const ended = text === "" || text.endsWith("\n") ? text : `${text}\n`;
      if (isExact) output.exact(output.isTerminal ? printable(ended) : ended);
      else output.out(ended);
    },
    failure(_command, error) {
      narrator.end();
      output.err(failureText(safe(error.toJSON()), paintErr));
      if (isVerbose) {
        output.err(`\n${indentStack(error)}\n`);
      }
    },
    end: narrator.end,
  };
}

const asItIs = <T>(data: T): T => data;

/** The stack of the error and of what caused it. */
function indentStack(error: Error): string {
  const { cause } = error;
  const stack = error.stack ?? String(error);
  return cause instanceof Error ? `${stack}\nCaused by: ${indentStack(cause)}` : stack;
}
