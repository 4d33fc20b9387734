import type { Catalog } from "../catalog/catalog.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Migration } from "../migrations/migration.ts";
import { connect, type Session } from "../postgres/session.ts";
import { commandOutput } from "./command-output.ts";
import { inScratch, type ScratchOptions, withoutName } from "./in-scratch.ts";
import { type Ignored, isNothing, type Managed, NOTHING, withoutLeftAlone } from "./left-alone.ts";
import { loadSchema } from "./load-schema.ts";
import { schemaOfMigrations } from "./migrations-as-schema.ts";
import { readState } from "./read-state.ts";
import type { SchemaSource } from "./schema-source.ts";
import { schemaOfFiles } from "./sql-files.ts";
import { type OpenWork, RUNNER, type State } from "./state.ts";
import type { StateSource } from "./state-source.ts";
import { storedCatalog } from "./stored-catalog.ts";
import { writtenRenames } from "./written-renames.ts";

/** How states are brought here. */
export interface LoadStateOptions extends ScratchOptions, Ignored {
  /** Files are looked for and commands run here. */
  readonly cwd: string;
  /** ms for a command that prints SQL. */
  readonly commandTimeoutMs: number;
  /** Of the project. */
  readonly migrations: () => readonly Migration[];
  /** Privileges and owners of roles that the server of the scratch database has not are left out. Default false. */
  readonly withoutMissingRoles?: boolean;
  /** What the schema of a database will be once what was begun there is done. Default: as it stands. */
  readonly onceDone?: (session: Session, catalog: Catalog) => Promise<OpenWork & { readonly catalog: Catalog }>;
}

/**
 * Brings a state of a schema to a catalog. SQL is loaded into a scratch database; a database is only read.
 *
 * @throws LockkeeperError `usage` for files that are not there; `schema_command_failed`, `snapshot_invalid`,
 *   `scratch_unavailable`, `migration_not_runnable`; those of `loadSchema`, `readState`, `connect` and of reading files
 */
export async function loadState(source: StateSource, options: LoadStateOptions): Promise<State> {
  switch (source.kind) {
    case "database": {
      await using session = await connect(source.url, { applicationName: "lockkeeper diff" });
      const { catalog, managed } = await readState(session, options);
      const open = await options.onceDone?.(session, catalog);
      const state = { ...stateOf(open?.catalog ?? catalog, managed), user: await userOf(session) };
      return open === undefined ? state : { ...state, open };
    }
    case "snapshot":
      return stateOf(withoutLeftAlone(storedCatalog(source.file, options.cwd), options), NOTHING);
    case "migrations": {
      const { sources, leftOut, keptAhead } = await schemaOfMigrations(options.migrations());
      const state = await loadSql(sources, options, true);
      const managed = { ...state.managed, parents: [...state.managed.parents, ...keptAhead] };
      const catalog = withoutLeftAlone(state.catalog, {}, managed);
      return { ...state, catalog, managed, leftOut: [...leftOut, ...state.leftOut] };
    }
    case "command": {
      const { cwd, commandTimeoutMs: timeoutMs, signal } = options;
      const text = await commandOutput(source.command, { cwd, timeoutMs, signal });
      return await loadSql([{ file: `cmd:${source.command}`, text }], options);
    }
    case "files": {
      const sources = schemaOfFiles(source.files, options.cwd);
      if (sources.length === 0) throw noFiles(source.files);
      return await loadSql(sources, options);
    }
  }
}

const stateOf = (catalog: Catalog, managed: Managed): State => ({
  catalog,
  managed,
  grants: "said",
  renames: [],
  leftOut: [],
});

async function loadSql(sources: readonly SchemaSource[], options: LoadStateOptions, ordered = false): Promise<State> {
  return await inScratch(options, async ({ session: own, database, limit, ownServer }) => {
    const { withoutMissingRoles = false } = options;
    await using session = ownServer ? await asLoader(own, database.url) : own;
    const loaded = await loadSchema(session, sources, { ownServer, limit, ordered, withoutMissingRoles });
    const { catalog, managed } = await readState(session, options);
    return {
      catalog: withoutName(catalog),
      managed,
      grants: loaded.grants,
      loader: await userOf(session),
      renames: ordered ? [] : sources.flatMap(writtenRenames),
      leftOut: loaded.leftOut,
    };
  });
}

/** What belongs to a role that no schema names was said to be nobody's. */
async function asLoader({ query }: Session, url: string): Promise<Session> {
  await query(`CREATE ROLE ${RUNNER} SUPERUSER LOGIN`);
  const own = new URL(url);
  own.username = RUNNER;
  return await connect(own.href, { applicationName: "lockkeeper scratch" });
}

const userOf = async ({ query }: Session): Promise<string> =>
  (await query<{ user: string }>("SELECT session_user AS user"))[0]?.user ?? "";

/** An empty schema is hardly what is meant: what is there would be dropped. */
function noFiles(names: readonly string[]): LockkeeperError {
  return new LockkeeperError("usage", {
    message: `There is no .sql file in ${names.join(", ")}.`,
    notDone: "Nothing was run.",
  });
}

interface States {
  readonly from: State;
  readonly to: State;
}

/**
 * Brings two states here, at the same time where one of them need not be loaded: that one says which PostgreSQL the other
 * is to be loaded into, where nothing else does, and when both fail, its error is the one that is told. What somebody else
 * makes in the one counts in neither.
 *
 * @throws LockkeeperError as `loadState` does
 */
export async function loadStates(from: StateSource, to: StateSource, options: LoadStateOptions): Promise<States> {
  const states = await loadBoth(from, to, options);
  return { from: withoutManaged(states.from, states.to), to: withoutManaged(states.to, states.from) };
}

const withoutManaged = (state: State, { managed }: State): State =>
  isNothing(managed)
    ? state
    : { ...state, catalog: withoutLeftAlone(state.catalog, { ignore: managed.schemas }, managed) };

async function loadBoth(from: StateSource, to: StateSource, options: LoadStateOptions): Promise<States> {
  if (!isStored(from) && !isStored(to)) {
    const first = await loadState(from, options);
    return {
      from: first,
      to: await loadState(
        to,
        onServerOf(async () => first, options),
      ),
    };
  }
  // At the same time: what is read takes a connection of its own, and the other works elsewhere.
  const [source, otherSource] = isStored(from) ? [from, to] : [to, from];
  const abandoned = new AbortController();
  const reading = loadState(source, options);
  reading.catch(() => abandoned.abort());
  const [one, other] = await Promise.allSettled([
    reading,
    loadState(otherSource, {
      ...onServerOf(() => reading, options),
      signal: AbortSignal.any([options.signal, abandoned.signal]),
    }),
  ]);
  const [first, second] = [settled(one), settled(other)];
  return source === from ? { from: first, to: second } : { from: second, to: first };
}

function settled<T>(result: PromiseSettledResult<T>): T {
  if (result.status === "rejected") throw result.reason;
  return result.value;
}

const isStored = ({ kind }: StateSource): boolean => kind === "database" || kind === "snapshot";

/** A server of the same major, where it is ours to choose. */
const onServerOf = (state: () => Promise<State>, options: LoadStateOptions): LoadStateOptions => ({
  ...options,
  places: {
    ...options.places,
    major: options.places.major ?? (async () => Math.floor((await state()).catalog.facts.server.version / 10_000)),
  },
});
