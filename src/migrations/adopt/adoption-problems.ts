import type { ForeignLayout, LayoutFile } from "../layouts/layout.ts";
import type { AdoptionProblem } from "./adoption-report.ts";
import type { HistoryRow } from "./history.ts";

const placeOf = ({ key, migration }: LayoutFile): Pick<AdoptionProblem, "key" | "id" | "at"> => ({
  key,
  id: migration.id,
  at: { file: migration.file, line: migration.firstLine },
});

export const missingProblem = ({ key, state, appliedAt }: HistoryRow): AdoptionProblem => ({
  kind: state === "failed" ? "failed" : "missing-file",
  severity: "error",
  key,
  message: `${key} ${state === "failed" ? "failed" : "was applied"}${appliedAt === undefined ? "" : ` at ${appliedAt}`}, but its file is not there.`,
  action: "Bring the file back from version control, or name the folder that holds it.",
});

export const failedProblem = (tool: ForeignLayout, file: LayoutFile): AdoptionProblem => ({
  kind: "failed",
  severity: "error",
  ...placeOf(file),
  message: `${tool} recorded that ${file.migration.id} failed, so it may be half done.`,
  action: `Look at the database, then settle it with ${tool} itself${REPAIR[tool] ?? ""}.`,
});

const REPAIR: Partial<Record<ForeignLayout, string>> = {
  "golang-migrate": " (`migrate force VERSION`)",
  prisma: " (`prisma migrate resolve`)",
  flyway: " (`flyway repair`)",
};

export const editedProblem = (file: LayoutFile, row: HistoryRow): AdoptionProblem => ({
  kind: "edited",
  severity: "error",
  ...placeOf(file),
  message:
    file.repeatable === true
      ? `${file.migration.id} has changed since it last ran.`
      : `${file.migration.id} is not the file that was applied: the checksums differ.`,
  action:
    file.repeatable === true
      ? "Run it once more with its own tool, or put the file back."
      : "Put the file back as it was; a change belongs in a new migration.",
  ...(row.checksum === undefined ? {} : { expected: row.checksum.value }),
  found: file.checksums?.slice(0, 1) ?? [],
});

export const pendingBeforeApplied = (
  tool: ForeignLayout,
  file: LayoutFile,
  lastApplied: LayoutFile,
): AdoptionProblem => ({
  kind: "out-of-order",
  severity: "error",
  ...placeOf(file),
  message: `${file.migration.id} was not applied, although ${lastApplied.migration.id}, which follows it, was.`,
  action: SKIPS.has(tool)
    ? `${tool} will never apply it: rename it so that it comes last.`
    : "Apply it with its own tool, or rename it so that it comes last.",
});

/** Tools that look at the last applied migration only. */
const SKIPS: ReadonlySet<ForeignLayout> = new Set(["drizzle", "graphile-migrate", "golang-migrate"]);

export const swappedProblem = (file: LayoutFile, follower: LayoutFile): AdoptionProblem => ({
  kind: "out-of-order",
  severity: "warning",
  ...placeOf(file),
  message: `${file.migration.id} was applied after ${follower.migration.id}, which follows it.`,
  action: "Nothing, if both ways round give the same schema: a new database gets them in the order of the files.",
});
