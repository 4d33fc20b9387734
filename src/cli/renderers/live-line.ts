/** A line at the bottom of a terminal that is written over until something is to stay. */
export class LiveLine {
  readonly #print: (text: string) => void;
  readonly #width: () => number;
  readonly #compose: () => string;
  #timer: NodeJS.Timeout | undefined;

  /** @param compose the line as it is now; empty where there is nothing to show */
  constructor(print: (text: string) => void, width: () => number, compose: () => string) {
    this.#print = print;
    this.#width = width;
    this.#compose = compose;
  }

  start(): void {
    this.#timer ??= setInterval(() => this.#draw(), REDRAW_MS).unref();
    this.#draw();
  }

  stop(): void {
    if (this.#timer !== undefined) {
      clearInterval(this.#timer);
      this.#timer = undefined;
      this.#print(ERASE);
    }
  }

  /** Prints what is to stay, above the live line. */
  printAbove(text: string): void {
    if (this.#timer === undefined) {
      this.#print(text);
      return;
    }
    this.#print(`${ERASE}${text}`);
    this.#draw();
  }

  #draw(): void {
    const line = this.#compose();
    this.#print(`${ERASE}${[...line].slice(0, Math.max(0, this.#width() - 1)).join("")}`);
  }
}

const REDRAW_MS = 100;
const ERASE = "\r\u001b[2K";
