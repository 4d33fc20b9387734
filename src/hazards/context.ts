import type { QualifiedName } from "../catalog/model/names.ts";
import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { WrittenName } from "../catalog/state/relation.ts";
import type { Effect, StatementEffects } from "../effects/effect.ts";
import { effectsOf } from "../effects/effects-of.ts";
import { blocksOf, type LockMode } from "../effects/lock-mode.ts";
import type { OnlineForm } from "../online/piece.ts";
import type { NodeOf, ParsedStatement } from "../sql/parse-statement.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { type CutPart, cutParts } from "./parts.ts";
import type { LintPolicy } from "./policy.ts";
import type { Wrapping } from "./rule.ts";
import type { TransactionShape } from "./transaction-shape.ts";

/** A file while its statements are judged. */
export interface FileContext {
  readonly file: string;
  readonly wrapping: Wrapping;
  /** Whether Lockkeeper runs it. */
  readonly isOurs: boolean;
  readonly policy: LintPolicy;
  /** What the statements so far have left. */
  readonly state: CatalogState;
  readonly transaction: TransactionShape;
  /** The statements so far, those inside of DO blocks among them. */
  readonly past: readonly PastStatement[];
  /** The columns of which a `using` directive says what rows get that are there already. */
  readonly given: ReadonlySet<string>;
  /** What is said once in a file has been said. */
  readonly said: Set<string>;
  /** The newest migration that was applied before this file, though it comes after it. */
  readonly insertedBefore?: string;
}

export interface WrittenStatement {
  readonly source: SqlStatement;
  readonly statement: ParsedStatement;
}

export interface PastStatement extends WrittenStatement {
  readonly effects: StatementEffects;
}

/** A statement as it comes to the server: what was before it, and what it is made of. */
export class StatementContext implements PastStatement {
  readonly file: FileContext;
  readonly source: SqlStatement;
  readonly statement: ParsedStatement;
  readonly effects: StatementEffects;
  /** What `lockkeeper up` makes of it; absent where it runs as it is written. */
  readonly form: OnlineForm | undefined;
  /** The subcommands of an ALTER TABLE; the statement itself for others. */
  readonly parts: readonly Part[];
  readonly #all: readonly WrittenStatement[];
  readonly #index: number;

  /** @param all the statements of the same file or body, of which it is the one at `index` */
  constructor(
    file: FileContext,
    { source, statement, effects }: PastStatement,
    form: OnlineForm | undefined,
    all: readonly WrittenStatement[],
    index: number,
  ) {
    this.file = file;
    this.source = source;
    this.statement = statement;
    this.effects = effects;
    this.form = form;
    this.#all = all;
    this.#index = index;
    this.parts = partsOf(this);
  }

  /** The catalog before the statement. */
  get state(): CatalogState {
    return this.file.state;
  }

  /** Before the statement. */
  get transaction(): TransactionShape {
    return this.file.transaction;
  }

  /** What comes after it in the same file or body; few look at it, and for all of a long file it would be a long list. */
  get later(): readonly WrittenStatement[] {
    return this.#all.slice(this.#index + 1);
  }
}

/** A statement, or one subcommand of an ALTER TABLE judged as if it stood alone. */
export class Part {
  readonly context: StatementContext;
  readonly statement: ParsedStatement;
  readonly command: NodeOf<"AlterTableCmd"> | undefined;
  /** Where it begins in the statement's text. */
  readonly start: number;
  /** The subcommand as it is written. */
  readonly text: string;
  /** The catalog before it: with what the subcommands before it leave. */
  readonly state: CatalogState;
  #effects: StatementEffects | undefined;
  #blocking: readonly Effect[] | undefined;

  constructor(context: StatementContext, { statement, command, start, text }: CutPart, state: CatalogState) {
    this.context = context;
    this.statement = statement;
    this.command = command;
    this.start = start;
    this.text = text;
    this.state = state;
  }

  get effects(): StatementEffects {
    const isWhole = this.statement === this.context.statement;
    this.#effects ??= isWhole ? this.context.effects : effectsOf(this.statement, this.state);
    return this.#effects;
  }

  get policy(): LintPolicy {
    return this.context.file.policy;
  }

  /** Work on rows that stops others: the heaviest first to be said. */
  get blocking(): readonly Effect[] {
    this.#blocking ??= this.effects.effects.filter((effect) => isBlockingWork(effect, this.state, this.policy));
    return this.#blocking;
  }

  /**
   * Work that the statement does to its target whatever that is: as the effects say it, or as it is to be feared where
   * nothing is known of the target.
   */
  feared(
    target: WrittenName,
    lock: LockMode,
    work: Effect["work"],
  ): Pick<Effect, "relation" | "lock" | "blocks" | "work" | "seconds"> | undefined {
    const [effect] = this.blocking;
    const isUnknown = !this.state.complete && this.state.relation(target) === undefined;
    const relation = this.state.resolved(target);
    // The planner opens every index, so what is built again keeps readers out too.
    const blocks = { ...blocksOf(lock), reads: true };
    return effect ?? (isUnknown ? { relation, lock, work, blocks } : undefined);
  }

  /** Whether an earlier statement of the same run made it. */
  isNew(relation: WrittenName): boolean {
    return this.state.isNew(this.state.resolved(relation));
  }

  /** Whether work on it is brief because it has few rows, as far as that is known. */
  isSmall(relation: WrittenName): boolean {
    const name = this.state.resolved(relation);
    const leaves = this.state.descendantsOf(name);
    return [name, ...leaves].every((one) => isSmall(one, this.state, this.policy));
  }
}

/** Each subcommand meets the catalog as those before it have left it. */
function partsOf(context: StatementContext): readonly Part[] {
  const cut = cutParts(context.statement, context.source.text);
  let state = context.state;
  return cut.map((one, index) => {
    const part = new Part(context, one, state);
    if (index < cut.length - 1) {
      state = state.clone();
      applyStatement(state, one.statement);
    }
    return part;
  });
}

function isSmall(relation: QualifiedName, state: CatalogState, { smallRows, smallBytes }: LintPolicy): boolean {
  const { facts } = state.sizeOf(relation);
  if (facts === undefined) {
    return false;
  }
  const bytes = facts.heapBytes + facts.toastBytes;
  return bytes === 0 || (facts.rows >= 0 && facts.rows <= smallRows && bytes <= smallBytes);
}

/** Whether rows are worked on under a lock that stops others, long enough to matter. */
export const isBlockingWork = (effect: Effect, state: CatalogState, policy: LintPolicy): boolean =>
  !effect.isNew &&
  effect.work !== "none" &&
  (effect.blocks.reads || effect.blocks.writes) &&
  !isSmall(effect.relation, state, policy);
