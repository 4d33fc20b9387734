import type { ExplainStmt } from "libpg-query";
import { nodesAs } from "../../sql/node-as.ts";
import { type NodeOf, type NodeTag, taggedNode } from "../../sql/parse-statement.ts";
import type { UndoItem } from "../plan.ts";
import { undoAlterDomain } from "./alter-domain.ts";
import { undoAlterEventTrigger } from "./alter-event-trigger.ts";
import { undoAlterPublication } from "./alter-publication.ts";
import { undoAlterRoutine } from "./alter-routine.ts";
import { undoAlterSequence } from "./alter-sequence.ts";
import { undoAlterDatabaseSet, undoAlterRoleSet } from "./alter-settings.ts";
import { undoAlterStatistics } from "./alter-statistics.ts";
import { undoAlterTable } from "./alter-table.ts";
import { undoAlterEnum } from "./alter-type.ts";
import { refused } from "./capture.ts";
import type { Circumstances } from "./circumstances.ts";
import { undoComment } from "./comment.ts";
import { undoCreateExtension } from "./create-extension.ts";
import { undoCreateIndex } from "./create-index.ts";
import * as object from "./create-object.ts";
import { undoAlterPolicy, undoCreatePolicy, undoCreateRule, undoCreateTrigger } from "./create-on-relation.ts";
import { undoCreateForeignTable, undoCreateSequence, undoCreateTable, undoCreateTableAs } from "./create-relation.ts";
import { undoCreateRoutine } from "./create-routine.ts";
import { undoCreateSchema } from "./create-schema.ts";
import { undoCreateView } from "./create-view.ts";
import { undoDrop } from "./drop.ts";
import { undoGrant } from "./grant.ts";
import { undoGrantRole } from "./grant-role.ts";
import { undoCluster, undoRefresh } from "./maintenance.ts";
import { undoOwner } from "./owner.ts";
import { undoSelect } from "./query.ts";
import { undoRename } from "./rename.ts";
import * as rows from "./rows.ts";
import { undoSetSchema } from "./set-schema.ts";

type Undo<T extends NodeTag> = (node: NodeOf<T>, circumstances: Circumstances) => readonly UndoItem[];

/** Statements that change nothing which outlives their session, or only how fast things are. */
const nothing = (): readonly UndoItem[] => [];

const never = (reason: string) => (): readonly UndoItem[] => refused(reason);

const UNDO: { readonly [T in NodeTag]?: Undo<T> } = {
  // tables and what they hold
  CreateStmt: undoCreateTable,
  CreateTableAsStmt: undoCreateTableAs,
  CreateForeignTableStmt: undoCreateForeignTable,
  AlterTableStmt: (node, circumstances) => undoAlterTable(node, () => circumstances),
  IndexStmt: undoCreateIndex,
  CreateTrigStmt: undoCreateTrigger,
  RuleStmt: undoCreateRule,
  CreatePolicyStmt: undoCreatePolicy,
  AlterPolicyStmt: undoAlterPolicy,
  CreateStatsStmt: object.undoCreateStatistics,
  AlterStatsStmt: undoAlterStatistics,
  CreateSeqStmt: undoCreateSequence,
  AlterSeqStmt: undoAlterSequence,
  ViewStmt: undoCreateView,
  // other objects
  CreateSchemaStmt: undoCreateSchema,
  CreateFunctionStmt: undoCreateRoutine,
  AlterFunctionStmt: undoAlterRoutine,
  CreateEnumStmt: object.undoCreateEnum,
  CreateRangeStmt: object.undoCreateRange,
  CompositeTypeStmt: object.undoCreateComposite,
  AlterEnumStmt: undoAlterEnum,
  CreateDomainStmt: object.undoCreateDomain,
  AlterDomainStmt: undoAlterDomain,
  DefineStmt: object.undoDefine,
  CreateCastStmt: object.undoCreateCast,
  CreateConversionStmt: object.undoCreateConversion,
  CreateTransformStmt: object.undoCreateTransform,
  CreateOpClassStmt: object.undoCreateOperatorClass,
  CreateOpFamilyStmt: object.undoCreateOperatorFamily,
  CreateExtensionStmt: undoCreateExtension,
  CreatePublicationStmt: ({ pubname }, circumstances) => object.dropGlobal("PUBLICATION", pubname, circumstances),
  AlterPublicationStmt: undoAlterPublication,
  CreateSubscriptionStmt: ({ subname }, circumstances) => object.dropGlobal("SUBSCRIPTION", subname, circumstances),
  CreateEventTrigStmt: ({ trigname }, circumstances) => object.dropGlobal("EVENT TRIGGER", trigname, circumstances),
  AlterEventTrigStmt: undoAlterEventTrigger,
  CreateFdwStmt: ({ fdwname }, circumstances) => object.dropGlobal("FOREIGN DATA WRAPPER", fdwname, circumstances),
  CreateForeignServerStmt: ({ servername, if_not_exists }, circumstances) =>
    if_not_exists === true
      ? object.dropGlobalIfMissing("SERVER", servername, "pg_foreign_server", "srvname")
      : object.dropGlobal("SERVER", servername, circumstances),
  CreateUserMappingStmt: object.undoCreateUserMapping,
  CreateAmStmt: ({ amname }, circumstances) => object.dropGlobal("ACCESS METHOD", amname, circumstances),
  CreatePLangStmt: ({ plname, replace }, circumstances) =>
    replace === true
      ? refused(`the old definition of language ${plname} is not kept`)
      : object.dropGlobal("LANGUAGE", plname, circumstances),
  // the cluster
  CreateRoleStmt: ({ role }, circumstances) => object.dropGlobal("ROLE", role, circumstances),
  CreatedbStmt: ({ dbname }, circumstances) => object.dropGlobal("DATABASE", dbname, circumstances),
  CreateTableSpaceStmt: ({ tablespacename }, circumstances) =>
    object.dropGlobal("TABLESPACE", tablespacename, circumstances),
  AlterRoleSetStmt: undoAlterRoleSet,
  AlterDatabaseSetStmt: undoAlterDatabaseSet,
  AlterRoleStmt: never("a role's old password cannot be read"),
  AlterSystemStmt: never("what the server's configuration files said is not the database's to keep"),
  DropRoleStmt: never("dropping a role loses its password and memberships"),
  DropdbStmt: never("dropping a database loses everything in it"),
  DropTableSpaceStmt: never("dropping a tablespace loses its place on disk"),
  DropSubscriptionStmt: never("dropping a subscription loses its place in the publisher's log"),
  // any object
  DropStmt: undoDrop,
  RenameStmt: undoRename,
  AlterObjectSchemaStmt: undoSetSchema,
  AlterOwnerStmt: undoOwner,
  CommentStmt: undoComment,
  GrantStmt: undoGrant,
  GrantRoleStmt: undoGrantRole,
  AlterDefaultPrivilegesStmt: never("default privileges as they were are not kept"),
  AlterExtensionStmt: never("an extension's update scripts lead one way"),
  AlterExtensionContentsStmt: never("membership in an extension is not turned back"),
  ReassignOwnedStmt: never("whose each object was is not kept"),
  DropOwnedStmt: never("what the role owned is lost"),
  // rows
  SelectStmt: undoSelect,
  InsertStmt: rows.undoInsert,
  UpdateStmt: rows.undoUpdate,
  DeleteStmt: rows.undoDelete,
  MergeStmt: rows.undoMerge,
  TruncateStmt: rows.undoTruncate,
  CopyStmt: rows.undoCopy,
  DoStmt: never("what a DO block does is not known"),
  CallStmt: never("what a procedure does is not known"),
  ExecuteStmt: never("what a prepared statement does is not known here"),
  ExplainStmt: undoExplain,
  RefreshMatViewStmt: undoRefresh,
  ClusterStmt: undoCluster,
  // nothing to undo
  VacuumStmt: nothing,
  ReindexStmt: nothing,
  CheckPointStmt: nothing,
  LockStmt: nothing,
  TransactionStmt: nothing,
  VariableSetStmt: nothing,
  VariableShowStmt: nothing,
  ConstraintsSetStmt: nothing,
  DiscardStmt: nothing,
  LoadStmt: nothing,
  NotifyStmt: nothing,
  ListenStmt: nothing,
  UnlistenStmt: nothing,
  PrepareStmt: nothing,
  DeallocateStmt: nothing,
  DeclareCursorStmt: nothing,
  FetchStmt: nothing,
  ClosePortalStmt: nothing,
};

/** EXPLAIN ANALYZE runs its statement. */
function undoExplain({ query, options }: ExplainStmt, circumstances: Circumstances): readonly UndoItem[] {
  const runs = nodesAs(options, "DefElem").some(({ defname }) => defname === "analyze");
  if (!runs || query === undefined) return [];
  const { tag, node } = taggedNode(query);
  return undoOf(tag, node, circumstances);
}

/** The undo of one statement by itself, but for what `circumstances` tell of its migration. */
export function undoOf(tag: string, node: unknown, circumstances: Circumstances): readonly UndoItem[] {
  const undo = (UNDO as Partial<Record<string, Undo<never>>>)[tag];
  return undo === undefined
    ? refused(`the inverse of this statement (${tag}) is not known; write the way back by hand`)
    : undo(node as never, circumstances);
}
