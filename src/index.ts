/**
 * Lockkeeper brings PostgreSQL schema changes live on a production database without stopping traffic. This is its
 * library: what an application, a test or a script may call. Everything that fails fails with a `LockkeeperError`.
 *
 * @module
 */

export { type Config, defineConfig } from "./config/config.ts";
export type { ErrorCode } from "./errors/catalogue.ts";
export { type ErrorReport, LockkeeperError, type Place } from "./errors/lockkeeper-error.ts";
export type { ChangeOptions, WatchOptions } from "./library/change-project.ts";
export { type ContractProjectOptions, contractProject as contract } from "./library/contract-project.ts";
export { type DiffProjectOptions, type DiffResult, diffProject as diff } from "./library/diff-project.ts";
export { type MigrateOptions, type MigrateResult, migrate } from "./library/migrate.ts";
export type { ProjectOptions } from "./library/open-project.ts";
export { type PlanMigrationsOptions, planMigrations } from "./library/plan-migrations.ts";
export { type DriftOptions, projectDrift as drift } from "./library/project-drift.ts";
export { projectHistory as history } from "./library/project-history.ts";
export {
  projectSquash as squash,
  projectStairway as stairway,
  type ScratchProjectOptions,
  type SquashProjectOptions,
} from "./library/project-stairway.ts";
export { projectStatus as status } from "./library/project-status.ts";
export { type ReadinessOptions, readiness } from "./library/readiness.ts";
export { type TakeBackOptions, takeBack } from "./library/take-back.ts";
export { type WaitForMigrationOptions, waitForMigration } from "./library/wait-for-migration.ts";
export {
  type Backfill,
  type BackfillBatch,
  type BackfillRow,
  type BackfillStep,
  backfill,
} from "./migrations/backfill.ts";
export { type ChangePrimaryKeyStep, changePrimaryKey, type PrimaryKeyChange } from "./migrations/change-primary-key.ts";
export type { Migration, MigrationLayout } from "./migrations/migration.ts";
export {
  defineMigration,
  type MigrationModule,
  type MigrationScript,
  type MigrationStep,
  type ScriptContext,
  type UndoStep,
} from "./migrations/migration-module.ts";
export { type ColumnMove, type MoveColumnStep, type MovedColumn, moveColumn } from "./migrations/move-columns.ts";
export {
  type AddPartitionsStep,
  addPartitions,
  type ListPartition,
  type PartitionByHash,
  type PartitionByList,
  type PartitionByRange,
  type Partitioning,
  type PartitionSplit,
  type PartitionsAhead,
  type PartitionsInTime,
  type PartitionTableStep,
  type PartitionValue,
  partitionTable,
  type RangeBound,
  type RangePartition,
  type SplitPartitionStep,
  splitPartition,
} from "./migrations/partition-steps.ts";
export { readProject } from "./migrations/read-project.ts";
export {
  type DocumentKey,
  embedKeys,
  extractKeys,
  mergeColumns,
  type NewShape,
  type Reshape,
  type ReshapedColumn,
  type ReshapeStep,
  splitColumn,
} from "./migrations/reshape.ts";
export type { Plan, PlannedStatement, Step } from "./plan/plan.ts";
export type { ContractResult } from "./run/contract.ts";
export type { Finding } from "./run/doctor/finding.ts";
export { type DoctorOptions, doctor } from "./run/doctor.ts";
export type { DownResult } from "./run/down.ts";
export type { DriftReport, DriftVerdict } from "./run/drift/drift-of.ts";
export type { ChangedObject } from "./run/drift/told-changes.ts";
export type { Blocker, LockkeeperEvent, ObservedLock } from "./run/events.ts";
export type { RunRecord, StepRecord } from "./run/history.ts";
export type { EventLogger } from "./run/log-events.ts";
export type { RunPolicy } from "./run/policy.ts";
export type { Readiness, ReadinessProbe, Unreadiness } from "./run/readiness-probe.ts";
export type { Squashed } from "./run/squash/squash.ts";
export type { Stair, StairwayReport } from "./run/stairway/stairway.ts";
export type { MigrationState, MigrationStatus, RunProgress, StatusReport } from "./run/status.ts";
export type { WaitResult } from "./run/wait.ts";
export type { PostFlightFinding, PostFlightReport } from "./safety/post-flight/post-flight.ts";
export { type HandlerOptions, type ReadinessHandlers, readinessHandlers } from "./server/readiness-handlers.ts";
