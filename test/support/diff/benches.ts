import { connect } from "../../../src/postgres/session.ts";
import { openPairBench, type PairBench } from "./try-pair.ts";

/** Benches that are lent out one at a time. */
export interface Benches extends AsyncDisposable {
  /** @throws when all of them are in use */
  use<T>(work: (bench: PairBench) => Promise<T>): Promise<T>;
}

/** Makes so many empty databases and a bench on each. */
export async function openBenches(
  serverUrl: string,
  { count, dump }: { readonly count: number; readonly dump?: string | undefined },
): Promise<Benches> {
  await using admin = await connect(serverUrl);
  const all: PairBench[] = [];
  for (let number = 1; number <= count; number += 1) {
    await admin.query(`CREATE DATABASE bench_${number}`);
    const url = new URL(serverUrl);
    url.pathname = `/bench_${number}`;
    all.push(await openPairBench(url.href, dump));
  }
  const idle = [...all];
  return {
    async use(work) {
      const bench = idle.pop();
      if (bench === undefined) {
        throw new Error("more work at a time than there are benches");
      }
      try {
        return await work(bench);
      } finally {
        idle.push(bench);
      }
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(all.map((bench) => bench[Symbol.asyncDispose]()));
    },
  };
}
