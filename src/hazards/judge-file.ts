import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { StatementEffects } from "../effects/effect.ts";
import { effectsOf } from "../effects/effects-of.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { readDirectives } from "../migrations/directives.ts";
import { areLong } from "../online/long-work.ts";
import type { OnlineForm } from "../online/piece.ts";
import { parseStatement } from "../sql/parse-statement.ts";
import { lineAndColumnWithin } from "../sql/source-map.ts";
import { splitSql } from "../sql/split-sql.ts";
import type { SplitSql, SqlStatement } from "../sql/statement.ts";
import { byUp, isApart, type OwnDirectives, OwnPlanner } from "./by-up.ts";
import { type FileContext, type Part, type PastStatement, StatementContext, type WrittenStatement } from "./context.ts";
import { type Embedded, embeddedSql } from "./embedded-sql.ts";
import { byPlace, type FileReport, type Finding, type Severity, type Unchecked } from "./finding.ts";
import { offsetOf } from "./offset-of.ts";
import type { LintPolicy } from "./policy.ts";
import type { FileHazard, Hazard, Rule, Wrapping } from "./rule.ts";
import { type RuleSet, rulesFor } from "./rule-set.ts";
import { RULES } from "./rules.ts";
import { statementsBehind } from "./statements-behind.ts";
import { readSuppressions, suppress } from "./suppressions.ts";
import { TransactionShape } from "./transaction-shape.ts";
import { unnamedWork } from "./unnamed-work.ts";

/** A file, or the section of one that is run. */
export interface LintUnit {
  /** As people know it. */
  readonly file: string;
  readonly text: string;
  /** Line of the file on which `text` begins. */
  readonly firstLine?: number;
  readonly wrapping: Wrapping;
  /** Present where Lockkeeper runs it. */
  readonly own?: OwnDirectives;
  /** The newest migration that was applied before this one, though it comes after it. */
  readonly insertedBefore?: string;
}

/** Directives that are not written as they should be are told of where they are read as such. */
function givenColumns({ text, file, own }: LintUnit): ReadonlySet<string> {
  try {
    const { using } = own ?? readDirectives(text, file);
    return new Set(using.flatMap(({ names }) => names.at(-1) ?? []));
  } catch (error) {
    if (error instanceof LockkeeperError && error.code === "directive_unknown") return new Set();
    throw error;
  }
}

/**
 * Judges the statements of a file one after the other, each against what those before it have left in `state`; the
 * state is changed. `loadParser` must have been awaited.
 */
export function judgeFile(unit: LintUnit, state: CatalogState, policy: LintPolicy): FileReport {
  return new Judge(unit, state, policy).judge();
}

const NESTED_CALLS = 3;

const NO_EFFECTS: StatementEffects = { transaction: "allowed", effects: [], unchecked: [] };

class Judge {
  readonly #unit: LintUnit;
  readonly #text: string;
  readonly #file: FileContext;
  readonly #past: PastStatement[] = [];
  readonly #rules: RuleSet;
  /** Absent where statements run as they are written. */
  readonly #planner: OwnPlanner | undefined;
  readonly #findings: Finding[] = [];
  readonly #unchecked: Unchecked[] = [];
  /** Statements of which it has been said why they are refused. */
  readonly #refusals = new Set<SqlStatement>();

  constructor(unit: LintUnit, state: CatalogState, policy: LintPolicy) {
    this.#unit = unit;
    // Empty lines in front keep every place right where the text is a section of a longer file.
    this.#text = "\n".repeat((unit.firstLine ?? 1) - 1) + unit.text;
    const { file, wrapping, own, insertedBefore } = unit;
    const transaction = new TransactionShape(wrapping);
    this.#file = {
      file,
      wrapping,
      isOurs: own !== undefined,
      policy,
      state,
      transaction,
      past: this.#past,
      given: givenColumns(unit),
      said: new Set(),
      ...(insertedBefore === undefined ? {} : { insertedBefore }),
    };
    this.#rules = rulesFor(state.major, policy);
    this.#planner = own?.mode === "online" ? new OwnPlanner(own, policy.online, state) : undefined;
  }

  judge(): FileReport {
    const { statements, metaCommands } = this.#split();
    const suppressions = readSuppressions(this.#text, this.#unit.file, statements, isRule);
    this.#unchecked.push(...suppressions.wrong);
    for (const { text, line, column } of metaCommands) {
      this.#report("unchecked-dynamic-sql", { message: `${text} is for psql and cannot be judged`, line, column });
    }
    const parsed = statements.flatMap((source) => this.#parse(source));
    for (const index of parsed.keys()) {
      this.#judgeSafely(parsed, index);
    }
    for (const rule of this.#rules.all) {
      for (const hazard of rule.checkFile?.(this.#file) ?? []) {
        this.#report(rule.id, hazard);
      }
    }
    const { left, unused } = suppress(this.#findings, suppressions.allowed);
    this.#findings.length = 0;
    for (const { rule, line, column } of unused) {
      const message = `${rule} is allowed here, and nothing was found that it would allow`;
      if (this.#severity(rule) !== undefined) {
        this.#report("unused-ignore", { message, line, column });
      }
    }
    return {
      findings: [...left, ...this.#findings].toSorted(byPlace),
      unchecked: this.#unchecked,
      statements: parsed.length + this.#unchecked.filter(({ kind }) => kind === "syntax").length,
    };
  }

  /** What stands before an unterminated string or comment can still be judged. */
  #split(): SplitSql {
    try {
      return splitSql(this.#text, this.#unit.file);
    } catch (error) {
      const { line, column } = this.#refused(error);
      const broken = offsetOf(this.#text, line, column);
      const before = this.#text.slice(0, broken);
      const { statements, metaCommands } = splitSql(before, this.#unit.file);
      const whole = statements.filter(({ end }) => /^\s*;/.test(before.slice(end)));
      return { statements: whole, metaCommands };
    }
  }

  /** The statement; of one that cannot be read, those that stand behind it in the same text. */
  #parse(source: SqlStatement): readonly WrittenStatement[] {
    try {
      return [{ source, statement: parseStatement(source, this.#unit.file) }];
    } catch (error) {
      this.#refused(error);
      return statementsBehind(source);
    }
  }

  /** A statement that Lockkeeper itself stumbles over is not to hide the others. */
  #judgeSafely(all: readonly WrittenStatement[], index: number): void {
    try {
      this.#judge(all, index, 0);
    } catch (error) {
      const { line = 1, column = 1 } = all[index]?.source ?? {};
      const reason = `Lockkeeper failed on this statement: ${error instanceof Error ? error.message : String(error)}`;
      this.#unchecked.push({ kind: "failure", file: this.#unit.file, line, column, reason });
    }
  }

  #judge(all: readonly WrittenStatement[], index: number, depth: number, within?: string): void {
    const one = all[index];
    if (one === undefined) return;
    const { source, statement } = one;
    const { state, transaction } = this.#file;
    const bodies = depth < NESTED_CALLS ? embeddedSql(statement, source, state) : [];
    // The statements of a body are judged one by one; together they would be judged twice.
    const effects = bodies.length > 0 ? NO_EFFECTS : effectsOf(statement, state);
    const isPlanned = depth === 0 && bodies.length === 0;
    const form = isPlanned ? this.#formOf(one) : undefined;
    const isLong = this.#file.isOurs && areLong(effects.effects, { policy: this.#file.policy.online });
    const isAlone = effects.transaction === "forbidden" || isLong || (form !== undefined && isApart(form));
    if (isAlone) transaction.cut();
    const past: PastStatement = { source, statement, effects };
    const context = new StatementContext(this.#file, past, form, all, index);
    const before = within === undefined ? "" : `in ${within}(): `;
    for (const part of context.parts) {
      this.#judgePart(part, before);
    }
    for (const rule of this.#rules.ofStatement(statement.tag)) {
      for (const hazard of rule.checkStatement?.(context) ?? []) {
        this.#place(rule, hazard, context, before);
      }
    }
    if (state.complete) {
      const { line, column } = source;
      this.#unchecked.push(
        ...effects.unchecked.map((reason) => ({
          kind: "effects" as const,
          file: this.#unit.file,
          line,
          column,
          reason,
        })),
      );
    }
    transaction.after(statement, source, effects);
    if (isAlone) transaction.cut();
    this.#judgeBodies(bodies, depth);
    applyStatement(state, statement);
    this.#past.push(past);
  }

  #formOf({ source, statement }: WrittenStatement): OnlineForm | undefined {
    const { state, transaction } = this.#file;
    return this.#planner?.formOf({ sql: source.text, parsed: statement }, state, transaction.begun !== undefined);
  }

  #judgePart(part: Part, before: string): void {
    const found = new Set<string>();
    for (const rule of this.#rules.ofPart(part)) {
      for (const hazard of rule.check?.(part) ?? []) {
        found.add(rule.id);
        this.#place(rule, hazard, part.context, before, part);
      }
    }
    const unnamed = unnamedWork(part, found);
    const rule = BY_ID.get(unnamed?.rule ?? "");
    if (unnamed !== undefined && rule !== undefined) {
      this.#place(rule, unnamed, part.context, before, part);
    }
  }

  #judgeBodies(bodies: readonly Embedded[], depth: number): void {
    const { transaction } = this.#file;
    for (const { statements, dynamic, within } of bodies) {
      transaction.enterBlock();
      const parsed = statements.flatMap((one) => this.#parse(one));
      for (const at of parsed.keys()) {
        this.#judge(parsed, at, depth + 1, within);
      }
      transaction.leaveBlock();
      for (const { reason, line, column } of dynamic) {
        const where = within === undefined ? "" : `in ${within}(): `;
        this.#report("unchecked-dynamic-sql", { message: `${where}${reason}: it cannot be judged`, line, column });
        this.#unchecked.push({ kind: "dynamic", file: this.#unit.file, line, column, reason: `${where}${reason}` });
      }
    }
  }

  #place(rule: Rule, hazard: Hazard, { source, form, state }: StatementContext, before: string, part?: Part): void {
    const { at, message, relation, fix } = hazard;
    const place = lineAndColumnWithin(source.text, source, at ?? part?.start ?? 0);
    const policy = this.#planner?.policy;
    const ours = form === undefined || policy === undefined ? undefined : byUp(rule, hazard, form, state, policy, part);
    const isSaid = ours !== undefined && ours.severity === undefined && this.#refusals.has(source);
    if (ours !== undefined && !isSaid) {
      if (ours.severity === undefined) this.#refusals.add(source);
      const isEased = ours.severity !== undefined;
      const said = `${message}${isEased ? ", if it runs as written" : ""}; \`lockkeeper up\` ${ours.does}`;
      const safe = isEased ? undefined : fix;
      this.#report(rule.id, { message: said, relation, fix: safe, ...place }, ours.severity);
      return;
    }
    const isApart = fix !== undefined && this.#file.transaction.refusesNonTransactional && /\bCONCURRENTLY\b/.test(fix);
    this.#report(rule.id, {
      message: before + message,
      relation,
      fix: isApart ? `-- outside of a transaction: in a file of its own\n${fix}` : fix,
      ...place,
    });
  }

  /** @param eased what it is at most, where nobody chose one */
  #severity(rule: string, eased?: Severity): Severity | undefined {
    const known = BY_ID.get(rule);
    const own = eased ?? known?.severity;
    const chosen = this.#file.policy.severities[rule] ?? (known?.optIn === true ? "off" : own);
    return chosen === "off" ? undefined : chosen;
  }

  #report(rule: string, { message, relation, line, column, fix }: FileHazard, eased?: Severity): void {
    const severity = this.#severity(rule, eased);
    const isKnown = this.#findings.some(
      (one) => one.rule === rule && one.line === line && one.column === column && one.message === message,
    );
    if (severity === undefined || isKnown) {
      return;
    }
    const named = relation === undefined ? undefined : this.#file.state.resolved(relation);
    this.#findings.push({
      rule,
      severity,
      file: this.#unit.file,
      line,
      column,
      ...(named === undefined ? {} : { relation: `${named.schema}.${named.name}` }),
      message,
      ...(fix === undefined ? {} : { fix }),
    });
  }

  #refused(error: unknown): { readonly line: number; readonly column: number } {
    if (!(error instanceof LockkeeperError) || error.code !== "sql_syntax") {
      throw error;
    }
    const { line = 1, column = 1 } = error.at ?? {};
    this.#unchecked.push({ kind: "syntax", file: this.#unit.file, line, column, reason: error.message });
    return { line, column };
  }
}

const BY_ID = new Map(RULES.map((rule) => [rule.id, rule]));
const isRule = (id: string): boolean => BY_ID.has(id);
