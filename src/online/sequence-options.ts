import type { SequenceOptions } from "../catalog/model/sequence.ts";

/** The options of a sequence, as CREATE SEQUENCE and the parentheses of an identity column take them. */
export const sequenceOptions = ({ start, increment, min, max, cache, cycle }: SequenceOptions): string =>
  `START WITH ${start} INCREMENT BY ${increment} MINVALUE ${min} MAXVALUE ${max} CACHE ${cache} ${cycle ? "CYCLE" : "NO CYCLE"}`;
