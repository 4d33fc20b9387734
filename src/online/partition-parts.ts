import type { Constraint } from "../catalog/model/constraint.ts";
import type { Table } from "../catalog/model/table.ts";
import { nodesAs } from "../sql/node-as.ts";
import { quoteIdentifier, quoteQualified } from "../sql/quote.ts";
import { addConstraintOnline } from "./add-constraint.ts";
import { createIndexOnline } from "./create-index.ts";
import { createLike, optionsText } from "./index-definition.ts";
import { contextAfter, type OnlineContext, stateAfter, type Written, written } from "./online-context.ts";
import { AS_WRITTEN, brief, type OnlineForm, type Piece, pieces } from "./piece.ts";

/**
 * What a table lacks of its future parent's indexes and foreign keys, made by the names and in the forms in which
 * PostgreSQL would make it.
 *
 * @param statement the ATTACH PARTITION
 * @returns pieces, or why there are none
 */
export function missingParts(parent: Table, partition: Table, statement: Written, context: OnlineContext): OnlineForm {
  const made = stateAfter(context, statement).table(partition);
  const knownIndexes = new Set(partition.indexes.map(({ name }) => name));
  const knownKeys = new Set(partition.constraints.map(({ name }) => name));
  const indexes = (made?.indexes ?? []).filter(({ name }) => !knownIndexes.has(name));
  const keys = (made?.constraints ?? []).filter(
    ({ name, type, validated }) => type === "foreign key" && validated && !knownKeys.has(name),
  );
  const wanted = [
    ...indexes.flatMap((index) => {
      const like = parent.indexes.find(({ name }) => name === index.parent?.name);
      const key = parent.constraints.find((one) => "index" in one && one.index === like?.name);
      if (like === undefined) return [];
      return key === undefined
        ? [createLike(like, partition, index.name)]
        : (addKey(partition, key, index.name, like.options) ?? []);
    }),
    ...keys.flatMap((key) => {
      const like = parent.constraints.find(({ name }) => name === key.parent?.name);
      return like === undefined ? [] : (addKey(partition, like, key.name) ?? []);
    }),
  ];
  const done: Piece[] = [];
  let now = context;
  for (const sql of wanted) {
    const form = formOf(written(sql), partition, now);
    if (form.kind === "refused" || form.kind === "sweep") return form;
    const more = form.kind === "pieces" ? form.pieces : [brief(sql)];
    done.push(...more);
    now = contextAfter(now, more);
  }
  return pieces(...done);
}

/** Undefined where the catalog has no text of it, as for one that the same plan makes. */
function addKey(
  table: Table,
  { definition }: Constraint,
  name: string,
  options: Readonly<Record<string, string>> = {},
): string | undefined {
  if (definition === "") return undefined;
  const settings = optionsText(options);
  const at = settings === "" ? definition.length : definition.search(/( DEFERRABLE| INITIALLY DEFERRED|$)/);
  const text = `${definition.slice(0, at)}${settings === "" ? "" : ` WITH (${settings})`}${definition.slice(at)}`;
  return `ALTER TABLE ${quoteQualified(table)} ADD CONSTRAINT ${quoteIdentifier(name)} ${text}`;
}

function formOf(statement: Written, partition: Table, context: OnlineContext): OnlineForm {
  const { parsed, sql } = statement;
  if (context.state.isNew(partition)) return AS_WRITTEN;
  if (parsed.tag === "IndexStmt") return createIndexOnline(parsed.node, statement, context);
  const [command] = parsed.tag === "AlterTableStmt" ? nodesAs(parsed.node.cmds, "AlterTableCmd") : [];
  if (command === undefined) return AS_WRITTEN;
  const head = `ALTER TABLE ${quoteQualified(partition)}`;
  const table = context.state.table(partition) ?? partition;
  const text = sql.slice(head.length + 1);
  return addConstraintOnline({ command, text, head, statement, table, only: false, original: context }, context);
}
