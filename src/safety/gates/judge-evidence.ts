import { catalogFingerprint } from "../../catalog/fingerprint.ts";
import type { BackupReport } from "../backup/backup.ts";
import { type Evidence, readEvidence } from "../evidence.ts";
import { rehearsalStanding } from "../rehearsal/stale.ts";
import { ageInWords } from "./age-in-words.ts";
import type { GateRule, GateVerdict } from "./gate.ts";
import type { GateSight } from "./gate-sight.ts";

type Rule<K extends GateRule["gate"]> = Extract<GateRule, { readonly gate: K }>;

const BACKUP = "lockkeeper backup --verify";
const REHEARSE = "lockkeeper rehearse";

/**
 * The newest backup that was restored counts, by the age of its data and not of its verification; one that failed since
 * is none.
 */
export async function judgeBackup({ withinMs }: Rule<"backup">, sight: GateSight): Promise<GateVerdict> {
  const all = await readEvidence<Partial<BackupReport>>(sight.session, "backup");
  const [newest] = lastWords(all)
    .filter(({ held }) => held)
    .toSorted((one, other) => secondsSince(one, one.report.takenAt) - secondsSince(other, other.report.takenAt));
  if (newest === undefined) {
    const failed = all[0]?.report.failure?.message;
    const reason =
      failed === undefined ? "No backup was restored and compared yet." : `The newest backup failed: ${failed}`;
    return { state: "does not hold", reason, evidence: all[0], action: BACKUP };
  }
  const seconds = secondsSince(newest, newest.report.takenAt);
  const age = `The newest backup that was restored is ${ageInWords(seconds)} old`;
  const found = { evidence: newest, action: BACKUP };
  if (seconds * 1_000 > withinMs) {
    return { state: "does not hold", reason: `${age}; the policy allows ${ageInWords(withinMs / 1_000)}.`, ...found };
  }
  const { catalog } = newest.report;
  if (catalog !== undefined && catalog !== catalogFingerprint(await sight.catalog(), { privileges: false })) {
    return { state: "does not hold", reason: `${age}, and is of another schema than the database has now.`, ...found };
  }
  return { state: "holds", reason: `${age}.`, evidence: newest };
}

/** What was said last of each backup. */
function lastWords(newestFirst: readonly Evidence<Partial<BackupReport>>[]) {
  const words = new Map<string, Evidence<Partial<BackupReport>>>();
  for (const one of newestFirst) {
    const backup = one.report.digest ?? String(one.id);
    if (!words.has(backup)) words.set(backup, one);
  }
  return [...words.values()];
}

/** By the database's clock: its evidence says how old it is, and when it was. */
function secondsSince({ at, ageSeconds }: Evidence, moment: string | undefined): number {
  const earlier = moment === undefined ? 0 : (Date.parse(at) - Date.parse(moment)) / 1_000;
  return ageSeconds + (Number.isFinite(earlier) ? Math.max(0, earlier) : 0);
}

/** The newest rehearsal of exactly what would run. */
export async function judgeRehearsal({ withinMs }: Rule<"rehearsal">, sight: GateSight): Promise<GateVerdict> {
  const { state, changed, evidence } = await rehearsalStanding(sight.session, await sight.binding());
  if (evidence === null) return { state: "does not hold", reason: "It was not rehearsed.", action: REHEARSE };
  const found = { evidence, action: REHEARSE };
  if (state === "stale") {
    const parts = changed.map((part) => CHANGED[part]).join(", ");
    const reason = `Something else was rehearsed${parts === "" ? "" : `: otherwise since then are ${parts}`}.`;
    return { state: "does not hold", reason, ...found };
  }
  const age = ageInWords(evidence.ageSeconds);
  if (state === "failed") return { state: "does not hold", reason: `Its rehearsal ${age} ago failed.`, ...found };
  if (withinMs !== undefined && evidence.ageSeconds * 1_000 > withinMs) {
    const reason = `It was rehearsed ${age} ago; the policy allows ${ageInWords(withinMs / 1_000)}.`;
    return { state: "does not hold", reason, ...found };
  }
  return { state: "holds", reason: `It was rehearsed ${age} ago.`, evidence };
}

const CHANGED = {
  migrations: "the migrations",
  plan: "the plans",
  catalog: "the schema",
  major: "the server's version",
} as const;

/** The newest word of each person counts, as long as the person may give it. */
export async function judgeApproval(rule: Rule<"approval">, sight: GateSight): Promise<GateVerdict> {
  const { digest } = await sight.binding();
  const { by, count, fourEyes, withinMs = Number.POSITIVE_INFINITY } = rule;
  const all = await readEvidence(sight.session, "approval", EVERY);
  const words = newestByActor(all.filter(({ boundTo }) => boundTo === digest));
  const [me] = await sight.session.query<{ name: string }>("SELECT session_user AS name");
  const counting = await countingActors(sight, [...words.keys()], by);
  const given = [...words.values()].filter(
    ({ actor, held, ageSeconds }) =>
      held && counting.has(actor) && ageSeconds * 1_000 <= withinMs && !(fourEyes && actor === me?.name),
  );
  if (given.length >= count) {
    return { state: "holds", reason: `Approved by ${given.map(({ actor }) => actor).join(", ")}.`, evidence: given[0] };
  }
  const whose = `${by.join(", ")}${fourEyes ? `, and not of ${me?.name}, who runs it` : ""}`;
  const withdrawn = [...words.values()].filter(({ held }) => !held).map(({ actor }) => ` ${actor} withdrew it.`);
  const [newest] = all;
  const other =
    newest?.held === true && newest.boundTo !== digest
      ? ` ${newest.actor} approved of another plan ${ageInWords(newest.ageSeconds)} ago.`
      : "";
  const reason = `${given.length} of ${count} approvals are there; it needs the word of ${whose}.${withdrawn.join("")}${other}`;
  return {
    state: "does not hold",
    reason,
    evidence: given[0],
    action: `lockkeeper approve${FOR[sight.flight.direction]} --plan ${digest}`,
  };
}

const FOR = { up: "", contract: " --for contract", down: " --for down" } as const;
/** More approvals than anybody gives. */
const EVERY = 1_000;

function newestByActor(newestFirst: readonly Evidence[]): ReadonlyMap<string, Evidence> {
  const words = new Map<string, Evidence>();
  for (const one of newestFirst) {
    if (!words.has(one.actor)) words.set(one.actor, one);
  }
  return words;
}

/** Membership as it was granted: superusers are not members of everything here. */
export async function countingActors(
  { session }: Pick<GateSight, "session">,
  actors: readonly string[],
  by: readonly string[],
): Promise<ReadonlySet<string>> {
  const rows = await session.query<{ actor: string }>(
    `SELECT a.rolname::text AS actor FROM pg_roles AS a WHERE a.rolname = ANY ($1::text[])
       AND (a.rolname = ANY ($2::text[]) OR EXISTS (
         WITH RECURSIVE above AS (
           SELECT roleid FROM pg_auth_members WHERE member = a.oid
           UNION SELECT m.roleid FROM pg_auth_members AS m JOIN above ON m.member = above.roleid)
         SELECT FROM above JOIN pg_roles AS r ON r.oid = above.roleid WHERE r.rolname = ANY ($2::text[])))`,
    [actors, by],
  );
  return new Set(rows.map(({ actor }) => actor));
}
