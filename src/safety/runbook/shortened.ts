const WIDTH = 300;

/** A statement on one line, and not longer than people read. */
export function shortened(sql: string): string {
  const line = sql.replace(/\s+/g, " ").trim();
  return line.length <= WIDTH ? line : `${line.slice(0, WIDTH - 1)}…`;
}
