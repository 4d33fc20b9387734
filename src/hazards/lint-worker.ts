import { parentPort, workerData } from "node:worker_threads";
import { loadParser } from "../sql/parse-statement.ts";
import { lintShare } from "./lint-share.ts";

await loadParser();
parentPort?.postMessage(lintShare(workerData));
