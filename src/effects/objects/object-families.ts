import type { Families } from "../family.ts";
import { alterOwner } from "./alter-object.ts";
import {
  alterExtensionContents,
  alterObjectDepends,
  comment,
  createStatistics,
  grant,
  securityLabel,
} from "./descriptions.ts";
import { alterDomain } from "./domains.ts";
import { alterExtension } from "./extensions.ts";
import { alterPublication, createPublication } from "./publications.ts";
import { QUIET_FAMILIES } from "./quiet-statements.ts";
import { reassignOwned } from "./reassign-owned.ts";
import { createRoutine } from "./routines.ts";
import { alterPolicy, createPolicy, createRule } from "./rules-and-policies.ts";
import { alterSequence, createSequence } from "./sequences.ts";
import { createTrigger } from "./triggers.ts";

export const OBJECT_FAMILIES: Families = {
  ...QUIET_FAMILIES,
  CreateSeqStmt: createSequence,
  AlterSeqStmt: alterSequence,
  CreateTrigStmt: createTrigger,
  RuleStmt: createRule,
  CreatePolicyStmt: createPolicy,
  AlterPolicyStmt: alterPolicy,
  AlterDomainStmt: alterDomain,
  CreateFunctionStmt: createRoutine,
  CreateStatsStmt: createStatistics,
  CreatePublicationStmt: createPublication,
  AlterPublicationStmt: alterPublication,
  CommentStmt: comment,
  SecLabelStmt: securityLabel,
  AlterExtensionContentsStmt: alterExtensionContents,
  AlterObjectDependsStmt: alterObjectDepends,
  GrantStmt: grant,
  AlterOwnerStmt: alterOwner,
  ReassignOwnedStmt: reassignOwned,
  AlterExtensionStmt: alterExtension,
};
