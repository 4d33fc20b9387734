import { applyStatement } from "../catalog/state/apply-statement.ts";
import type { CatalogState } from "../catalog/state/catalog-state.ts";
import type { Effect } from "../effects/effect.ts";
import { effectsOf } from "../effects/effects-of.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import { asOne, fillsTogether } from "../online/fill/fills-together.ts";
import { formInFile } from "../online/form-in-file.ts";
import { areLong, secondsOfWork } from "../online/long-work.ts";
import type { OnlineContext, Written } from "../online/online-context.ts";
import { written } from "../online/online-context.ts";
import type { Phase } from "../online/phase.ts";
import { AS_WRITTEN, type Leftover, type OnlineForm, type WayBack } from "../online/piece.ts";
import { withoutSweepKey } from "../online/sweep-key.ts";
import type { SweepSpec } from "../online/sweep-spec.ts";
import { seeingEveryRow } from "../online/sync/seeing-every-row.ts";
import type { NodeTag, ParsedStatement } from "../sql/parse-statement.ts";
import { quoteQualified } from "../sql/quote.ts";
import type { SourceMap } from "../sql/source-map.ts";
import type { SqlStatement } from "../sql/statement.ts";
import { absentObjects } from "./absent-objects.ts";
import { type KnownSchemas, knownSchemas } from "./known-schemas.ts";
import type { PlannedStatement, RemovedObject } from "./plan.ts";

/** A statement of a file, with what the planner made of it. */
export interface PlacedStatement {
  /** Place and data are those of the author's statement. */
  readonly source: SqlStatement;
  readonly statement: ParsedStatement;
  /** Absent: the phase of the migration. */
  readonly phase?: Phase;
  /** What it does to each relation; absent when no catalog was at hand. */
  readonly effects?: readonly Effect[];
  /** Shares its transaction with no other statement. */
  readonly isAlone?: boolean;
  /** Made by the planner: what the author wrote. */
  readonly insteadOf?: string;
  /** See `PlannedStatement`. */
  readonly insteadOfEach?: PlannedStatement["insteadOfEach"];
  readonly goesAlong?: boolean;
  /** Stays in the transaction of the statement in front of it. */
  readonly joins?: boolean;
  /** It is done a few rows at a time. */
  readonly sweep?: SweepSpec;
  /** See `PlannedStatement`. */
  readonly notes?: readonly string[];
  /** How it is taken back; absent: as its text says by itself. */
  readonly back?: readonly WayBack[];
  /** It may be done before the others. */
  readonly isEarly?: boolean;
  /** See `PlannedStatement`. */
  readonly isTrial?: boolean;
  /** See `PlannedStatement`. */
  readonly leftover?: Leftover;
  /** See `PlannedStatement`. */
  readonly absent?: readonly RemovedObject[];
  /** Where it finds what it names; absent where that is not certain. */
  readonly schemas?: KnownSchemas;
  /** Touches nothing that others use: it waits for nobody, nobody waits for it, and it does not last. */
  readonly isQuiet?: boolean;
  /** PostgreSQL refuses it inside a transaction block; absent when no catalog was at hand. */
  readonly isRefusedInTransaction?: boolean;
  /** Works on rows of others for longer than the policy lets a lock be held. */
  readonly isLong?: boolean;
  /** For how long it works on rows of others. */
  readonly seconds?: number;
  /** Keeps readers or writers of others out while its transaction lasts. */
  readonly isStrong?: boolean;
}

export interface PutOnlineOptions {
  /** Every statement stays as it is written; the catalog is followed all the same. */
  readonly direct: boolean;
  /** What to do where a statement is to run as it is written all the same, such as ``call it with `--direct` ``. */
  readonly directBy?: string | undefined;
  /** True: every statement is a step of its own. */
  readonly each?: boolean;
  readonly file: string;
  readonly text: SourceMap;
  /** The form of all statements together, which stand for what the author wrote. */
  readonly form?: ((context: OnlineContext) => OnlineForm) | undefined;
}

/**
 * Chooses for each statement of a file how it is brought live, following what the statements before it leave behind in
 * the catalog, which is brought along.
 *
 * @throws LockkeeperError `plan_refused` where no form is known that keeps traffic going, `sweep_key_missing` where a
 *   sweep would have no key to go by, `using_invalid`
 */
export function putOnline(
  parsed: readonly PlacedStatement[],
  context: OnlineContext,
  { direct, directBy = DIRECTIVE, each = false, file, text, form: formOfAll }: PutOnlineOptions,
): PlacedStatement[] {
  let isInBlock = false;
  const all: PlacedStatement[] = [];
  const place = (one: PlacedStatement): PlacedStatement[] => {
    const { source, statement } = one;
    if (statement.tag === "TransactionStmt")
      isInBlock = OPENS.has(statement.node.kind ?? "") || (isInBlock && !ENDS.has(statement.node.kind ?? ""));
    const form = direct
      ? AS_WRITTEN
      : seeingEveryRow(
          formOfAll === undefined
            ? formInFile(writtenOf(one), { ...context, isInDoubt: IN_DOUBT.has(context.state) }, isInBlock)
            : formOfAll(context),
          context.state,
        );
    if (form.kind === "refused" || form.kind === "sweep") {
      throw new LockkeeperError("plan_refused", {
        message: `${file}:${source.line}: this statement ${form.reason}.`,
        at: { file, line: source.line, column: source.column, excerpt: text.excerpt(source.start) },
        notDone: "Nothing was run.",
        action: capital(
          `${form.instead === undefined ? "" : `${form.instead}; or `}` +
            `${directBy} to run it as it is written, in a maintenance window.`,
        ),
      });
    }
    if (form.kind === "as written") {
      return [follow(one, { sql: source.text, parsed: isInBlock ? statement : lasting(statement) }, context)];
    }
    return form.pieces.map((piece) => {
      const keyless = piece.sweep === undefined ? undefined : withoutSweepKey(piece.sweep, context.state);
      if (keyless !== undefined) {
        throw new LockkeeperError("sweep_key_missing", {
          message: `${file}:${source.line}: ${quoteQualified(keyless)} has no unique key of NOT NULL columns, by which each of its rows could be visited once.`,
          at: { file, line: source.line, column: source.column, excerpt: text.excerpt(source.start) },
          notDone: "Nothing was run.",
        });
      }
      const made = written(piece.sql);
      const placed: PlacedStatement = {
        source: { ...source, ...piece.from, text: piece.sql },
        statement: made.parsed,
        phase: piece.phase,
        insteadOf: piece.from?.text ?? one.insteadOf ?? source.text,
        ...(one.insteadOfEach === undefined ? {} : { insteadOfEach: one.insteadOfEach }),
        ...(piece.transaction === "alone" ? { isAlone: true } : {}),
        ...(piece.goesAlong === true ? { goesAlong: true } : {}),
        ...(piece.joins === true ? { joins: true } : {}),
        ...(piece.isTrial === true ? { isTrial: true } : {}),
        ...(piece.leftover === undefined ? {} : { leftover: piece.leftover }),
        ...(piece.sweep === undefined ? {} : { sweep: piece.sweep }),
        ...(piece.notes === undefined ? {} : { notes: piece.notes }),
        ...(piece.back === undefined ? {} : { back: piece.back }),
        ...(piece.isEarly === true ? { isEarly: true } : {}),
      };
      return follow(placed, made, context);
    });
  };
  for (let at = 0; at < parsed.length; ) {
    const isWhole = formOfAll !== undefined && !direct;
    if (isWhole && at > 0) break;
    const count = isWhole || direct || each ? 1 : fillsTogether(writtenFrom(parsed, at), context);
    const one = count === 1 ? parsed[at] : together(parsed.slice(at, at + count));
    if (one !== undefined) all.push(...place(one));
    at += count;
  }
  return all.some(({ isEarly }) => isEarly === true) ? earlyFirst(all) : all;
}

const writtenOf = ({ source, statement }: PlacedStatement): Written => ({ sql: source.text, parsed: statement });

function* writtenFrom(all: readonly PlacedStatement[], start: number): Iterable<Written> {
  for (let at = start; at < all.length; at++) {
    const one = all[at];
    if (one !== undefined) yield writtenOf(one);
  }
}

/** What the author sets `LOCAL` without a BEGIN holds until the end of the file. */
const lasting = (statement: ParsedStatement): ParsedStatement =>
  statement.tag === "VariableSetStmt" ? { ...statement, node: { ...statement.node, is_local: false } } : statement;

/** Several statements as one. */
function together(all: readonly PlacedStatement[]): PlacedStatement | undefined {
  const [first] = all;
  if (first === undefined) return undefined;
  const one = written(asOne(all.map(writtenOf)));
  return {
    source: { ...first.source, text: one.sql },
    statement: one.parsed,
    insteadOf: all.map(({ source }) => source.text).join(";\n"),
    insteadOfEach: all.map(({ source: { text, line, column } }) => ({ sql: text, line, column })),
  };
}

/** What is early comes in front of all that neither sets something nor begins or ends a transaction. */
function earlyFirst(all: readonly PlacedStatement[]): PlacedStatement[] {
  const ordered: PlacedStatement[] = [];
  let start = 0;
  for (const one of all) {
    if (one.isEarly === true) ordered.splice(start++, 0, one);
    else ordered.push(one);
    if (one.statement.tag === "VariableSetStmt" || (one.statement.tag === "TransactionStmt" && one.isTrial !== true)) {
      start = ordered.length;
    }
  }
  return ordered;
}

const OPENS: ReadonlySet<string> = new Set(["TRANS_STMT_BEGIN", "TRANS_STMT_START"]);
const ENDS: ReadonlySet<string> = new Set(["TRANS_STMT_COMMIT", "TRANS_STMT_ROLLBACK"]);

const DIRECTIVE = "put `-- lockkeeper: mode direct` at the head of the file";

/** Catalogs of which some statement's outcome is not known. */
const IN_DOUBT = new WeakSet<CatalogState>();

/** Its effects, and what it leaves behind. */
function follow(placed: PlacedStatement, statement: Written, context: OnlineContext): PlacedStatement {
  const { state } = context;
  const { effects, transaction } = effectsOf(statement.parsed, state);
  const schemas = IN_DOUBT.has(state) ? undefined : knownSchemas(statement.parsed, state);
  const absent = IN_DOUBT.has(state) ? [] : absentObjects(statement.parsed, state);
  if (placed.isTrial !== true && placed.leftover === undefined) {
    const { unfollowed } = applyStatement(state, statement.parsed);
    if (unfollowed.length > 0) IN_DOUBT.add(state);
  }
  return {
    ...placed,
    ...(schemas === undefined ? {} : { schemas }),
    ...(absent.length === 0 ? {} : { absent }),
    // What nobody else uses yet is nobody's concern, nor is what a trial makes for itself.
    effects: effects.filter(
      ({ isNew, relation }) => !isNew && (placed.isTrial !== true || state.relation(relation) !== undefined),
    ),
    isRefusedInTransaction: transaction === "forbidden",
    isQuiet: QUIET.has(statement.parsed.tag) && effects.every(isQuiet),
    isLong: areLong(effects, context),
    seconds: secondsOfWork(effects),
    isStrong: effects.some(({ isNew, blocks }) => !isNew && (blocks.reads || blocks.writes)),
  };
}

/** Statements that do no more than their effects say: they call no function and read no table. */
const QUIET: ReadonlySet<string> = new Set<NodeTag>([
  "AlterEnumStmt",
  "AlterTableStmt",
  "CommentStmt",
  "CompositeTypeStmt",
  "CreateEnumStmt",
  "CreateFunctionStmt",
  "CreateSchemaStmt",
  "CreateSeqStmt",
  "CreateStmt",
  "CreateTrigStmt",
  "GrantStmt",
  "IndexStmt",
  "RenameStmt",
  "ViewStmt",
]);

const isQuiet = ({ isNew, work, blocks }: Effect): boolean =>
  isNew || (work === "none" && !blocks.reads && !blocks.writes);

const capital = (text: string): string => `${text.slice(0, 1).toUpperCase()}${text.slice(1)}`;
