/** The database's default may be another isolation level, under which the lease could not be checked. */
export const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE";
