/**
 * That nothing would run, without a full stop.
 *
 * @param to the migration up to which was asked, which there is
 */
export const nothingPending = (to: string | undefined): string =>
  to === undefined ? "Nothing is pending" : `${to} is in force already, and nothing before it is pending`;
