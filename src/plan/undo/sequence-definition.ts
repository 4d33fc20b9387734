import { each, type StatementsExpression, text } from "./sql-text.ts";

/** The options of the `pg_sequence` row `s`, each led by `word`: nothing, or SET for an identity column. */
export const sequenceOptions = (word: "" | "SET "): string =>
  text`${`'${word}'`}INCREMENT BY ${"s.seqincrement"} ${`'${word}'`}MINVALUE ${"s.seqmin"} ${`'${word}'`}MAXVALUE ${"s.seqmax"} ${`'${word}'`}START WITH ${"s.seqstart"} ${`'${word}'`}CACHE ${"s.seqcache"} ${`'${word}'`}${"CASE WHEN s.seqcycle THEN 'CYCLE' ELSE 'NO CYCLE' END"}`;

/** A field of the one row of the sequence whose OID is given; no catalog shows `last_value` before the first call. */
const stateOf = (sequence: string, field: string, pattern: string): string =>
  `substring(query_to_xml('SELECT ${field} AS field FROM ' || ${sequence}::regclass, true, false, '')::text from '<field>(${pattern})</field>')`;

/** Sets the sequences `s` (pg_sequence) that `from` yields to where they stand now. */
export const restoreSequencePosition = (from: string): StatementsExpression =>
  each(
    text`SELECT pg_catalog.setval(${"quote_literal(s.seqrelid::regclass)"}, ${stateOf("s.seqrelid", "last_value", "-?[0-9]+")}, ${stateOf("s.seqrelid", "is_called", "[a-z]+")})`,
    from,
  );
