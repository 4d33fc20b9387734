import type { AlterTableStmt, ObjectType } from "libpg-query";
import type { NodeOf, NodeTag, PgNode } from "../../sql/parse-statement.ts";
import { followAlterTable, followRename } from "./alterations-in-migration.ts";
import { ALONE } from "./circumstances.ts";
import { CreatedObjects, type ObjectFamily } from "./created-objects.ts";
import { type Derivation, type Follow, type Following, forgiving, nothing } from "./following.ts";
import { isWhole, namedObject, namedRoutine } from "./named-objects.ts";
import { nodeAs, nodesAs } from "./node-as.ts";
import { inputTypes, namesOf, rangeNames } from "./object-name.ts";
import { followRows, followSelect, movesSearchPath } from "./rows-in-migration.ts";
import { tolerate } from "./tolerate.ts";
import { undoOf } from "./undo-of.ts";

export interface MigrationStatement {
  readonly tag: string;
  readonly node: unknown;
  readonly sql: string;
}

/** The statement makes an object, whose own undo tolerates that a later statement removed it. */
function makes<T extends NodeTag>(
  tag: T,
  node: NodeOf<T>,
  { created, dropsColumns }: Following,
  family: ObjectFamily,
  names: readonly string[],
  { unless = false, suffix = "" } = {},
): Derivation | undefined {
  // IF NOT EXISTS and OR REPLACE make nothing for certain, but in a schema that is new itself.
  if (unless && !(names.length > 1 && created.has("schema", names.slice(0, 1)))) return undefined;
  const object = created.add(family, names, suffix);
  const mayBeGone = tag === "IndexStmt" && dropsColumns;
  return () => undoOf(tag, node, { ...ALONE, ifExists: object.dropped || mayBeGone });
}

/** Triggers, rules and policies may call functions that are made after the table, so they go before those. */
function hangsOn<T extends NodeTag>(
  tag: T,
  node: NodeOf<T>,
  { created }: Following,
  names: readonly string[],
): Derivation | undefined {
  if (!created.has("relation", names)) return undefined;
  return forgiving(() => undoOf(tag, node, { ...ALONE, ifExists: true }));
}

const unlessMade = (family: ObjectFamily, names: readonly string[], { created }: Following, suffix = "") =>
  created.has(family, names, suffix) ? nothing : undefined;

const FOLLOW: { readonly [T in NodeTag]?: Follow<T> } = {
  CreateStmt: (node, following) =>
    makes("CreateStmt", node, following, "relation", rangeNames(node.relation), {
      unless: node.if_not_exists === true,
    }),
  CreateTableAsStmt: (node, following) =>
    makes("CreateTableAsStmt", node, following, "relation", rangeNames(node.into?.rel), {
      unless: node.if_not_exists === true,
    }),
  CreateForeignTableStmt: (node, following) =>
    makes("CreateForeignTableStmt", node, following, "relation", rangeNames(node.base?.relation), {
      unless: node.base?.if_not_exists === true,
    }),
  CreateSeqStmt: (node, following) =>
    makes("CreateSeqStmt", node, following, "relation", rangeNames(node.sequence), {
      unless: node.if_not_exists === true,
    }),
  ViewStmt: (node, following) => {
    const names = rangeNames(node.view);
    if (node.replace === true && following.created.exactly("relation", names) !== undefined) return nothing;
    return makes("ViewStmt", node, following, "relation", names, { unless: node.replace === true });
  },
  IndexStmt: (node, following) => {
    const { relation, idxname, if_not_exists } = node;
    const names = [...rangeNames(relation).slice(0, -1), idxname ?? ""];
    const onMadeTable = hangsOn("IndexStmt", node, following, rangeNames(relation));
    if (idxname === undefined) return onMadeTable;
    if (onMadeTable !== undefined) following.created.add("relation", names);
    return onMadeTable ?? makes("IndexStmt", node, following, "relation", names, { unless: if_not_exists === true });
  },
  CreateSchemaStmt: (node, following) => {
    const { schemaname, if_not_exists } = node;
    if (schemaname === undefined || if_not_exists === true) return undefined;
    return makes("CreateSchemaStmt", node, following, "schema", [schemaname]);
  },
  CreateFunctionStmt: (node, following) => {
    const types = inputTypes(nodesAs(node.parameters, "FunctionParameter"));
    const { names, suffix } = namedRoutine(namesOf(node.funcname), types);
    if (node.replace === true && following.created.exactly("routine", names, suffix) !== undefined) return nothing;
    return makes("CreateFunctionStmt", node, following, "routine", names, { suffix, unless: node.replace === true });
  },
  CreateEnumStmt: (node, following) => makes("CreateEnumStmt", node, following, "type", namesOf(node.typeName)),
  CreateRangeStmt: (node, following) => makes("CreateRangeStmt", node, following, "type", namesOf(node.typeName)),
  CompositeTypeStmt: (node, following) => makes("CompositeTypeStmt", node, following, "type", rangeNames(node.typevar)),
  CreateDomainStmt: (node, following) => makes("CreateDomainStmt", node, following, "type", namesOf(node.domainname)),
  CreateTrigStmt: (node, following) => hangsOn("CreateTrigStmt", node, following, rangeNames(node.relation)),
  RuleStmt: (node, following) => hangsOn("RuleStmt", node, following, rangeNames(node.relation)),
  CreatePolicyStmt: (node, following) => hangsOn("CreatePolicyStmt", node, following, rangeNames(node.table)),
  CreateStatsStmt: (node, following) =>
    hangsOn("CreateStatsStmt", node, following, rangeNames(nodeAs(node.relations?.[0], "RangeVar"))),
  AlterTableStmt: followAlterTable,
  RenameStmt: followRename,
  AlterObjectSchemaStmt: (node, { created }) => {
    const { relation, newschema = "" } = node;
    if (relation === undefined) return undefined;
    const from = rangeNames(relation);
    const object = created.move("relation", from, [newschema, ...from.slice(-1)]);
    return () => {
      const items = undoOf("AlterObjectSchemaStmt", node, ALONE);
      return object?.dropped === true ? items.map(tolerate) : items;
    };
  },
  AlterPolicyStmt: (node, following) => unlessMade("relation", rangeNames(node.table), following),
  // A made sequence that a column owns would go with the table, and then not be found.
  AlterSeqStmt: (node, { created }) => {
    if (!created.has("relation", rangeNames(node.sequence))) return undefined;
    const options = (node.options ?? []).filter((option) => nodeAs(option, "DefElem")?.defname === "owned_by");
    return options.length === 0 ? nothing : () => undoOf("AlterSeqStmt", { ...node, options }, ALONE);
  },
  AlterEnumStmt: (node, following) => unlessMade("type", namesOf(node.typeName), following),
  // A new default or constraint may call a function that is made after the domain.
  AlterDomainStmt: (node, following) =>
    node.subtype === "T" || node.subtype === "C" ? undefined : unlessMade("type", namesOf(node.typeName), following),
  AlterFunctionStmt: (node, following) => {
    const routine = namedObject(node.objtype, node.func === undefined ? undefined : { ObjectWithArgs: node.func });
    return routine === undefined ? undefined : unlessMade(routine.family, routine.names, following, routine.suffix);
  },
  AlterOwnerStmt: (node, following) => onMade(node.objectType, node.object, following),
  CommentStmt: ({ objtype, object }, following) =>
    onMadePart(objtype, object, following) ?? onMade(objtype, object, { ...following, makesRoles: false }),
  GrantStmt: ({ objtype, targtype, objects = [] }, following) => {
    const made = objects.every((object) => onMade(objtype, object, following) !== undefined);
    return made && targtype === "ACL_TARGET_OBJECT" ? nothing : undefined;
  },
  DropStmt: (node, { created }) => {
    const { removeType, objects = [] } = node;
    if (node.behavior === "DROP_CASCADE") return undefined;
    const others = objects.filter((object) => {
      const named = namedObject(removeType, object);
      if (named === undefined) return true;
      const { family, names, suffix } = named;
      return !(isWhole(removeType) ? created.drop(family, names, suffix) : created.has(family, names));
    });
    return () => (others.length === 0 ? [] : undoOf("DropStmt", { ...node, objects: others }, ALONE));
  },
  InsertStmt: (node, following) => followRows("InsertStmt", node, following),
  UpdateStmt: (node, following) => followRows("UpdateStmt", node, following),
  DeleteStmt: (node, following) => followRows("DeleteStmt", node, following),
  MergeStmt: (node, following) => followRows("MergeStmt", node, following),
  SelectStmt: followSelect,
  CopyStmt: ({ relation, is_from }, following) =>
    is_from === true ? unlessMade("relation", rangeNames(relation), following) : undefined,
  TruncateStmt: ({ relations, behavior }, { created }) =>
    behavior !== "DROP_CASCADE" &&
    nodesAs(relations, "RangeVar").every((relation) => created.has("relation", rangeNames(relation)))
      ? nothing
      : undefined,
  RefreshMatViewStmt: ({ relation }, following) => unlessMade("relation", rangeNames(relation), following),
  ClusterStmt: ({ relation }, following) => unlessMade("relation", rangeNames(relation), following),
};

/** A column or constraint that the migration made takes its comment along. */
function onMadePart(type: ObjectType | undefined, object: PgNode | undefined, { created }: Following) {
  const names = namesOf(object);
  const family = type === "OBJECT_COLUMN" ? "column" : type === "OBJECT_TABCONSTRAINT" ? "constraint" : undefined;
  if (family === undefined) return undefined;
  return created.exactly(family, names.slice(0, -1), `.${names.at(-1)}`) === undefined ? undefined : nothing;
}

function onMade(
  type: ObjectType | undefined,
  object: PgNode | undefined,
  following: Following,
): Derivation | undefined {
  const named = namedObject(type, object);
  if (named === undefined || following.makesRoles) return undefined;
  return unlessMade(named.family, named.names, following, named.suffix);
}

const dropsColumn = ({ cmds }: AlterTableStmt): boolean =>
  nodesAs(cmds, "AlterTableCmd").some(({ subtype }) => subtype === "AT_DropColumn");

/** Follows a migration from its first statement to its last, noting what it makes. */
export class UndoInMigration {
  readonly #following: Following;

  constructor(statements: readonly MigrationStatement[]) {
    this.#following = {
      created: new CreatedObjects(),
      makesRoles: statements.some(({ tag }) => tag === "CreateRoleStmt"),
      dropsColumns: statements.some(({ tag, node }) => tag === "AlterTableStmt" && dropsColumn(node as AlterTableStmt)),
    };
  }

  follow({ tag, node }: MigrationStatement): Derivation {
    if (movesSearchPath(tag, node)) this.#following.created.forgetUnqualified();
    const follow = (FOLLOW as Partial<Record<string, Follow<never>>>)[tag];
    return follow?.(node as never, this.#following) ?? (() => undoOf(tag, node, ALONE));
  }
}
