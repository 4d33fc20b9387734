import type { ResolvedConfig } from "../config/load-config.ts";
import { type LoadStateOptions, loadStates } from "../desired/load-state.ts";
import { refuseEmptied } from "../desired/refuse-emptied.ts";
import type { OpenWork, State } from "../desired/state.ts";
import { type StateSource, stateSource } from "../desired/state-source.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { onceDone } from "./drift/once-done.ts";
import { migrationsAtHand, policyOf, urlToChange } from "./target.ts";
import { targetMajor } from "./target-major.ts";

/** Which states of the schema, by their names, and how they are brought here. */
export interface CompareOptions {
  /** Default: the configured database. */
  readonly from?: readonly string[] | undefined;
  /** Default: the configured schema. */
  readonly to?: readonly string[] | undefined;
  readonly cwd: string;
  /** SQL is loaded into an embedded server, also where the database's own could be asked. */
  readonly embedded?: boolean | undefined;
  /** PostgreSQL to load SQL into. Default: that of the other side, or of the configured database. */
  readonly major?: number | undefined;
  readonly withoutMissingRoles?: boolean | undefined;
  /** The schema as it is to be may hold nothing. Default false. */
  readonly allowEmpty?: boolean | undefined;
  readonly signal: AbortSignal;
  /** Is told what people should know. */
  readonly note?: ((text: string) => void) | undefined;
}

/** A statement of a schema lasts no longer than this; a command that prints one may compile a program first, ms. */
const STATEMENT_TIMEOUT_MS = 60_000;
const COMMAND_TIMEOUT_MS = 300_000;

/** Two states, and how further ones are brought here. */
export interface ComparedStates {
  readonly from: State;
  readonly to: State;
  readonly load: LoadStateOptions;
}

/**
 * Brings the two states of a comparison here.
 *
 * @throws LockkeeperError `usage` when a state has no name; `database_url_missing`; `confirmation_required` when everything
 *   would go; those of `loadState`
 */
export async function compareStates(config: ResolvedConfig, options: CompareOptions): Promise<ComparedStates> {
  const { cwd, embedded, withoutMissingRoles = false, allowEmpty = false, signal } = options;
  const from: StateSource =
    options.from === undefined ? { kind: "database", url: urlToChange(config) } : stateSource(options.from);
  const to = stateSource(options.to ?? config.schema ?? missingState());
  const databases = [from, to].flatMap((source) => (source.kind === "database" ? [source.url] : []));
  const saysMajor = [from, to].some(({ kind }) => kind === "database" || kind === "snapshot");
  const isPlaceNamed = config.scratch.named !== undefined || config.scratch.database !== undefined;
  const major =
    options.major ??
    (saysMajor || isPlaceNamed ? undefined : await targetMajor(config.directDatabase ?? config.database, options.note));
  const load: LoadStateOptions = {
    cwd,
    signal,
    withoutMissingRoles,
    timeoutMs: STATEMENT_TIMEOUT_MS,
    commandTimeoutMs: COMMAND_TIMEOUT_MS,
    places: {
      ...config.scratch,
      except: [...databases, ...config.scratch.except],
      target: embedded === true ? undefined : databases[0],
      major,
    },
    migrations: () => migrationsAtHand(config),
    onceDone: (session, catalog) => onceDone(session, catalog, policyOf(config)),
    ...(config.schemas === undefined ? {} : { schemas: config.schemas }),
    ...(config.ignore === undefined ? {} : { ignore: config.ignore }),
  };
  const states = await loadStates(from, to, load);
  for (const { open } of [states.from, states.to]) tellOpen(open, options.note);
  if (!allowEmpty) refuseEmptied(states.from.catalog, states.to.catalog);
  return { ...states, load };
}

function tellOpen(open: OpenWork | undefined, note: (text: string) => void = () => undefined): void {
  const { waiting = [], begun = [] } = open ?? {};
  if (waiting.length > 0) {
    note(`Compared as it will be after \`lockkeeper contract\`, for which ${waiting.join(", ")} waits.`);
  }
  if (begun.length > 0)
    note(`Compared as it will be when ${begun.join(", ")}, of which a part was run, is at its end.`);
}

function missingState(): never {
  throw new LockkeeperError("usage", {
    message: "Nobody says which schema it is to be.",
    notDone: "Nothing was compared.",
    action: "Give --to, or put `schema` in lockkeeper.config.ts.",
  });
}
