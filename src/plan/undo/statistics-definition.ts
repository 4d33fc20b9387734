import { dotted, namesOf } from "../../sql/object-name.ts";
import type { PgNode } from "../../sql/parse-statement.ts";
import { quoteLiteral } from "../../sql/quote.ts";
import { one, type StatementsExpression, text, when } from "./sql-text.ts";

const NAME = "(t.stxnamespace::regnamespace || '.' || quote_ident(t.stxname))";
const COMMENT = "obj_description(t.oid, 'pg_statistic_ext')";

/** `SET STATISTICS` of the object `t`; the default is -1, from 17 on null. */
export const restoreStatisticsTarget = text`ALTER STATISTICS ${NAME} SET STATISTICS ${"coalesce(t.stxstattarget, -1)"}`;

/** Everything that makes the dropped statistics object `t` (pg_statistic_ext) the one it was, but for ANALYZE's work. */
export const restoreStatistics: readonly StatementsExpression[] = [
  one(text`${"pg_get_statisticsobjdef(t.oid)"}`),
  one(text`ALTER STATISTICS ${NAME} OWNER TO ${"quote_ident(pg_get_userbyid(t.stxowner))"}`),
  when("coalesce(t.stxstattarget, -1) <> -1", restoreStatisticsTarget),
  one(text`COMMENT ON STATISTICS ${NAME} IS ${`quote_literal(${COMMENT})`}`),
];

/** Target of a capture: the statistics object of that name; no to_reg… function knows them. */
export function statisticsNamed(object: PgNode | readonly PgNode[] | undefined): string {
  const names = namesOf(object);
  const [name = ""] = names.slice(-1);
  const schema =
    names.length > 1
      ? `s.stxnamespace = to_regnamespace(${quoteLiteral(dotted(names.slice(0, 1)))})`
      : "pg_statistics_obj_is_visible(s.oid)";
  return `SELECT s.* FROM pg_statistic_ext s WHERE s.stxname = ${quoteLiteral(name)} AND ${schema}`;
}
