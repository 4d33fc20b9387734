/** A stretch of lines of a file. */
export interface Section {
  readonly firstLine: number;
  readonly text: string;
}

export interface Sections {
  readonly up?: Section;
  readonly down?: Section;
  /** The lines above the first marker, and those of `up`, all at their places: where our own directives may stand. */
  readonly leading: string;
}

type Direction = "up" | "down";

/**
 * Cuts a file at its marker lines. Where a direction has several stretches, the lines between them are left empty, so
 * that a line of the section is always the line of the file.
 */
export function cutSections(text: string, marker: (line: string) => Direction | undefined): Sections {
  const lines = text.split("\n");
  const owners: (Direction | "marker" | undefined)[] = [];
  let current: Direction | undefined;
  for (const line of lines) {
    const opened = marker(line);
    owners.push(opened === undefined ? current : "marker");
    current = opened ?? current;
  }
  const cut = (direction: Direction): Section | undefined => {
    const opened = lines.findIndex((line) => marker(line) === direction);
    if (opened === -1) {
      return undefined;
    }
    const first = opened + 1;
    const last = owners.lastIndexOf(direction);
    const kept = lines.slice(first, last + 1).map((line, index) => (owners[first + index] === direction ? line : ""));
    return { firstLine: first + 1, text: kept.join("\n") };
  };
  const up = cut("up");
  const down = cut("down");
  const leading = lines.map((line, index) => (owners[index] === undefined || owners[index] === "up" ? line : ""));
  return {
    leading: leading.join("\n"),
    ...(up === undefined ? {} : { up }),
    ...(down === undefined ? {} : { down }),
  };
}

/**
 * The statement end that must stand in place of a tool's own separator: none where `before` is closed already,
 * because tools do not ask for a semicolon in front of their separators but PostgreSQL does.
 */
export function statementEnd(before: string): "" | ";" {
  return /(^|;)\s*$/.test(before) ? "" : ";";
}
