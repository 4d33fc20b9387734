import type { QualifiedName } from "../catalog/model/names.ts";
import { keyOf } from "../catalog/state/key-of.ts";
import type { Role, StatementEffects } from "../effects/effect.ts";
import { isAtLeast, type LockMode, strongerLock } from "../effects/lock-mode.ts";
import type { ParsedStatement } from "../sql/parse-statement.ts";
import type { SqlStatement } from "../sql/statement.ts";
import type { Wrapping } from "./rule.ts";
import { type SettingChange, settingChanges } from "./session-settings.ts";
import { nameIn } from "./tree.ts";

/** A lock that the open transaction holds until it ends. */
export interface HeldLock {
  readonly relation: QualifiedName;
  readonly lock: LockMode;
  /** Line of the statement that took it. */
  readonly line: number;
  readonly role: Role;
}

/** What is known of the session while the statements of a file run one after the other. */
export class TransactionShape {
  readonly wrapping: Wrapping;
  /** By relation; of those alone that others work with. */
  readonly held = new Map<string, HeldLock>();
  /** Enum values that the open transaction has added, with the type of each. */
  readonly newEnumValues = new Map<string, string>();
  /** The author's BEGIN that is open. */
  begun: SqlStatement | undefined;
  /** Statements that the open transaction has run. */
  statements = 0;
  /** What is said once in a transaction has been said. */
  readonly said = new Set<string>();
  readonly #session = new Map<string, string>();
  readonly #local = new Map<string, string>();
  #insideBlock = 0;

  constructor(wrapping: Wrapping) {
    this.wrapping = wrapping;
  }

  /** Whether a statement that comes now stands in a transaction with others. */
  get isOpen(): boolean {
    return this.begun !== undefined || this.wrapping !== "none" || this.#insideBlock > 0;
  }

  /** Whether PostgreSQL would refuse a statement now that cannot run in a transaction block. */
  get refusesNonTransactional(): boolean {
    return this.begun !== undefined || this.wrapping === "tool" || this.#insideBlock > 0;
  }

  /** A setting in force, as it was written; undefined where nothing was said. */
  setting(name: string): string | undefined {
    return this.#local.get(name) ?? this.#session.get(name);
  }

  /** The body of a DO block or a function: one transaction, whatever surrounds it. */
  enterBlock(): void {
    this.#insideBlock++;
  }

  leaveBlock(): void {
    this.#insideBlock--;
    this.#endUnlessOpen();
  }

  /** Our runner ends its transaction before a statement that is to stand in none, and behind it. */
  cut(): void {
    if (this.wrapping === "own" && this.begun === undefined && this.#insideBlock === 0) {
      this.#end();
    }
  }

  /** Takes note of a statement that has run. */
  after(statement: ParsedStatement, source: SqlStatement, effects: StatementEffects): void {
    if (statement.tag === "TransactionStmt") {
      this.#control(statement.node.kind, source);
      return;
    }
    const changes = settingChanges(statement);
    for (const change of changes) {
      this.#set(change);
    }
    if (changes.length === 0) {
      this.statements++;
    }
    if (
      statement.tag === "AlterEnumStmt" &&
      statement.node.oldVal === undefined &&
      statement.node.newVal !== undefined
    ) {
      this.newEnumValues.set(statement.node.newVal, nameIn(statement.node.typeName).name);
    }
    for (const { relation, lock, isNew, role } of effects.effects) {
      const key = keyOf(relation);
      const before = this.held.get(key);
      if (
        !isNew &&
        isAtLeast(lock, "SHARE UPDATE EXCLUSIVE") &&
        (before === undefined || strongerLock(before.lock, lock) !== before.lock)
      ) {
        this.held.set(key, { relation, lock, line: source.line, role });
      }
    }
    this.#endUnlessOpen();
  }

  #control(kind: string | undefined, source: SqlStatement): void {
    switch (kind) {
      case "TRANS_STMT_BEGIN":
      case "TRANS_STMT_START":
        if (this.begun === undefined) {
          this.begun = source;
          this.statements = 0;
        }
        return;
      case "TRANS_STMT_COMMIT":
      case "TRANS_STMT_ROLLBACK":
      case "TRANS_STMT_PREPARE":
        this.begun = undefined;
        this.#end();
        return;
      default:
    }
  }

  #set({ name, value, isLocal }: SettingChange): void {
    // Outside a transaction SET LOCAL has no effect.
    const into = isLocal ? (this.isOpen ? this.#local : undefined) : this.#session;
    if (name === "all") {
      into?.clear();
      return;
    }
    if (value === undefined) {
      into?.delete(name);
    } else {
      into?.set(name, value);
    }
  }

  #endUnlessOpen(): void {
    if (!this.isOpen) {
      this.#end();
    }
  }

  #end(): void {
    // Most often each statement is its own transaction, and there is nothing to forget.
    for (const known of [this.held, this.newEnumValues, this.said, this.#local]) {
      if (known.size > 0) {
        known.clear();
      }
    }
    this.statements = 0;
  }
}
