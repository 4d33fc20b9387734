import type { Constraint as ConstraintNode } from "libpg-query";
import { nodeAs, nodesAs } from "../../../sql/node-as.ts";
import { namesOf } from "../../../sql/object-name.ts";
import type { PgNode } from "../../../sql/parse-statement.ts";
import type { QualifiedName } from "../../model/names.ts";
import type { Domain, DomainConstraint, EnumType } from "../../model/type.ts";
import { objectId } from "../../object-id.ts";
import type { CatalogState } from "../catalog-state.ts";
import { keyOf } from "../key-of.ts";
import { attributeOf, putComposite } from "./alter-composite.ts";
import type { Appliers } from "./applier.ts";
import { collationNamed } from "./build-index.ts";
import { dropObject } from "./drop-object.ts";
import { depend, withField } from "./edit.ts";
import { expressionText } from "./expression-text.ts";
import { freeConstraintName } from "./generated-names.ts";
import { renameLabelInTexts } from "./names-in-texts.ts";
import { nameOfRange, writtenName } from "./nodes.ts";
import { defaultOpclass } from "./opclass.ts";
import { referencesIn, typeId } from "./references.ts";
import { typeReference } from "./type-reference.ts";

/** Where a new object is made. */
export function newName(nodes: readonly PgNode[] | undefined, state: CatalogState): QualifiedName {
  const { schema, name } = writtenName(namesOf(nodes));
  return { schema: schema ?? state.creationSchema, name };
}

export const TYPE_APPLIERS: Appliers = {
  CreateEnumStmt(node, { state }) {
    const name = newName(node.typeName, state);
    state.store.put("enums", keyOf(name), { ...name, owner: state.user, labels: namesOf(node.vals) });
  },
  AlterEnumStmt(node, { state }) {
    const found = state.enumType(writtenName(namesOf(node.typeName)));
    if (found !== undefined) {
      state.store.put("enums", keyOf(found), { ...found, labels: labelsAfter(found, node) });
      if (node.oldVal !== undefined) renameLabelInTexts(state, found, node.oldVal, node.newVal ?? "");
    }
  },
  CompositeTypeStmt(node, { state }) {
    const written = nameOfRange(node.typevar);
    const name = { schema: written.schema ?? state.creationSchema, name: written.name };
    const attributes = nodesAs(node.coldeflist, "ColumnDef").map((one) => attributeOf(one, state));
    putComposite(state, { ...name, owner: state.user, attributes });
  },
  CreateDomainStmt(node, { state }) {
    const name = newName(node.domainname, state);
    const base = typeReference(node.typeName, state);
    const collation = namesOf(node.collClause?.collname);
    const nodes = nodesAs(node.constraints, "Constraint");
    const written = nodes.find(({ contype }) => contype === "CONSTR_DEFAULT")?.raw_expr;
    const key = keyOf(name);
    const preset = written === undefined ? state.store.maps.domains.get(keyOf(base))?.default : expressionText(written);
    state.store.put("domains", key, {
      ...name,
      owner: state.user,
      base,
      ...(collation.length === 0 ? {} : { collation: collationNamed(collation) }),
      // A domain over a domain takes its default over.
      ...(preset === undefined ? {} : { default: preset }),
      notNull: false,
      constraints: [],
    });
    const id = objectId("type", name.schema, name.name);
    depend(state, id, [...typeId(base, state), ...referencesIn(written, state).objects]);
    for (const constraint of nodes) {
      addDomainConstraint(state, name, constraint);
    }
  },
  AlterDomainStmt(node, { state }) {
    const found = state.domain(writtenName(namesOf(node.typeName)));
    if (found !== undefined) {
      alterDomain(state, found, node);
    }
  },
  CreateRangeStmt(node, { state }) {
    const name = newName(node.typeName, state);
    const options = new Map(nodesAs(node.params, "DefElem").map(({ defname = "", arg }) => [defname, arg]));
    const names = (option: string): readonly string[] => namesOf(options.get(option));
    const subtype = typeReference(nodeAs(options.get("subtype"), "TypeName"), state);
    const multirange = names("multirange_type_name");
    const qualified = (parts: readonly string[], schema: string): QualifiedName => ({
      schema: parts.at(-2) ?? schema,
      name: parts.at(-1) ?? "",
    });
    const opclass = names("subtype_opclass");
    const collation = names("collation");
    const diff = names("subtype_diff");
    const canonical = names("canonical");
    const routine = (parts: readonly string[]): QualifiedName => {
      const [own] = state.routinesNamed(writtenName(parts));
      return own === undefined ? qualified(parts, "pg_catalog") : { schema: own.schema, name: own.name };
    };
    state.store.put("ranges", keyOf(name), {
      ...name,
      owner: state.user,
      subtype,
      opclass: opclass.length === 0 ? defaultOpclass(subtype, "btree", state) : qualified(opclass, "pg_catalog"),
      ...(collation.length === 0 ? {} : { collation: collationNamed(collation) }),
      ...(canonical.length === 0 ? {} : { canonical: routine(canonical) }),
      ...(diff.length === 0 ? {} : { subtypeDiff: routine(diff) }),
      multirange:
        multirange.length === 0
          ? { schema: name.schema, name: multirangeName(name.name) }
          : qualified(multirange, name.schema),
    });
    depend(state, objectId("type", name.schema, name.name), typeId(subtype, state));
  },
};

/** `makeMultirangeTypeName`. */
const multirangeName = (name: string): string =>
  name.includes("range") ? name.replace("range", "multirange") : `${name}_multirange`;

function labelsAfter(
  { labels }: EnumType,
  node: {
    readonly oldVal?: string;
    readonly newVal?: string;
    readonly newValNeighbor?: string;
    readonly newValIsAfter?: boolean;
  },
): readonly string[] {
  const { oldVal, newVal = "", newValNeighbor, newValIsAfter } = node;
  if (oldVal !== undefined) {
    return labels.map((label) => (label === oldVal ? newVal : label));
  }
  if (labels.includes(newVal)) {
    return labels;
  }
  const neighbor = newValNeighbor === undefined ? -1 : labels.indexOf(newValNeighbor);
  const place = neighbor === -1 ? labels.length : neighbor + (newValIsAfter === true ? 1 : 0);
  return labels.toSpliced(place, 0, newVal);
}

/** NOT NULL of a domain is a constraint since PostgreSQL 17. */
const FIRST_WITH_NOT_NULL = 17;

function addDomainConstraint(state: CatalogState, name: QualifiedName, node: ConstraintNode): void {
  const domain = state.store.maps.domains.get(keyOf(name));
  if (domain === undefined || (node.contype !== "CONSTR_CHECK" && node.contype !== "CONSTR_NOTNULL")) {
    return;
  }
  const isCheck = node.contype === "CONSTR_CHECK";
  const constraint: DomainConstraint = {
    name:
      node.conname ?? freeConstraintName(state, name.schema, [name.name, undefined, isCheck ? "check" : "not_null"]),
    type: isCheck ? "check" : "not null",
    definition: isCheck ? `CHECK (${expressionText(node.raw_expr)})` : "NOT NULL",
    validated: node.skip_validation !== true,
  };
  const has = isCheck || state.major >= FIRST_WITH_NOT_NULL;
  const constraints = has ? [...domain.constraints, constraint] : domain.constraints;
  state.store.put("domains", keyOf(name), {
    ...domain,
    notNull: domain.notNull || !isCheck,
    constraints: constraints.toSorted((one, other) => (one.name < other.name ? -1 : 1)),
  });
  depend(
    state,
    objectId("domain constraint", name.schema, name.name, constraint.name),
    referencesIn(node.raw_expr, state).objects,
  );
}

function alterDomain(
  state: CatalogState,
  domain: Domain,
  node: { readonly subtype?: string; readonly name?: string; readonly def?: PgNode },
): void {
  const put = (next: Domain): void => state.store.put("domains", keyOf(domain), next);
  const { name = "" } = node;
  switch (node.subtype) {
    case "T":
      put(withField(domain, "default", node.def === undefined ? undefined : expressionText(node.def)));
      break;
    case "N": {
      const notNull = domain.constraints.find(({ type }) => type === "not null");
      if (notNull !== undefined) {
        dropObject(state, objectId("domain constraint", domain.schema, domain.name, notNull.name));
      } else {
        put({ ...domain, notNull: false });
      }
      break;
    }
    case "O":
      addDomainConstraint(state, domain, { contype: "CONSTR_NOTNULL" });
      break;
    case "C": {
      const constraint = nodeAs(node.def, "Constraint");
      if (constraint !== undefined) {
        addDomainConstraint(state, domain, constraint);
      }
      break;
    }
    case "X":
      dropObject(state, objectId("domain constraint", domain.schema, domain.name, name));
      break;
    case "V":
      put({
        ...domain,
        constraints: domain.constraints.map((one) => (one.name === name ? { ...one, validated: true } : one)),
      });
      break;
    default:
  }
}
