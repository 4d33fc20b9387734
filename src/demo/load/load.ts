import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { LoadRequest, LoadSettings } from "./load-worker.ts";
import type { LoadRecord } from "./record.ts";

/** The worker beside this file, or in the built package beside the folder of its chunks (see scripts/build.ts). */
const WORKER = new URL(import.meta.url.endsWith(".ts") ? "./load-worker.ts" : "../demo-load.js", import.meta.url);

/** Clients at work in a thread of their own. */
export interface Load extends AsyncDisposable {
  /** What was written down so far, including the transactions that are at work now. */
  record(): Promise<LoadRecord>;
  /** Lets every client finish and returns the whole record. */
  stop(): Promise<LoadRecord>;
}

export async function startLoad(settings: LoadSettings): Promise<Load> {
  const worker = new Worker(WORKER, { workerData: settings });
  const died = new Promise<never>((_, reject) => worker.once("error", reject));
  // Whoever asks next is told.
  died.catch(() => {});
  const answer = async (): Promise<LoadRecord> => {
    const [record] = await Promise.race([once(worker, "message"), died]);
    return record;
  };
  const ask = async (request: LoadRequest): Promise<LoadRecord> => {
    worker.postMessage(request);
    return await answer();
  };
  await answer();
  return {
    record: () => ask("record"),
    stop: () => ask("stop"),
    async [Symbol.asyncDispose]() {
      await worker.terminate();
    },
  };
}
