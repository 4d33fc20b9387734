import type { ObjectType } from "libpg-query";
import { nodeAs, nodesAs } from "../../sql/node-as.ts";
import { inputTypes, namesOf, rangeNames } from "../../sql/object-name.ts";
import type { NodeOf, NodeTag, PgNode } from "../../sql/parse-statement.ts";
import type { UndoItem } from "../plan.ts";
import { followAlterTable, followRename } from "./alterations-in-migration.ts";
import { ALONE } from "./circumstances.ts";
import { CreatedObjects, type ObjectFamily, type PartFamily } from "./created-objects.ts";
import { type Derivation, type Follow, type Following, forgiving, nothing, tolerant } from "./following.ts";
import { namedObject, namedRoutine, partFamily } from "./named-objects.ts";
import { followRows, followSelect, movesSearchPath } from "./rows-in-migration.ts";
import { undoOf } from "./undo-of.ts";

export interface MigrationStatement {
  readonly tag: string;
  readonly node: unknown;
  readonly sql: string;
  /** What it makes may be gone when it is taken back. */
  readonly mayBeGone?: boolean;
}

/** The statement makes an object, whose own undo tolerates that a later statement removed it or what it hung on. */
function makes<T extends NodeTag>(
  tag: T,
  node: NodeOf<T>,
  { created, mayBeGone }: Following,
  family: ObjectFamily,
  names: readonly string[],
  { unless = false, suffix = "" } = {},
): Derivation | undefined {
  // IF NOT EXISTS and OR REPLACE make nothing for certain, but in a schema that is new itself.
  if (unless && !(names.length > 1 && created.has("schema", names.slice(0, 1)))) return undefined;
  created.add(family, names, suffix);
  return () => undoOf(tag, node, { ...ALONE, ifExists: mayBeGone() });
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

/** The same for what also has a name of its own on its relation, by which it may be removed again. */
function hangsNamed<T extends NodeTag>(
  tag: T,
  node: NodeOf<T>,
  following: Following,
  relation: readonly string[],
  part: { readonly family: PartFamily; readonly name: string | undefined; readonly replace?: boolean | undefined },
): Derivation | undefined {
  const onMade = hangsOn(tag, node, following, relation);
  if (onMade === undefined && part.replace !== true) following.created.add(part.family, relation, `.${part.name}`);
  return onMade;
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
  CreateTrigStmt: (node, following) => {
    const part = { family: "trigger", name: node.trigname, replace: node.replace } as const;
    return hangsNamed("CreateTrigStmt", node, following, rangeNames(node.relation), part);
  },
  RuleStmt: (node, following) => {
    const part = { family: "rule", name: node.rulename, replace: node.replace } as const;
    return hangsNamed("RuleStmt", node, following, rangeNames(node.relation), part);
  },
  CreatePolicyStmt: (node, following) => {
    const part = { family: "policy", name: node.policy_name } as const;
    return hangsNamed("CreatePolicyStmt", node, following, rangeNames(node.table), part);
  },
  CreateStatsStmt: (node, following) => {
    const names = namesOf(node.defnames);
    const relation = rangeNames(nodeAs(node.relations?.[0], "RangeVar"));
    const onMadeTable = hangsOn("CreateStatsStmt", node, following, relation);
    if (names.length === 0) return onMadeTable;
    if (onMadeTable !== undefined) following.created.add("statistics", names);
    const unless = node.if_not_exists === true;
    return onMadeTable ?? makes("CreateStatsStmt", node, following, "statistics", names, { unless });
  },
  AlterTableStmt: followAlterTable,
  RenameStmt: followRename,
  AlterObjectSchemaStmt: (node, { created, mayBeGone }) => {
    const { relation, newschema = "" } = node;
    if (relation === undefined) return undefined;
    const from = rangeNames(relation);
    const object = created.move("relation", from, [newschema, ...from.slice(-1)]);
    const derive = (): readonly UndoItem[] => undoOf("AlterObjectSchemaStmt", node, ALONE);
    return object === undefined ? derive : tolerant(derive, mayBeGone);
  },
  AlterPolicyStmt: (node, following) => {
    const names = rangeNames(node.table);
    return unlessMade("relation", names, following) ?? unlessMade("policy", names, following, `.${node.policy_name}`);
  },
  AlterStatsStmt: (node, following) => unlessMade("statistics", namesOf(node.defnames), following),
  // A made sequence that a column owns would go with the table, and then not be found.
  AlterSeqStmt: (node, { created, mayBeGone }) => {
    if (!created.has("relation", rangeNames(node.sequence))) return undefined;
    const options = (node.options ?? []).filter((option) => nodeAs(option, "DefElem")?.defname === "owned_by");
    if (options.length === 0) return nothing;
    return tolerant(() => undoOf("AlterSeqStmt", { ...node, options }, ALONE), mayBeGone);
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
      const part = partFamily(removeType);
      if (part === undefined) return !created.drop(family, names, suffix);
      return !(created.has(family, names) || created.drop(part, names, `.${namesOf(object).at(-1)}`));
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

/** A part of a relation that the migration made takes its comment along. */
function onMadePart(type: ObjectType | undefined, object: PgNode | undefined, { created }: Following) {
  const names = namesOf(object);
  const family = partFamily(type);
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

/**
 * Properties of objects, which go with them; the object may be one that the text does not name as made, such as the
 * constraint that PostgreSQL named itself.
 */
const PROPERTIES: ReadonlySet<string> = new Set(["CommentStmt", "GrantStmt", "AlterOwnerStmt", "AlterPublicationStmt"]);

/** Follows a migration from its first statement to its last, noting what it makes. */
export class UndoInMigration {
  readonly #following: Omit<Following, "mayBeGone">;

  constructor(statements: readonly MigrationStatement[]) {
    this.#following = {
      created: new CreatedObjects(),
      makesRoles: statements.some(({ tag }) => tag === "CreateRoleStmt"),
    };
  }

  follow({ tag, node, mayBeGone: isTakenAlong = false }: MigrationStatement): Derivation {
    if (movesSearchPath(tag, node)) this.#following.created.forgetUnqualified();
    const follow = (FOLLOW as Partial<Record<string, Follow<never>>>)[tag];
    const isLost = this.#following.created.watchLosses();
    const mayBeGone = (): boolean => isTakenAlong || isLost();
    const followed = follow?.(node as never, { ...this.#following, mayBeGone });
    if (followed !== undefined) return followed;
    const derive = (): readonly UndoItem[] => undoOf(tag, node, { ...ALONE, ifExists: mayBeGone() });
    return PROPERTIES.has(tag) ? tolerant(derive, mayBeGone) : derive;
  }
}
