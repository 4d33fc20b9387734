import type { CatalogState } from "../catalog/state/catalog-state.ts";
import { LockkeeperError } from "../errors/lockkeeper-error.ts";
import type { Directives } from "../migrations/migration.ts";
import { formInFile } from "../online/form-in-file.ts";
import type { Written } from "../online/online-context.ts";
import type { OnlinePolicy } from "../online/online-policy.ts";
import { type OnlineForm, type Piece, RUN_FIRST, refused } from "../online/piece.ts";
import type { Part } from "./context.ts";
import type { Severity } from "./finding.ts";
import type { Hazard, Rule } from "./rule.ts";

/** What a file that Lockkeeper runs says of how it is to be run. */
export type OwnDirectives = Pick<Directives, "mode" | "using" | "contract">;

/** Chooses forms for the statements of one file, as `lockkeeper up` will. */
export class OwnPlanner {
  readonly policy: OnlinePolicy;
  readonly #using: Parameters<typeof formInFile>[1]["using"];

  constructor({ using, contract }: OwnDirectives, policy: OnlinePolicy, found: CatalogState) {
    // What removes is itself in the phase in which what is old goes.
    this.policy = contract === undefined ? policy : { ...policy, drops: "direct", renames: "direct" };
    this.#using = using.length === 0 ? undefined : { expressions: using, found: found.clone() };
  }

  /** @param state the catalog that the statement finds */
  formOf(statement: Written, state: CatalogState, isInBlock: boolean): OnlineForm {
    const using = this.#using;
    const context = { state, policy: this.policy, ...(using === undefined ? {} : { using }) };
    try {
      return formInFile(statement, context, isInBlock);
    } catch (error) {
      if (error instanceof LockkeeperError) return refused(`cannot be planned: ${error.message}`, error.action);
      throw error;
    }
  }
}

/** Whether it stands in transactions of its own: locks of the statements around it are not held through it. */
export const isApart = (form: OnlineForm): boolean =>
  form.kind === "pieces" &&
  form.pieces.some(({ transaction, sweep }) => transaction === "alone" || sweep !== undefined);

/** What `lockkeeper up` does about a hazard. */
export interface ByUp {
  /** Instead of the rule's own. */
  readonly severity?: Severity;
  /** A sentence without its subject, which is Lockkeeper. */
  readonly does: string;
}

/**
 * What becomes of a hazard where Lockkeeper runs the statement; undefined where it changes nothing about it.
 *
 * @param part the part of the statement that it is about; absent where it is about the whole
 * @param state the catalog that the statement finds
 * @param policy by which the form was chosen
 */
export function byUp(
  { online, group }: Rule,
  { relation }: Hazard,
  form: OnlineForm,
  state: CatalogState,
  policy: OnlinePolicy,
  part?: Part,
): ByUp | undefined {
  const isUnknown = !state.complete && relation !== undefined && state.relation(relation) === undefined;
  // Each file is a run of its own there: by then PostgreSQL has written it.
  const isUnwritten = !state.complete && form.kind === "refused" && form.instead === RUN_FIRST;
  if (isUnwritten && online === undefined) return undefined;
  if (online !== undefined && (isUnknown || isUnwritten) && form.kind !== "pieces" && mayHaveForm(group, policy)) {
    const does = "chooses a form for it on the catalog that it finds, or refuses it before anything runs";
    return { severity: online, does };
  }
  if ((form.kind === "refused" || form.kind === "sweep") && (online !== undefined || group === "blocking work")) {
    const instead = form.instead === undefined ? "" : `; ${form.instead}`;
    return { does: `refuses it before anything runs, because it ${form.reason}${instead}` };
  }
  if (online === undefined) return undefined;
  if (form.kind === "pieces") return { severity: online, does: runs(form.pieces) };
  const blocking = part?.blocking ?? [];
  const isKnown = blocking.length > 0 && blocking.every((one) => state.sizeOf(one.relation).facts !== undefined);
  return isKnown ? { severity: online, does: "runs it as it is, because that is brief enough" } : undefined;
}

/** Names and rows that go stay for a while only if the policy says so. */
function mayHaveForm(group: Rule["group"], { drops, renames }: OnlinePolicy): boolean {
  if (group === "data loss") return drops === "quarantine";
  return group !== "breaks running clients" || renames === "bridge";
}

/** Longest SQL that a message has room for. */
const SHORT = 160;

function runs(pieces: readonly Piece[]): string {
  const own = pieces.filter(({ isTrial, leftover }) => isTrial !== true && leftover === undefined);
  const sql = own.map((piece) => piece.sql.replace(/\s+/g, " "));
  const isSweep = own.some(({ sweep }) => sweep !== undefined);
  const what = isSweep
    ? own.length === 1
      ? "it as a sweep: in batches, each of which commits"
      : `it in ${own.length} pieces that let others go on, a sweep among them`
    : sql.join("; ").length <= SHORT
      ? sql.join(", then ")
      : `it in ${own.length} pieces that let others go on`;
  const isLater = pieces.some(({ leftover }) => leftover !== undefined);
  return `runs ${what}${isLater ? "; what is old goes with `lockkeeper contract`" : ""}`;
}
