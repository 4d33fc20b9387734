import type { Table } from "../../catalog/model/table.ts";
import type { CatalogState } from "../../catalog/state/catalog-state.ts";
import type { WrittenName } from "../../catalog/state/relation.ts";
import { nodeAs } from "../../sql/node-as.ts";
import { nodesOfType } from "../../sql/nodes-of-type.ts";
import { namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import type { EffectSet } from "../effect-set.ts";
import { lockNamed } from "../lock-named.ts";
import { parsedQueries } from "../lock-sources.ts";
import { relationsIn } from "../relations-in.ts";

/** Locks the sequences that a query's nextval and the like name; functions of the user's own are left unchecked. */
export function lockSequences(tree: unknown, state: CatalogState, effects: EffectSet): void {
  for (const { funcname, args } of nodesOfType(tree, "FuncCall")) {
    const [name = "", schema] = namesOf(funcname).toReversed();
    const sequence = SEQUENCE_FUNCTIONS.has(name) ? sequenceIn(args?.[0]) : undefined;
    if (sequence !== undefined) lockNamed(sequence, state, effects, "sequence", "ROW EXCLUSIVE", "sequence");
    else if (schema !== "pg_catalog" && state.routinesNamed({ schema, name }).length > 0) {
      effects.leaveUnchecked(`what the function ${name} does is not looked into`);
    }
  }
}

const SEQUENCE_FUNCTIONS: ReadonlySet<string> = new Set(["nextval", "currval", "setval"]);

/** The name in `nextval('s')` or `nextval('s'::regclass)`. */
function sequenceIn(argument: PgNode | undefined): WrittenName | undefined {
  const constant = nodeAs(nodeAs(argument, "TypeCast")?.arg ?? argument, "A_Const");
  const text = constant?.sval?.sval;
  return text === undefined ? undefined : relationsIn(parsedQueries(`SELECT FROM ${text}`))[0]?.name;
}

/** Locks the sequences behind the columns that an INSERT leaves to their defaults. */
export function lockDefaults(table: Table, given: ReadonlySet<string>, state: CatalogState, effects: EffectSet): void {
  for (const { name, identity, default: text } of table.columns) {
    if (given.has(name)) continue;
    if (identity !== undefined) effects.lock(identity.sequence, "sequence", "sequence", "ROW EXCLUSIVE");
    if (text !== undefined) lockSequences(parsedQueries(`SELECT ${text}`), state, effects);
  }
}
