import { migrate } from "../../src/index.ts";
import { alterLikePgroll } from "../like-pgroll/alter-column.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import type { Change } from "./changes.ts";
import { withMigration } from "./with-migration.ts";

/** A way to make a change. */
export interface How {
  readonly name: string;
  /** What it does, in a few words. */
  readonly method: string;
  readonly can: (change: Change) => boolean;
  /**
   * @param onStep told the title of each step as it begins
   * @returns what is to be said of it beside its figures
   */
  readonly apply: (change: Change, url: string, onStep: (title: string) => void) => Promise<string | undefined>;
}

/** What the goals speak of. */
export const OURS = "Lockkeeper";

/** @param limitSeconds how long pgroll's batches may take */
export const hows = (limitSeconds: number): readonly How[] => [
  {
    name: "as written",
    method: "the statement as it is, on a connection without timeouts",
    can: () => true,
    apply: async ({ sql }, url) => {
      await onDatabase(url, (client) => client.query(sql));
      return undefined;
    },
  },
  {
    name: OURS,
    method: "`migrate` with a file that holds the statement (for partitions the step `partitionTable`), default policy",
    can: () => true,
    apply: async ({ sql, script }, url, onStep) => {
      await withMigration(script === undefined ? "sql" : "ts", script ?? `${sql};\n`, (migrations) =>
        migrate({
          url,
          migrations,
          onEvent: (event) => {
            if (event.type === "step.started") onStep(event.title);
          },
        }),
      );
      return undefined;
    },
  },
  {
    name: "pgroll's statements",
    method:
      "a second column, triggers, batches of 1,000 rows and the switch, as pgroll 0.16 makes them, sent by the benchmark; not the program itself, and without what it does besides",
    can: ({ pgroll }) => pgroll !== undefined,
    apply: async ({ pgroll }, url) => {
      if (pgroll === undefined) return undefined;
      const until = AbortSignal.timeout(limitSeconds * 1_000);
      const filled = await onDatabase(url, (client) => alterLikePgroll(client, pgroll, until));
      return until.aborted ? `ended after ${filled.toLocaleString("en")} rows, before its switch` : undefined;
    },
  },
];
