import type { Redactor } from "../run/redact.ts";

/** The one way to standard output and standard error: nothing is written without its secrets hidden, but what is exact. */
export class Output {
  readonly #redactor: Redactor;
  readonly #stdout: NodeJS.WriteStream;
  readonly #stderr: NodeJS.WriteStream;

  constructor(redactor: Redactor, stdout: NodeJS.WriteStream, stderr: NodeJS.WriteStream) {
    this.#redactor = redactor;
    this.#stdout = stdout;
    this.#stderr = stderr;
    for (const stream of [stdout, stderr]) {
      // Whoever read us may have seen enough (`| head`); a run goes on all the same.
      stream.on("error", () => {});
    }
  }

  /** Results, for people. */
  out(text: string): void {
    write(this.#stdout, this.#redactor.text(text));
  }

  /** Results that others go by as they stand. */
  exact(text: string): void {
    write(this.#stdout, text);
  }

  /** Narration, for people. */
  err(text: string): void {
    write(this.#stderr, this.#redactor.text(text));
  }

  /** One JSON document on standard output. */
  outJson(value: unknown, indent?: number, isExact = false): void {
    const shown = isExact ? value : this.#redactor.value(value);
    write(this.#stdout, `${JSON.stringify(shown, undefined, indent)}\n`);
  }

  /** One line of JSON on standard error whose texts went through {@link redacted}. */
  errJsonLine(line: string): void {
    write(this.#stderr, line);
  }

  redacted<T>(value: T): T {
    return this.#redactor.value(value);
  }

  get isTerminal(): boolean {
    return this.#stdout.isTTY === true;
  }

  /** Why results did not leave the process. Whoever closed the pipe has seen enough, which is no failure. */
  get failure(): Error | undefined {
    const { errored } = this.#stdout;
    return errored === null || isClosedPipe(errored) ? undefined : errored;
  }

  /** Resolves when everything has left the process. */
  async flushed(): Promise<void> {
    await Promise.all([this.#stdout, this.#stderr].map(drained));
  }
}

const isClosedPipe = (error: NodeJS.ErrnoException): boolean => error.code === "EPIPE";

function write(stream: NodeJS.WriteStream, text: string): void {
  if (stream.writable) {
    stream.write(text);
  }
}

async function drained(stream: NodeJS.WriteStream): Promise<void> {
  if (stream.writable && stream.writableLength > 0) {
    await new Promise<void>((resolve) => {
      stream.once("error", () => resolve());
      stream.write("", () => resolve());
    });
  }
}
