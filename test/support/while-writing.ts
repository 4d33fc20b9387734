import { setTimeout as sleep } from "node:timers/promises";
import type pg from "pg";
import type { TestDatabase } from "./database.ts";

export interface Writing {
  readonly db: TestDatabase;
  /** What each client does again and again, one for each. */
  readonly clients: readonly ((client: pg.Client) => Promise<void>)[];
  /** How often each of them, on average, still writes when the work is done: what was just switched over is written to as well. */
  readonly afterwards: number;
  /** Errors of the clients are collected here. */
  readonly errors: string[];
  /** What an error is called, or undefined for one that clients may meet. Default: its message. */
  readonly told?: (error: unknown) => string | undefined;
}

/** Lets work run while clients write, and a moment longer. */
export async function whileWriting<T>(
  { db, clients, afterwards, errors, told = messageOf }: Writing,
  work: () => Promise<T>,
): Promise<T> {
  const stop = { now: false };
  let written = 0;
  const write = async (once: (client: pg.Client) => Promise<void>): Promise<void> => {
    const client = await db.connect();
    while (!stop.now) {
      try {
        await once(client);
        written++;
      } catch (error) {
        const text = told(error);
        if (text !== undefined) errors.push(text);
        await client.query("ROLLBACK").catch(() => {});
      }
    }
    await client.end();
  };
  const writing = clients.map(write);
  try {
    return await work();
  } finally {
    for (const enough = written + afterwards * clients.length; written < enough && errors.length === 0; )
      await sleep(5);
    stop.now = true;
    await Promise.all(writing);
  }
}

export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error));
