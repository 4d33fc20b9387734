import { adopt, pgrollInstallation } from "../pgroll/pgroll.ts";
import type { Installation } from "../runner/contender.ts";
import { VALUE } from "./items.ts";
import { sweep } from "./lockkeeper.ts";
import {
  ADDED,
  ALTERED,
  byPgroll,
  keyBatches,
  listedBatches,
  placeBatches,
  queueBatches,
  withClient,
} from "./peers.ts";

/** A way to fill `filled` in every row of `items` with `total`. */
export interface Contender {
  readonly name: string;
  /** What it does, in a few words. */
  readonly method: string;
  /**
   * `goal`: a goal speaks of it; `slow goal`: and it takes several times as long as the others; `quadratic`: each of its
   * batches reads past all those before, so that a table ten times as large takes a hundred times as long.
   */
  readonly part: "goal" | "slow goal" | "peer" | "quadratic";
  /** Of the program that it takes. */
  readonly program?: Installation;
  /** What it needs of the database before, unmeasured. */
  readonly prepare?: (url: string) => Promise<void>;
  readonly run: (url: string) => Promise<void>;
}

/** What all others are compared with. */
export const ONE_UPDATE = "one UPDATE";
export const OURS = "Lockkeeper";
export const OURS_TWICE = "Lockkeeper, 2 workers";
export const PGROLL_ADD = "pgroll's add_column";
export const PGROLL_ALTER = "pgroll's alter_column";

const PGROLL_METHOD =
  "`start` and `complete`, as they come: row triggers that work out a column's values, and batches of 1,000 rows that are touched; the CPU of its own process is not counted";

export const CONTENDERS: readonly Contender[] = [
  {
    part: "goal",
    name: ONE_UPDATE,
    method: "one statement, one transaction",
    run: (url) => withClient(url, async (client) => void (await client.query(`UPDATE items SET filled = ${VALUE}`))),
  },
  {
    part: "goal",
    name: OURS,
    method: "a sweep, one worker, default policy, verified",
    run: (url) => sweep(url, 1),
  },
  {
    part: "goal",
    name: OURS_TWICE,
    method: "a sweep, two workers, default policy, verified",
    run: (url) => sweep(url, 2),
  },
  {
    part: "slow goal",
    name: PGROLL_ADD,
    program: pgrollInstallation(),
    method: `${PGROLL_METHOD}; a new column with \`up\``,
    prepare: async (url) => {
      await withClient(url, async (client) => void (await client.query("ALTER TABLE items DROP COLUMN filled")));
      await adopt(url);
    },
    run: (url) => byPgroll(url, ADDED),
  },
  {
    part: "slow goal",
    name: PGROLL_ALTER,
    program: pgrollInstallation(),
    method: `${PGROLL_METHOD}; a second column in the place of the first, with \`up\` and \`down\``,
    prepare: adopt,
    run: (url) => byPgroll(url, ALTERED),
  },
  {
    part: "peer",
    name: "key batches of 1,000",
    method: "online_migrations: the end of each batch is looked up along the key, then UPDATE by that range",
    run: (url) => keyBatches(url, 1_000, 1_000),
  },
  {
    part: "peer",
    name: "key batches of 1,000, in pieces of 100",
    method: "GitLab's batched background migrations: batches along the key, each updated in sub-batches of 100",
    run: (url) => keyBatches(url, 1_000, 100),
  },
  {
    part: "peer",
    name: "lists of 10,000 keys",
    method: "strong_migrations: Rails' in_batches(of: 10_000), keys are read and sent back in an IN list",
    run: (url) => listedBatches(url, 10_000),
  },
  {
    part: "quadratic",
    name: "10,000 rows by ctid",
    method: "UPDATE … WHERE ctid = ANY (ARRAY(SELECT ctid … WHERE filled IS NULL LIMIT 10000)) until none is left",
    run: (url) => placeBatches(url, 10_000),
  },
  {
    part: "quadratic",
    name: "SKIP LOCKED, 10,000 rows",
    method: "rows taken as from a queue: ORDER BY id LIMIT 10000 FOR UPDATE SKIP LOCKED, until none is left",
    run: (url) => queueBatches(url, 10_000),
  },
];
