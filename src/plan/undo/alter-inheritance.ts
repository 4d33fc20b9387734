import type { RangeVar } from "libpg-query";
import { nodeAs } from "../../sql/node-as.ts";
import type { UndoItem } from "../plan.ts";
import type { Alteration, AlterationUndo } from "./alteration.ts";
import { capture, refused } from "./capture.ts";
import { relationOid, relationTarget, T_NAME } from "./relation.ts";
import { one, refuseWhen, type StatementsExpression, text } from "./sql-text.ts";

const OTHER = "t.other_oid::regclass";

const withOther = (
  { relation }: Alteration,
  other: RangeVar | undefined,
  ...statements: readonly StatementsExpression[]
): UndoItem => capture(`${relationTarget(relation, { other_oid: relationOid(other) })}`, ...statements);

export const addInherit: AlterationUndo = (alteration) => {
  const parent = nodeAs(alteration.command.def, "RangeVar");
  return [withOther(alteration, parent, one(text`ALTER TABLE ${T_NAME} NO INHERIT ${OTHER}`))];
};

/** What was only inherited becomes the child's own, which INHERIT does not turn back. */
export const dropInherit: AlterationUndo = (alteration) => {
  const parent = nodeAs(alteration.command.def, "RangeVar");
  const onlyInherited = `EXISTS (SELECT FROM pg_attribute a WHERE a.attrelid = t.oid AND a.attinhcount > 0
      AND NOT a.attislocal AND NOT a.attisdropped)
    OR EXISTS (SELECT FROM pg_constraint k WHERE k.conrelid = t.oid AND k.coninhcount > 0 AND NOT k.conislocal)`;
  const notLast = `EXISTS (SELECT FROM pg_inherits i JOIN pg_inherits l ON l.inhrelid = i.inhrelid AND l.inhseqno > i.inhseqno
      WHERE i.inhrelid = t.oid AND i.inhparent = t.other_oid)`;
  return [
    withOther(
      alteration,
      parent,
      refuseWhen(onlyInherited, text`columns or constraints of ${T_NAME} are only inherited and would become its own`),
      refuseWhen(notLast, text`${T_NAME} has further parents, whose order would change`),
      one(text`ALTER TABLE ${T_NAME} INHERIT ${OTHER}`),
    ),
  ];
};

/** The names of what a partition has of its own, as SQL constants that an undo compares with. */
const ownNames = (partition: string): string =>
  `(SELECT quote_literal(coalesce(array_agg(n.name), '{}')::text) FROM (
      SELECT k.conname AS name FROM pg_constraint k WHERE k.conrelid = ${partition}
      UNION ALL SELECT x.relname FROM pg_index i JOIN pg_class x ON x.oid = i.indexrelid WHERE i.indrelid = ${partition}
    ) n)`;

/**
 * Attaching builds the indexes and foreign keys that the partition lacks, and detaching leaves them. Their names are
 * known only afterwards, so the undo looks for them: what hangs on the parent's and was not there before.
 */
export const attachPartition: AlterationUndo = (alteration) => {
  const { name: partition, bound } = nodeAs(alteration.command.def, "PartitionCmd") ?? {};
  if (bound === undefined) {
    return refused(`an index attached to ${alteration.relation?.relname} cannot be detached`);
  }
  const partitionName = "quote_literal(t.other_oid::regclass::text)";
  return [
    withOther(
      alteration,
      partition,
      one(text`DO $undo$
DECLARE
  partition constant regclass := ${partitionName};
  kept constant name[] := ${ownNames("t.other_oid")};
  leftover text;
  leftovers text[];
BEGIN
  SELECT array_agg(l.sql ORDER BY l.sql) INTO leftovers FROM (
    SELECT format('ALTER TABLE %s DROP CONSTRAINT IF EXISTS %I', partition, k.conname) FROM pg_constraint k
    WHERE k.conrelid = partition AND k.conparentid <> 0 AND k.conname <> ALL (kept)
    UNION ALL
    SELECT format('DROP INDEX IF EXISTS %s', i.indexrelid::regclass) FROM pg_index i
    JOIN pg_inherits h ON h.inhrelid = i.indexrelid JOIN pg_class x ON x.oid = i.indexrelid
    WHERE i.indrelid = partition AND x.relname <> ALL (kept)
      AND NOT EXISTS (SELECT FROM pg_constraint k WHERE k.conindid = i.indexrelid AND k.conrelid = partition)
  ) l(sql);
  ALTER TABLE ${T_NAME} DETACH PARTITION ${OTHER};
  FOREACH leftover IN ARRAY coalesce(leftovers, '{}') LOOP
    EXECUTE leftover;
  END LOOP;
END
$undo$`),
    ),
  ];
};

/** DETACH CONCURRENTLY leaves the partition's bound as a CHECK constraint; only that one is removed. */
const dropBoundCheck = text`DO $undo$
DECLARE
  partition constant regclass := ${"quote_literal(t.other_oid::regclass::text)"};
  kept constant name[] := ${ownNames("t.other_oid")};
  path constant text := current_setting('search_path');
  leftover name;
BEGIN
  PERFORM set_config('search_path', '', true);
  FOR leftover IN SELECT k.conname FROM pg_constraint k WHERE k.conrelid = partition AND k.contype = 'c'
    AND k.conname <> ALL (kept)
    AND pg_get_constraintdef(k.oid) = ${"quote_literal('CHECK (' || pg_get_partition_constraintdef(t.other_oid) || ')')"}
  LOOP
    EXECUTE format('ALTER TABLE %s DROP CONSTRAINT %I', partition, leftover);
  END LOOP;
  PERFORM set_config('search_path', path, true);
END
$undo$`;

export const detachPartition: AlterationUndo = (alteration) => {
  const detach = nodeAs(alteration.command.def, "PartitionCmd");
  const bound = "(SELECT pg_get_expr(c.relpartbound, c.oid) FROM pg_class c WHERE c.oid = t.other_oid)";
  return [
    withOther(
      alteration,
      detach?.name,
      one(text`ALTER TABLE ${T_NAME} ATTACH PARTITION ${OTHER} ${bound}`),
      ...(detach?.concurrent === true ? [one(dropBoundCheck)] : []),
    ),
  ];
};
