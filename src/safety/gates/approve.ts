import { LockkeeperError } from "../../errors/lockkeeper-error.ts";
import type { Direction } from "../../plan/plan.ts";
import { databaseError } from "../../postgres/server-error.ts";
import { connect, type Session } from "../../postgres/session.ts";
import type { Flight } from "../../run/guard.ts";
import { namingFailures } from "../../run/name-failure.ts";
import { quoteIdentifier } from "../../sql/quote.ts";
import { bindingOf } from "../binding.ts";
import type { Gate } from "./gate.ts";
import { countingActors } from "./judge-evidence.ts";
import { type FlightOptions, plannedFlight } from "./planned-flight.ts";

export interface ApproveOptions extends FlightOptions {
  readonly gates: readonly Gate[];
  /** The plan as it was reviewed, by its digest or the beginning of it: it has to be that of what would run now. */
  readonly digest?: string;
  readonly because?: string;
  /** Takes an approval back. */
  readonly withdraw?: boolean;
}

/** The word of one person, for one plan. */
export interface Approval {
  readonly actor: string;
  readonly direction: Direction;
  /** Empty where the plan is known by its digest alone. */
  readonly migrations: readonly string[];
  readonly digest: string;
  /** Why a whole digest was taken at its word; null where it is that of what would run now. */
  readonly unseen: string | null;
  readonly withdrawn: boolean;
}

/**
 * Records that the role that is logged in approves of what would run now, by its exact plan. Nobody approves for another.
 *
 * @returns undefined where nothing would run
 * @throws LockkeeperError `plan_changed` where it is not what was reviewed (a role that cannot plan is taken at its word
 *   for a whole digest, and so is who withdraws); `permission_denied` for who is none of those
 *   whose word the policy asks for, and for who may not write it down; `usage` where the policy asks for nobody's
 */
export async function approve(options: ApproveOptions): Promise<Approval | undefined> {
  const by = options.gates.flatMap(({ rule }) => (rule.gate === "approval" ? rule.by : []));
  if (by.length === 0) {
    throw new LockkeeperError("usage", {
      message: "No gate of the configuration asks for an approval.",
      notDone: "Nothing was recorded.",
      action: 'Put one into `gates` of the configuration: { gate: "approval", by: ["dba"] }.',
    });
  }
  return await namingFailures(async () => {
    const reviewed = await reviewedPlan(options);
    if (reviewed === undefined) return undefined;
    await using session = await connect(options.url, { applicationName: "lockkeeper approve" });
    const actor = await allowedActor(session, by);
    const approval = { actor, ...reviewed, withdrawn: options.withdraw === true };
    await record(session, approval, options.because);
    return approval;
  });
}

type Reviewed = Pick<Approval, "direction" | "migrations" | "digest" | "unseen">;

async function reviewedPlan(options: ApproveOptions): Promise<Reviewed | undefined> {
  const { direction } = options;
  const asked = options.digest?.toLowerCase();
  if (asked !== undefined && !/^[0-9a-f]{8,64}$/.test(asked)) {
    throw new LockkeeperError("usage", {
      message: "A digest has 64 hexadecimal digits, of which the first eight at least are to be given.",
      notDone: "Nothing was recorded.",
      action: "`lockkeeper gates` shows it.",
    });
  }
  const atItsWord = (digest: string, unseen: string): Reviewed => ({ direction, migrations: [], digest, unseen });
  const whole = asked?.length === 64 ? asked : undefined;
  // What would have run with it may have changed since: it is taken back all the same.
  if (whole !== undefined && options.withdraw === true) return atItsWord(whole, "It is withdrawn, whatever it is of.");
  let planned: Reviewed | undefined;
  try {
    const { answer } = await namingFailures(() =>
      plannedFlight(options, async ({ plans, catalog }: Flight) => ({
        direction,
        migrations: plans.map(({ migration }) => migration),
        digest: bindingOf(plans, await catalog()).digest,
        unseen: null,
      })),
    );
    planned = answer;
  } catch (error) {
    if (!(error instanceof LockkeeperError && error.code === "permission_denied")) throw error;
    if (whole === undefined) throw digestNeeded(error);
    return atItsWord(whole, `The plan could not be made under this role, and was not compared: ${error.message}`);
  }
  if (asked === undefined || planned?.digest.startsWith(asked) === true) return planned;
  const now =
    planned === undefined
      ? "Nothing would start now that could have"
      : `What would run now (${direction} ${planned.migrations.join(", ")}) has the digest ${planned.digest}, not`;
  throw new LockkeeperError("plan_changed", {
    message: `${now} ${planned === undefined ? "the digest " : ""}${asked}${whole === undefined ? "…" : ""}.`,
    notDone: "Nothing was recorded.",
    data: { digest: planned?.digest ?? null, asked },
  });
}

/** The role that runs the migrations is not to be the one that approves. */
const digestNeeded = (cause: LockkeeperError): LockkeeperError =>
  new LockkeeperError("permission_denied", {
    message: `The plan cannot be made under this role: ${cause.message}`,
    notDone: "Nothing was recorded.",
    action:
      "Give all 64 digits of the digest, as `lockkeeper gates` shows them to a role that may plan: `lockkeeper approve --plan DIGEST`. It is taken at its word then.",
    cause,
  });

/**
 * The state schema is its owner's, who runs the migrations: whoever approves does not make it. Who it is, the server
 * writes: the statements name no actor, so that the right to write the other columns is enough, and none can be made up.
 */
async function record(
  session: Session,
  { actor, direction, migrations, digest, withdrawn }: Approval,
  because: string | undefined,
): Promise<void> {
  try {
    await session.query(
      `WITH evidence AS (INSERT INTO lockkeeper.evidence (kind, held, bound_to, report) VALUES ('approval', NOT $3::boolean, $2, $5))
       INSERT INTO lockkeeper.audit (action, subject, reason, detail) VALUES ('approve', $1, $4, $6)`,
      [
        migrations.join(", ") || digest,
        digest,
        withdrawn,
        because ?? null,
        JSON.stringify({ direction, migrations, because: because ?? null }),
        JSON.stringify({ direction, digest, withdrawn }),
      ],
    );
  } catch (error) {
    const code = databaseError(error)?.code;
    if (code !== "42501" && code !== "42P01" && code !== "3F000") throw error;
    throw new LockkeeperError("permission_denied", {
      message:
        code === "42501"
          ? `${actor} may not write into the schema lockkeeper: ${databaseError(error)?.message}.`
          : "There is no place for approvals in this database yet: nothing was run here.",
      notDone: "Nothing was recorded.",
      action:
        code === "42501"
          ? `GRANT USAGE ON SCHEMA lockkeeper TO ${quoteIdentifier(actor)}; GRANT INSERT (kind, held, bound_to, report) ON lockkeeper.evidence TO ${quoteIdentifier(actor)}; GRANT INSERT (action, subject, reason, detail) ON lockkeeper.audit TO ${quoteIdentifier(actor)};`
          : "Let the role that runs the migrations rehearse, back up or adopt first, which makes it.",
      cause: error,
    });
  }
}

async function allowedActor(session: Session, by: readonly string[]): Promise<string> {
  const [me] = await session.query<{ name: string }>("SELECT session_user AS name");
  const actor = me?.name ?? "";
  if ((await countingActors({ session }, [actor], by)).has(actor)) return actor;
  throw new LockkeeperError("permission_denied", {
    message: `The policy does not ask for the word of ${actor}, but for that of ${[...new Set(by)].join(", ")}.`,
    notDone: "Nothing was recorded.",
    action: "Connect as one of them, or as a member of one.",
  });
}
