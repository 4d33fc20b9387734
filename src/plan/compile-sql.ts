import { applyStatement } from "../catalog/state/apply-statement.ts";
import { isRefusedInTransaction } from "../effects/refused-in-transaction.ts";
import { LockkeeperError, type Place } from "../errors/lockkeeper-error.ts";
import type { OnlineContext } from "../online/online-context.ts";
import type { OnlineForm } from "../online/piece.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import { nodesAs } from "../sql/node-as.ts";
import { type ParsedStatement, parseStatement } from "../sql/parse-statement.ts";
import type { SourceMap } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { withIndexName } from "../sql/with-index-name.ts";
import type { CompileOptions } from "./compile-plan.ts";
import { keepingSettings } from "./keep-settings.ts";
import { withSchema } from "./known-schemas.ts";
import { namesForIndex } from "./name-index.ts";
import { parseFile, type SqlPiece } from "./parsed-file.ts";
import type { Phase, PlannedStatement, Probe, Step, UndoItem } from "./plan.ts";
import { type PlacedStatement, putOnline } from "./put-online.ts";
import { isSetting, type SettingChange, settingChange } from "./settings.ts";
import { summarize, titleOf } from "./step-title.ts";
import { isSavepoint, nonTransactionalProbe } from "./transactionality.ts";
import { deriveUndoForMigration } from "./undo/derive-undo.ts";
import { lengthOfUnits } from "./units-in-text.ts";

/** What an author wrote that is no SQL: the text stands for it where it has no form of its own. */
export interface InsteadOfSql {
  /** For people, and for telling whether it was edited. */
  readonly written: string;
  readonly form: (context: OnlineContext) => OnlineForm;
  /** How it is done where it has no form of its own; absent: as the text says. */
  readonly sweep?: SweepSpec;
}

/**
 * Groups the statements of a file into steps: all that may share a transaction do, the others stand alone, and the
 * author's own `BEGIN … COMMIT` blocks are kept as the limits of transactions.
 */
export function compileSql(piece: SqlPiece, options: CompileOptions, instead?: InsteadOfSql): Step[] {
  const { source, statements: parsed } = parseFile(piece, options.parsed, options.readOnly);
  const statements = instead === undefined ? parsed : parsed.map((one) => standingFor(one, instead));
  const { direct = false, directBy, from = 0, using = [], back = [] } = options;
  const online =
    options.online === undefined || using.length + back.length === 0
      ? options.online
      : { ...options.online, back, using: { expressions: using, found: options.online.state.clone() } };
  const done = from === 0 ? 0 : lengthOfUnits(statements, from);
  const head = statements.slice(0, done);
  const rest = statements.slice(done);
  const placed =
    online === undefined
      ? rest
      : keepingSettings(online.state, () => {
          // Names are looked up by what was set, also where the statement that set it is done.
          for (const { statement } of head.filter((one) => isSetting(one.statement))) {
            applyStatement(online.state, statement);
          }
          return putOnline(rest, options.phase === "contract" ? withoutDelay(online) : online, {
            direct,
            directBy,
            each: options.each,
            file: piece.file,
            text: source,
            form: instead?.form,
          });
        });
  const now = placed.filter(({ leftover }: PlacedStatement) => leftover === undefined);
  const steps = new StepBuilder(piece.file, source, options, [...head, ...now], done).build();
  return now.length === placed.length ? steps : [...steps, ...laterSteps([...head, ...placed], piece, source, options)];
}

/** All of them are one statement to whoever looks at the plan. */
const standingFor = (one: PlacedStatement, { written, sweep }: InsteadOfSql): PlacedStatement => ({
  ...one,
  source: { ...one.source, line: 1, column: 1 },
  insteadOf: written,
  ...(sweep === undefined ? {} : { sweep }),
});

/** The view that bears a table's old name may have made way for something else meanwhile. */
const ofBridge = (item: UndoItem, { insteadOf, statement }: PlacedStatement): UndoItem =>
  insteadOf !== undefined && statement.tag === "ViewStmt" && "sql" in item
    ? { sql: item.sql.replace(/^DROP VIEW (?!IF EXISTS)/, "DROP VIEW IF EXISTS ") }
    : item;

/** What waits for `contract`, with the settings under which it was planned. */
function laterSteps(
  all: readonly PlacedStatement[],
  { file }: SqlPiece,
  source: SourceMap,
  options: CompileOptions,
): Step[] {
  const later = all.filter(({ leftover, statement }) => leftover !== undefined || isSetting(statement));
  return new StepBuilder(file, source, { ...options, phase: "contract", each: false }, later, 0).build();
}

/** What removes is itself in the phase in which what is old goes: nothing waits for another. */
const withoutDelay = ({ policy, ...context }: OnlineContext): OnlineContext => ({
  ...context,
  standing: context.state.clone(),
  policy: { ...policy, drops: "direct", renames: "direct" },
});

/** Makes what is there by itself until another piece takes it over. */
const makesPart = ({ tag, node }: ParsedStatement): boolean =>
  tag === "IndexStmt" ||
  (tag === "AlterTableStmt" &&
    nodesAs(node.cmds, "AlterTableCmd").some(({ subtype }) => subtype === "AT_AddConstraint"));

class StepBuilder {
  readonly #file: string;
  readonly #source: SourceMap;
  readonly #options: CompileOptions;
  readonly #parsed: readonly PlacedStatement[];
  readonly #steps: Step[] = [];
  #group: PlannedStatement[] = [];
  /** Of the open group. */
  #phase: Phase;
  #groupIsLong = false;
  #groupIsStrong = false;
  /** For how long it works on rows of others while it keeps them out. */
  #groupSeconds = 0;
  #groupIsQuiet = true;
  /** Settings in force now, and those in force where the open group began. */
  #settings: { readonly sql: string; readonly endsWithBlock: boolean }[] = [];
  #groupSettings: readonly string[] = [];
  /** A statement that set something of which the text does not tell what it is. */
  #unknown: SqlStatement | undefined;
  /** The author's open `BEGIN`. */
  #block: SqlStatement | undefined;
  /** So many statements were run before: what they set still holds. */
  readonly #done: number;

  constructor(
    file: string,
    source: SourceMap,
    options: CompileOptions,
    parsed: readonly PlacedStatement[],
    done: number,
  ) {
    this.#done = done;
    this.#file = file;
    this.#source = source;
    this.#options = options;
    this.#phase = options.phase;
    this.#parsed = parsed;
  }

  build(): Step[] {
    const kept = this.#parsed.filter(({ isTrial }) => isTrial !== true);
    const derived =
      this.#options.readOnly === true
        ? []
        : deriveUndoForMigration(
            kept.map(({ source, statement, goesAlong }) => ({
              tag: statement.tag,
              node: statement.node,
              sql: source.text,
              ...(goesAlong === true ? { mayBeGone: true } : {}),
            })),
          );
    const undo = new Map<PlacedStatement, readonly UndoItem[]>(
      kept.map((one, index) => {
        if (one.back !== undefined) return [one, this.#options.readOnly === true ? [] : one.back];
        const items = one.goesAlong === true && !makesPart(one.statement) ? [] : (derived[index] ?? []);
        return [one, items.map((item) => withSchema(item, one.schemas)).map((item) => ofBridge(item, one))];
      }),
    );
    for (const [index, parsed] of this.#parsed.entries()) {
      this.#add(parsed, undo.get(parsed) ?? [], index);
    }
    if (this.#block !== undefined) {
      throw this.#transactionControl(
        this.#block,
        "this BEGIN has no COMMIT",
        "Write the COMMIT, or take the BEGIN out: what may share a transaction does anyway.",
      );
    }
    this.#flush();
    return this.#steps;
  }

  #add(placed: PlacedStatement, undo: PlannedStatement["undo"], index: number): void {
    const { source, statement, isAlone = false, phase = this.#options.phase } = placed;
    if (placed.joins !== true && (isAlone || phase !== this.#phase || this.#wouldHoldLocks(placed))) {
      this.#flush();
    }
    this.#phase = phase;
    if (statement.tag === "TransactionStmt") {
      this.#transactionStatement(source, statement);
      if (!isSavepoint(statement)) {
        return;
      }
    }
    const change = settingChange(statement, source.text);
    if (change?.kind === "transaction") {
      throw this.#transactionControl(
        source,
        "the isolation of the transaction is not the migration's to choose",
        ISOLATION,
      );
    }
    if (change?.kind === "reset-all") {
      this.#flush();
      this.#settings = [];
      this.#unknown = undefined;
      return;
    }
    if (index < this.#done) {
      this.#carry(change, source);
      return;
    }
    const planned: PlannedStatement = {
      sql: change?.local ?? source.text,
      at: this.#place(source),
      tag: statement.tag,
      undo,
      ...(placed.insteadOf === undefined ? {} : { insteadOf: placed.insteadOf }),
      ...(placed.insteadOfEach === undefined ? {} : { insteadOfEach: placed.insteadOfEach }),
      ...(placed.effects === undefined ? {} : { effects: placed.effects }),
      ...(source.copyData === undefined ? {} : { copyData: source.copyData }),
      ...(placed.isTrial === true ? { isTrial: true } : {}),
      ...(placed.goesAlong === true ? { goesAlong: true } : {}),
      ...(placed.leftover === undefined ? {} : { leftover: placed.leftover }),
      ...(placed.absent === undefined ? {} : { absent: placed.absent }),
      ...(placed.notes === undefined ? {} : { notes: placed.notes }),
    };
    if (placed.sweep !== undefined) {
      this.#sweep(planned, placed.sweep, source);
      return;
    }
    const probe = this.#probe(placed);
    if (probe !== undefined) {
      this.#concurrent(planned, probe, statement, source);
      return;
    }
    if (this.#group.length === 0) {
      this.#requireKnownSettings(source);
      this.#groupSettings = this.#settingsNow();
    }
    this.#group.push(planned);
    this.#groupIsLong ||= placed.isLong === true;
    this.#groupIsStrong ||= placed.isStrong === true;
    if (this.#groupIsStrong) this.#groupSeconds += placed.seconds ?? 0;
    this.#groupIsQuiet &&= placed.isQuiet === true;
    this.#carry(change, source);
    const isEnd = isAlone || (this.#options.each && this.#block === undefined) || this.#usedLater(statement, index);
    if (isEnd && this.#parsed[index + 1]?.joins !== true) {
      this.#flush();
    }
  }

  #carry(change: Extract<SettingChange, { kind: "set" }> | undefined, source: SqlStatement): void {
    if (change?.carried === undefined) {
      this.#unknown ??= change === undefined ? undefined : source;
    } else {
      const endsWithBlock = change.isLocal === true && this.#block !== undefined;
      this.#settings.push(...change.carried.map((sql) => ({ sql, endsWithBlock })));
    }
  }

  #settingsNow(): readonly string[] {
    return this.#settings.map(({ sql }) => sql);
  }

  /**
   * Whether a lock that stops others would be held through long work of the same transaction, or through brief work that
   * is long together, or long work be done again for a lock that is not to be had.
   */
  #wouldHoldLocks({ isLong = false, isStrong = false, seconds = 0, insteadOf }: PlacedStatement): boolean {
    const { briefSeconds = Number.POSITIVE_INFINITY } = this.#options.online?.policy ?? {};
    const isOurs = this.#block === undefined || insteadOf !== undefined;
    return (
      isOurs &&
      ((isLong && this.#groupIsStrong) ||
        (isStrong && this.#groupIsLong) ||
        (this.#groupSeconds > 0 && seconds > 0 && this.#groupSeconds + seconds > briefSeconds))
    );
  }

  #transactionStatement(source: SqlStatement, statement: ParsedStatement & { tag: "TransactionStmt" }): void {
    switch (statement.node.kind) {
      case "TRANS_STMT_BEGIN":
      case "TRANS_STMT_START":
        if (this.#block !== undefined) {
          throw this.#transactionControl(
            source,
            "a transaction block is open already",
            "Write the COMMIT of the first BEGIN.",
          );
        }
        if (statement.node.options !== undefined) {
          throw this.#transactionControl(
            source,
            "the isolation of the transaction is not the migration's to choose",
            ISOLATION,
          );
        }
        this.#flush();
        this.#block = source;
        return;
      case "TRANS_STMT_COMMIT":
        if (this.#block === undefined) {
          throw this.#transactionControl(
            source,
            "this COMMIT has no BEGIN",
            "Take it out, Lockkeeper commits each step; or write BEGIN where its transaction begins.",
          );
        }
        this.#flush();
        this.#block = undefined;
        this.#settings = this.#settings.filter(({ endsWithBlock }) => !endsWithBlock);
        return;
      case "TRANS_STMT_SAVEPOINT":
      case "TRANS_STMT_RELEASE":
      case "TRANS_STMT_ROLLBACK_TO":
        return;
      default:
        throw this.#transactionControl(
          source,
          "it would end the transaction that Lockkeeper journals",
          "Take it out. A migration that is not to be applied is left out or taken back with `lockkeeper down`.",
        );
    }
  }

  #probe({ statement, source, insteadOf, ...placed }: PlacedStatement): Probe | undefined {
    const isRefused = placed.isRefusedInTransaction ?? isRefusedInTransaction(statement);
    const probe = isRefused ? nonTransactionalProbe(statement) : undefined;
    // For a statement of its own the planner opens the author's transaction.
    if (probe !== undefined && this.#block !== undefined && insteadOf === undefined) {
      throw this.#transactionControl(
        source,
        "PostgreSQL refuses this statement inside a transaction block",
        "Move it in front of the BEGIN or behind the COMMIT: there it becomes a step of its own, which is found and " +
          "mended after a crash. Or take BEGIN and COMMIT out, and Lockkeeper sets the limits around it.",
      );
    }
    // A procedure or a DO block may commit by itself; only a migration that says so gets it outside a transaction.
    const mayCommit = statement.tag === "CallStmt" || (statement.tag === "DoStmt" && COMMITS.test(source.text));
    return probe ?? (this.#options.each && this.#block === undefined && mayCommit ? { kind: "none" } : undefined);
  }

  #sweep(statement: PlannedStatement, sweep: SweepSpec, source: SqlStatement): void {
    this.#flush();
    this.#requireKnownSettings(source);
    this.#steps.push({
      kind: "sweep",
      phase: this.#phase,
      title: summarize(sweep.action.kind === "callback" ? (statement.insteadOf ?? "") : statement.sql),
      at: statement.at,
      settings: this.#settingsNow(),
      statement,
      sweep,
    });
  }

  #concurrent(planned: PlannedStatement, probe: Probe, statement: ParsedStatement, source: SqlStatement): void {
    this.#flush();
    this.#requireKnownSettings(source);
    const names =
      statement.tag === "IndexStmt" && probe.kind === "create-index" ? namesForIndex(statement.node) : undefined;
    const [name] = names ?? [];
    const isUnnamed = probe.kind === "create-index" && names !== undefined && name !== undefined;
    const named = isUnnamed ? this.#renamed(planned, withIndexName(source.text, name)) : planned;
    this.#steps.push({
      kind: "concurrent",
      phase: this.#phase,
      title: summarize(named.sql),
      at: planned.at,
      settings: this.#settingsNow(),
      statement: named,
      probe: isUnnamed ? { ...probe, index: { ...probe.index, name }, unnamed: { sql: source.text, names } } : probe,
    });
  }

  /** The undo of an index is derived again once the index has its name. */
  #renamed(planned: PlannedStatement, sql: string): PlannedStatement {
    const [only] = splitSql(sql, this.#file).statements;
    if (only === undefined) {
      return planned;
    }
    const statement = parseStatement(only, this.#file);
    const [undo = []] = deriveUndoForMigration([{ tag: statement.tag, node: statement.node, sql }]);
    return { ...planned, sql, undo };
  }

  /**
   * A new enum value cannot be used before its transaction has committed (55P04), so the group ends behind it when a
   * later statement mentions it.
   */
  #usedLater(statement: ParsedStatement, index: number): boolean {
    const value = statement.tag === "AlterEnumStmt" ? statement.node.newVal : undefined;
    return (
      value !== undefined &&
      this.#block === undefined &&
      this.#parsed.slice(index + 1).some(({ source }) => source.text.includes(`'${value.replaceAll("'", "''")}'`))
    );
  }

  #flush(): void {
    const [first] = this.#group;
    // The steps that follow have these settings by themselves.
    if (first !== undefined && !this.#group.every(isSetting)) {
      this.#steps.push({
        kind: "ddl",
        phase: this.#phase,
        title: titleOf(this.#group),
        at: first.at,
        settings: this.#groupSettings,
        statements: this.#group,
        ...(this.#groupIsQuiet ? { isQuiet: true } : {}),
      });
    }
    this.#group = [];
    this.#groupIsLong = false;
    this.#groupIsStrong = false;
    this.#groupSeconds = 0;
    this.#groupIsQuiet = true;
  }

  /** Each step is a transaction of its own, perhaps after a crash in another session: what it needs is set there again. */
  #requireKnownSettings(next: SqlStatement): void {
    if (this.#unknown !== undefined) {
      const { line, start, text } = this.#unknown;
      throw new LockkeeperError("setting_unknown", {
        message: `${this.#file}:${line}: ${summarize(text)}: the value is not written here, and line ${next.line} begins another transaction.`,
        at: { ...this.#place(this.#unknown), excerpt: this.#source.excerpt(start) },
        notDone: "Nothing was run.",
      });
    }
  }

  #place(source: SqlStatement): { file: string; line: number; column: number } {
    return { file: this.#file, line: source.line, column: source.column };
  }

  #transactionControl(source: SqlStatement, reason: string, action: string): LockkeeperError {
    const at: Place = { ...this.#place(source), excerpt: this.#source.excerpt(source.start) };
    return new LockkeeperError("sql_transaction_control", {
      message: `${this.#file}:${source.line}: ${summarize(source.text)}: ${reason}.`,
      at,
      action,
      notDone: "Nothing was run.",
    });
  }
}

/** Not `ON COMMIT DROP`. */
const COMMITS = /(?<!\bON\s+)\b(COMMIT|ROLLBACK)\b/i;

const ISOLATION = "Take the isolation level out: steps run as READ COMMITTED.";
