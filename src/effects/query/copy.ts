import { stringsOf } from "../../sql/strings-of.ts";
import type { Family } from "../family.ts";
import { lockNamed } from "../lock-named.ts";
import { lockSources } from "../lock-sources.ts";
import { writtenName } from "../written-name.ts";
import { lockInsertPartners } from "./lock-partners.ts";
import { lockDefaults, lockSequences } from "./lock-sequences.ts";

/** COPY: of a table it reads that table's own rows alone; what it brings in goes to partitions as with INSERT. */
export const copy: Family<"CopyStmt"> = (node, state, effects) => {
  if (node.relation === undefined) {
    lockSources(node.query, state, effects, "run");
    lockSequences(node.query, state, effects);
    return;
  }
  const name = writtenName(node.relation);
  const target = lockNamed(name, state, effects, "target", node.is_from === true ? "ROW EXCLUSIVE" : "ACCESS SHARE");
  const table = state.table(name);
  if (node.is_from !== true) {
    if (table?.kind === "partitioned") {
      target.mayFail.push({ sqlState: "42809", reason: `${name.name} is partitioned: COPY (SELECT …) reads it` });
    }
    return;
  }
  if (table === undefined) return;
  if (table.kind === "partitioned") {
    for (const partition of state.descendantsOf(table)) effects.lockTable(partition, "partition", "ROW EXCLUSIVE");
  }
  const columns = node.attlist === undefined ? table.columns.map((column) => column.name) : stringsOf(node.attlist);
  lockDefaults(table, new Set(columns), state, effects);
  lockInsertPartners(table, new Set(columns), state, effects);
};
