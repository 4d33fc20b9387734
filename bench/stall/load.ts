import { type ChildProcess, fork } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Answer, Order } from "./clients.ts";
import type { Sample } from "./sample.ts";

const CLIENTS = fileURLToPath(new URL("./clients.ts", import.meta.url));

/** The clients at work in their own process. */
export class Load implements AsyncDisposable {
  readonly #child: ChildProcess;

  private constructor(child: ChildProcess) {
    this.#child = child;
  }

  /** @param schema where they find their tables */
  static async start(url: string, connections: number, rows: number, schema: string): Promise<Load> {
    const child = fork(CLIENTS, [url, String(connections), String(rows), schema], { serialization: "advanced" });
    const load = new Load(child);
    await load.#answer("ready");
    return load;
  }

  /** @returns statements a second that the clients get done when they wait for nothing else */
  async saturate(seconds: number): Promise<number> {
    this.#tell({ type: "saturate", seconds });
    return (await this.#answer("saturated")).rate;
  }

  begin(rate: number): void {
    this.#tell({ type: "begin", rate });
  }

  async move(schema: string): Promise<void> {
    this.#tell({ type: "move", schema });
    await this.#answer("moved");
  }

  async end(): Promise<readonly Sample[]> {
    this.#tell({ type: "end" });
    return (await this.#answer("samples")).samples;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#child.exitCode !== null) return;
    const gone = new Promise((resolve) => this.#child.once("exit", resolve));
    this.#child.kill("SIGKILL");
    await gone;
  }

  #tell(order: Order): void {
    this.#child.send(order);
  }

  async #answer<T extends Answer["type"]>(type: T): Promise<Extract<Answer, { type: T }>> {
    return await new Promise((resolve, reject) => {
      this.#child.once("message", (said: Answer) =>
        said.type === type ? resolve(said as Extract<Answer, { type: T }>) : reject(new Error(`${said.type}?`)),
      );
      this.#child.once("exit", () => reject(new Error("the clients ended")));
    });
  }
}
