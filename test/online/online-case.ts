/** A migration, the database that it finds, and what is to be seen of its plan. */
export interface OnlineCase {
  readonly name: string;
  /** Builds tables with rows. */
  readonly given: string;
  readonly migration: string;
  /** What comes to the same, where PostgreSQL refuses the migration as it is written. */
  readonly asWritten?: string;
  /** A query for rows that are not as they should be in the end. */
  readonly wrong?: string;
  /** What counts as brief; absent: nothing does. */
  readonly briefSeconds?: number;
  /** First and last server major that it is for. */
  readonly since?: number;
  readonly until?: number;
  /** Beginnings of the statements that run, in their order; absent: as they come. */
  readonly runs?: readonly string[];
  /** The planner finds no form: what it says of it. */
  readonly refused?: RegExp;
  /** A column that gets other values moves behind the others. */
  readonly anyOrder?: true;
  /** What may be otherwise than as written: paths into the catalog. */
  readonly differs?: RegExp;
  /** A reason why one of its short locks lies over work all the same. */
  readonly worksUnderLock?: string;
}

/** The cases that servers of this major can run. */
export const casesOn = (major: number, all: readonly OnlineCase[]): readonly OnlineCase[] =>
  all.filter(({ since = 0, until = 99 }) => since <= major && major <= until);
