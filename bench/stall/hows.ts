import { migrate } from "../../src/index.ts";
import { adopt, complete, expand, NEW_VERSION, OLD_VERSION, pgrollInstallation } from "../pgroll/pgroll.ts";
import { onDatabase } from "../runner/fresh-database.ts";
import type { Change } from "./changes.ts";
import { withMigration } from "./with-migration.ts";

/** A way to make a change. */
export interface How {
  readonly name: string;
  /** What it does, in a few words. */
  readonly method: string;
  readonly can: (change: Change) => boolean;
  /** What it needs of a database before clients come. @returns where they find their tables */
  readonly prepare?: (url: string) => Promise<string>;
  /** @returns what is to be said of it beside its figures */
  readonly apply: (change: Change, url: string, watching: Watching) => Promise<string | undefined>;
}

export interface Watching {
  /** Told the title of each step as it begins. */
  readonly onStep: (title: string) => void;
  /** Clients find their tables elsewhere from now on, as releases do. */
  readonly moveClients: (schema: string) => Promise<void>;
}

/** What the goals speak of. */
export const OURS = "Lockkeeper";

/** @param limitSeconds how long pgroll may fill a column */
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
    apply: async ({ sql, script }, url, { onStep }) => {
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
    name: "pgroll",
    method:
      "`start` and `complete` with an operation of pgroll's, all as it comes; clients use the views of the old version, and move to those of the new one in between",
    can: ({ pgroll }) => pgroll !== undefined && pgrollInstallation().state === "installed",
    prepare: async (url) => {
      await adopt(url);
      return OLD_VERSION;
    },
    apply: async ({ pgroll }, url, { onStep, moveClients }) => {
      if (pgroll === undefined) return undefined;
      onStep("start");
      const cutAt = await expand(url, pgroll, limitSeconds * 1_000);
      if (cutAt !== undefined) return `ended after ${cutAt.toLocaleString("en")} rows, before its switch`;
      await moveClients(NEW_VERSION);
      onStep("complete");
      await complete(url);
      return undefined;
    },
  },
];
