import type { ConcurrentStep, Probe, QualifiedName } from "../plan/plan.ts";
import type { Session } from "../postgres/session.ts";
import { quoteQualified } from "../sql/quote.ts";
import { observe } from "./probe.ts";

/** What a step outside of transactions that was announced and not recorded as done has left. */
export interface LeftBehind {
  /** It took effect, or does with `mend`. */
  readonly isDone: boolean;
  /** What brings the half of it to a plain end. */
  readonly mend: readonly string[];
}

/**
 * Looks what an announced step has left, for those who take it back.
 *
 * @param before facts of the time before it, from its announcement
 */
export async function leftBehind(
  session: Session,
  { probe }: ConcurrentStep,
  before: readonly string[],
): Promise<LeftBehind> {
  const { state, repair } = await observe(session, probe, before);
  switch (probe.kind) {
    case "detach-partition":
      return { isDone: state !== "none", mend: repair };
    case "drop-index": {
      // It makes the index invalid first: from there on it can only be finished.
      const isHalf = state === "none" && (await isInvalid(session, probe.index));
      const mend = isHalf ? [`DROP INDEX CONCURRENTLY IF EXISTS ${quoteQualified(probe.index)}`] : [];
      return { isDone: state === "done" || isHalf, mend };
    }
    default:
      return { isDone: state === "done" || CANNOT_TELL.has(probe.kind), mend: repair };
  }
}

/** Nobody knows: what takes it back says so. */
const CANNOT_TELL: ReadonlySet<Probe["kind"]> = new Set(["none"]);

async function isInvalid(session: Session, index: QualifiedName): Promise<boolean> {
  const found = await session.query(
    "SELECT FROM pg_index WHERE indexrelid = to_regclass($1) AND NOT (indisvalid AND indisready)",
    [quoteQualified(index)],
  );
  return found.length > 0;
}
