import type { GlobalOptions } from "./command-line.ts";
import type { Logger } from "./logger.ts";
import type { Output } from "./output.ts";
import { noPaint, paintFor } from "./paint.ts";
import { eventsRenderer } from "./renderers/events-renderer.ts";
import { jsonRenderer } from "./renderers/json-renderer.ts";
import { narratePlain } from "./renderers/narrate-plain.ts";
import { narratePretty } from "./renderers/narrate-pretty.ts";
import { type Narrator, type Renderer, SILENT } from "./renderers/renderer.ts";
import { textRenderer } from "./renderers/text-renderer.ts";

export interface Faces {
  readonly renderer: Renderer;
  readonly logger: Logger | undefined;
  readonly note: (text: string) => void;
}

interface Streams {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdout: NodeJS.WriteStream;
  readonly stderr: NodeJS.WriteStream;
}

const LEVELS = ["debug", "info", "warn", "error"] as const;

/** Chooses how the command shows itself. */
export async function chooseFaces(output: Output, options: GlobalOptions, streams: Streams): Promise<Faces> {
  const level = logLevel(options, streams.env);
  const renderer = chooseRenderer(output, options, streams, level !== undefined);
  if (level === undefined) {
    return { renderer, logger: undefined, note: renderer.note };
  }
  const { createLogger } = await import("./logger.ts");
  const logger = await createLogger(output, level);
  return { renderer, logger, note: logger.note };
}

function logLevel(options: GlobalOptions, env: Streams["env"]): (typeof LEVELS)[number] | undefined {
  const named = options.logLevel ?? env["LOCKKEEPER_LOG_LEVEL"];
  const isWanted = options.logJson === true || options.logLevel !== undefined || env["LOCKKEEPER_LOG"] === "json";
  return isWanted ? (LEVELS.find((level) => level === named) ?? "info") : undefined;
}

function chooseRenderer(output: Output, options: GlobalOptions, streams: Streams, isLogged: boolean): Renderer {
  if (options.json === true) {
    return jsonRenderer(output);
  }
  if (options.events === true) {
    return eventsRenderer(output);
  }
  const isPlain = options.plain === true || streams.env["TERM"] === "dumb";
  const isVerbose = options.verbose === true;
  const paintErr = isPlain ? noPaint : paintFor(streams.stderr);
  const renderer = textRenderer(output, {
    narrator: chooseNarrator(output, options, streams, isPlain || !streams.stderr.isTTY, isLogged),
    paintOut: isPlain ? noPaint : paintFor(streams.stdout),
    paintErr,
    isVerbose,
  });
  // Logs have standard error for themselves, failures included.
  return isLogged ? { ...renderer, failure: renderer.end } : renderer;
}

function chooseNarrator(
  output: Output,
  options: GlobalOptions,
  { stderr }: Streams,
  isPlain: boolean,
  isLogged: boolean,
): Narrator {
  const print = (text: string): void => output.err(text);
  const isVerbose = options.verbose === true;
  if (isLogged) {
    return SILENT;
  }
  if (options.quiet === true) {
    return { ...SILENT, note: (text) => print(`${text}\n`) };
  }
  return isPlain
    ? narratePlain(print, isVerbose)
    : narratePretty({ print, width: () => stderr.columns || 80, paint: paintFor(stderr) }, isVerbose);
}
