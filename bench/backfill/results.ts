import { median } from "../runner/report.ts";
import type { Measurement } from "./measure.ts";

/** One contender on one table. */
export interface Result {
  readonly name: string;
  readonly rows: number;
  /** Besides the primary key. */
  readonly indexes: number;
  /** One a round. */
  readonly measurements: readonly Measurement[];
}

type Figure = keyof Measurement | "cpuSeconds";

/** The median over the rounds; `cpuSeconds` are those of server and client together. */
export const figure = ({ measurements }: Result, key: Figure): number =>
  median(measurements.map((one) => (key === "cpuSeconds" ? one.serverCpuSeconds + one.clientCpuSeconds : one[key])));

export const find = (results: readonly Result[], name: string, { rows, indexes }: Result): Result | undefined =>
  results.find((one) => one.name === name && one.rows === rows && one.indexes === indexes);
