/**
 * Statements that make values print the same on every server, and names mean the server's own. Rows that row security
 * would hide make a query fail, so that nobody takes them for missing.
 */
export const READING_SETTINGS: readonly string[] = [
  "SET LOCAL search_path = pg_catalog",
  "SET LOCAL TimeZone = 'UTC'",
  "SET LOCAL DateStyle = 'ISO, YMD'",
  "SET LOCAL IntervalStyle = 'postgres'",
  "SET LOCAL extra_float_digits = 1",
  "SET LOCAL bytea_output = 'hex'",
  "SET LOCAL xmlbinary = 'base64'",
  "SET LOCAL lc_monetary = 'C'",
  "SET LOCAL row_security = off",
  "SET LOCAL jit = off",
  // Thousands of groups are kept in memory.
  "SET LOCAL work_mem = '64MB'",
];
