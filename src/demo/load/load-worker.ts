/**
 * The clients of the demo, in a thread of their own: what the main thread does must not lengthen what they measure.
 * Answers `record` with all that was written down so far, and `stop` with everything.
 */
import { parentPort, workerData } from "node:worker_threads";
import type { ShopSize } from "../shop/rows.ts";
import type { LoadRecord } from "./record.ts";
import { ShopClient } from "./shop-client.ts";

export interface LoadSettings {
  readonly url: string;
  readonly clients: number;
  readonly size: ShopSize;
}

export type LoadRequest = "record" | "stop";

const { url, clients: count, size } = workerData as LoadSettings;
const clients = await Promise.all(Array.from({ length: count }, (_, index) => ShopClient.open(index + 1, url, size)));

parentPort?.on("message", async (request: LoadRequest) => {
  if (request === "stop") {
    await Promise.all(clients.map((client) => client.end()));
  }
  // A client that is being held up now belongs to the record that is asked for now.
  await Promise.all(clients.map((client) => client.settle()));
  parentPort?.postMessage(recordOf(clients));
  if (request === "stop") {
    parentPort?.close();
  }
});
// The first, empty record says that all clients are connected.
parentPort?.postMessage(recordOf(clients));

function recordOf(all: readonly ShopClient[]): LoadRecord {
  const sum = (table: keyof LoadRecord["added"]): number => all.reduce((total, { added }) => total + added[table], 0);
  return {
    samples: all.flatMap(({ samples }) => samples).sort((a, b) => a.startedAt - b.startedAt),
    errors: all.flatMap(({ errors }) => errors).sort((a, b) => a.at - b.at),
    added: { orders: sum("orders"), payments: sum("payments"), shipments: sum("shipments") },
  };
}
