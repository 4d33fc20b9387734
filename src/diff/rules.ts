import type { Element } from "./element.ts";
import type { ElementKind, ElementValues } from "./element-values.ts";
import type { Rule } from "./rule.ts";
import { AGGREGATE } from "./rules/aggregate.ts";
import { CLUSTER_MARK } from "./rules/cluster-mark.ts";
import { COLLATION } from "./rules/collation.ts";
import { COLUMN } from "./rules/column.ts";
import { COMPOSITE } from "./rules/composite.ts";
import { CONSTRAINT } from "./rules/constraint.ts";
import { CONSTRAINT_INDEX } from "./rules/constraint-index.ts";
import { DEFAULT } from "./rules/default.ts";
import { DEFAULT_PRIVILEGES } from "./rules/default-privileges.ts";
import { DOMAIN } from "./rules/domain.ts";
import { DOMAIN_CONSTRAINT } from "./rules/domain-constraint.ts";
import { ENUM } from "./rules/enum.ts";
import { EVENT_TRIGGER } from "./rules/event-trigger.ts";
import { EXTENSION } from "./rules/extension.ts";
import { FOREIGN_DATA_WRAPPER } from "./rules/foreign-data-wrapper.ts";
import { FOREIGN_SERVER } from "./rules/foreign-server.ts";
import { IDENTITY_SEQUENCE } from "./rules/identity-sequence.ts";
import { INDEX } from "./rules/index.ts";
import { INHERITANCE } from "./rules/inheritance.ts";
import { MATERIALIZED_VIEW } from "./rules/materialized-view.ts";
import { POLICY } from "./rules/policy.ts";
import { PUBLICATION } from "./rules/publication.ts";
import { PUBLISHED_TABLE } from "./rules/published-table.ts";
import { RANGE } from "./rules/range.ts";
import { REPLICA_IDENTITY } from "./rules/replica-identity.ts";
import { REWRITE_RULE } from "./rules/rewrite-rule.ts";
import { ROUTINE } from "./rules/routine.ts";
import { SCHEMA } from "./rules/schema.ts";
import { SEQUENCE } from "./rules/sequence.ts";
import { SEQUENCE_OWNER } from "./rules/sequence-owner.ts";
import { STATISTICS_OBJECT } from "./rules/statistics-object.ts";
import { SUBSCRIPTION } from "./rules/subscription.ts";
import { TABLE } from "./rules/table.ts";
import { TRIGGER } from "./rules/trigger.ts";
import { UNMODELLED } from "./rules/unmodelled.ts";
import { USER_MAPPING } from "./rules/user-mapping.ts";
import { VIEW } from "./rules/view.ts";
import { sameValue } from "./same-value.ts";

/** A kind without a rule is told as a change that no statement leads to. */
const RULES: { readonly [K in ElementKind]?: Rule<ElementValues[K]> } = {
  schema: SCHEMA,
  table: TABLE,
  column: COLUMN,
  default: DEFAULT,
  constraint: CONSTRAINT,
  "constraint index": CONSTRAINT_INDEX,
  index: INDEX,
  inheritance: INHERITANCE,
  "replica identity": REPLICA_IDENTITY,
  "cluster mark": CLUSTER_MARK,
  sequence: SEQUENCE,
  "sequence owner": SEQUENCE_OWNER,
  "identity sequence": IDENTITY_SEQUENCE,
  aggregate: AGGREGATE,
  collation: COLLATION,
  composite: COMPOSITE,
  "default privileges": DEFAULT_PRIVILEGES,
  domain: DOMAIN,
  "domain constraint": DOMAIN_CONSTRAINT,
  enum: ENUM,
  "event trigger": EVENT_TRIGGER,
  extension: EXTENSION,
  "foreign data wrapper": FOREIGN_DATA_WRAPPER,
  "foreign server": FOREIGN_SERVER,
  "materialized view": MATERIALIZED_VIEW,
  policy: POLICY,
  publication: PUBLICATION,
  "published table": PUBLISHED_TABLE,
  range: RANGE,
  rule: REWRITE_RULE,
  routine: ROUTINE,
  statistics: STATISTICS_OBJECT,
  subscription: SUBSCRIPTION,
  trigger: TRIGGER,
  unmodelled: UNMODELLED,
  "user mapping": USER_MAPPING,
  view: VIEW,
};

/** The rule of the element's kind, which asks for values of that kind and gets them. */
export const ruleOf = ({ kind }: Element): Rule<unknown> | undefined => RULES[kind] as Rule<unknown> | undefined;

/** Whether two elements of the same identity are the same, apart from owner, comment and grants. */
export const isAlike = (before: Element, after: Element): boolean =>
  before.kind === after.kind && (ruleOf(after)?.alike?.(before, after) ?? sameValue(before.value, after.value));
