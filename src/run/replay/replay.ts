import type { Catalog } from "../../catalog/catalog.ts";
import { readCatalog } from "../../catalog/read-catalog.ts";
import { openScratch, type ScratchChoice } from "../../desired/open-scratch.ts";
import { rolesNamed } from "../../desired/reach.ts";
import type { Migration } from "../../migrations/migration.ts";
import type { ScratchDatabase } from "../../postgres/scratch-database.ts";
import { connect, type Session } from "../../postgres/session.ts";
import { loadParser, parseStatement } from "../../sql/parse-statement.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { splitSql } from "../../sql/split-sql.ts";
import { down } from "../down.ts";
import type { RunPolicy } from "../policy.ts";
import { recordInForce } from "../record-in-force.ts";
import { installState } from "../state/install-state.ts";
import type { Stop } from "../stop.ts";
import { up } from "../up.ts";

export interface ReplayOptions {
  readonly places: ScratchChoice;
  /** In the order in which they run. */
  readonly migrations: readonly Migration[];
  readonly policy: RunPolicy;
  readonly stop: Stop;
  /** Who runs them, where the server is one of our own. */
  readonly user?: string;
}

const LEASE_TTL_MS = 3_600_000;

/** A scratch database in which migrations are run as they are run anywhere. */
export class Replay implements AsyncDisposable {
  /** Who runs the migrations there, and owns what they make. */
  readonly user: string;
  readonly session: Session;
  readonly #scratch: ScratchDatabase;
  readonly #options: ReplayOptions;
  readonly #url: string;

  private constructor(options: ReplayOptions, scratch: ScratchDatabase, url: string, session: Session, user: string) {
    this.#options = options;
    this.#scratch = scratch;
    this.#url = url;
    this.session = session;
    this.user = user;
  }

  /** @throws LockkeeperError `scratch_unavailable`, `scratch_not_empty`, and those of parsing the migrations */
  static async start(options: ReplayOptions): Promise<Replay> {
    const scratch = await openScratch(options.places);
    try {
      await loadParser();
      const url = scratch.place === "embedded server" ? await withRoles(scratch.url, options) : scratch.url;
      const session = await connect(url, { applicationName: "lockkeeper scratch" });
      const [me] = await session.query<{ user: string }>("SELECT session_user AS user");
      return new Replay(options, scratch, url, session, me?.user ?? "");
    } catch (error) {
      await scratch[Symbol.asyncDispose]();
      throw error;
    }
  }

  /** The server is ours alone and goes away with the database. */
  get ownServer(): boolean {
    return this.#scratch.place === "embedded server";
  }

  /** Records migrations as in force whose work is there. */
  async recordInForce(ids: readonly string[]): Promise<void> {
    await installState(this.session);
    const chosen = this.#options.migrations.filter(({ id }) => ids.includes(id));
    await recordInForce(
      this.session,
      chosen.map(({ id, checksum }) => ({ id, checksum, origin: "baseline" })),
    );
  }

  /**
   * @param to the last migration that is run; all are when undefined
   * @param catalog the database's with its facts, where it has been read since the last change
   * @throws LockkeeperError those of a run
   */
  async up(to?: string, catalog?: Catalog): Promise<void> {
    await up({
      ...this.#operation(),
      ...(to === undefined ? {} : { to }),
      ...(catalog === undefined ? {} : { catalog }),
    });
  }

  /**
   * Takes the newest one back.
   *
   * @param catalog as for `up`
   */
  async down(catalog?: Catalog): Promise<void> {
    await down({ ...this.#operation(), steps: 1, ...(catalog === undefined ? {} : { catalog }) });
  }

  /** With its facts, so that plans can be made from it. */
  catalog(): Promise<Catalog> {
    return readCatalog(this.session.query, { facts: true });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.session.end();
    await this.#scratch[Symbol.asyncDispose]();
  }

  #operation() {
    const { migrations, policy, stop } = this.#options;
    const { drift, sweep } = policy;
    return {
      url: this.#url,
      migrations,
      // Nobody else is there who could take the lease of a slow one, and nothing is compared with what was recorded.
      policy: {
        ...policy,
        leaseTtlMs: LEASE_TTL_MS,
        drift: { ...drift, record: "off" as const },
        sweep: { ...sweep, setAside: 0 },
      },
      emit: () => {},
      stop,
    };
  }
}

/** The roles that the migrations name and do not make, and the one under which they run. */
async function withRoles(url: string, { migrations, policy, user }: ReplayOptions): Promise<string> {
  await using session = await connect(url, { applicationName: "lockkeeper scratch" });
  const there = new Set(
    (await session.query<{ name: string }>("SELECT rolname AS name FROM pg_roles")).map((r) => r.name),
  );
  const made = new Set<string>();
  const named = new Set(policy.role === undefined ? [] : [policy.role]);
  for (const { kind, text, file } of migrations) {
    if (kind !== "sql") continue;
    for (const statement of splitSql(text, file).statements) {
      const { tag, node } = parseStatement(statement, file, text);
      if (tag === "CreateRoleStmt" && node.role !== undefined) made.add(node.role);
      else for (const role of rolesNamed(node)) named.add(role);
    }
  }
  for (const role of named) {
    if (!there.has(role) && !made.has(role)) await session.query(`CREATE ROLE ${quoteIdentifier(role)}`);
  }
  if (user === undefined || there.has(user)) return url;
  await session.query(
    `${named.has(user) && !made.has(user) ? "ALTER" : "CREATE"} ROLE ${quoteIdentifier(user)} LOGIN SUPERUSER`,
  );
  const own = new URL(url);
  own.username = encodeURIComponent(user);
  return own.href;
}
