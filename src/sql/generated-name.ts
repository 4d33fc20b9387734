/** NAMEDATALEN - 1: what PostgreSQL keeps of a name, in bytes. */
export const MAX_NAME_BYTES = 63;

/** What fits into so many bytes, without cutting a character (`pg_mbcliplen`). */
export function clipName(text: string, bytes: number = MAX_NAME_BYTES): string {
  let end = 0;
  let size = 0;
  for (const character of text) {
    size += Buffer.byteLength(character);
    if (size > bytes) break;
    end += character.length;
  }
  return text.slice(0, end);
}

/**
 * The name that PostgreSQL puts together of a table, of columns or the like, and a label such as `idx`: the longer of
 * the first two gives way until all fits.
 *
 * Source: `makeObjectName` in PostgreSQL's `src/backend/commands/indexcmds.c`.
 */
export function makeObjectName(first: string, second: string | undefined, label: string): string {
  const room = MAX_NAME_BYTES - Buffer.byteLength(label) - 1 - (second === undefined ? 0 : 1);
  let left = Buffer.byteLength(first);
  let right = second === undefined ? 0 : Buffer.byteLength(second);
  while (left + right > room) {
    if (left > right) left--;
    else right--;
  }
  return [clipName(first, left), ...(second === undefined ? [] : [clipName(second, right)]), label].join("_");
}

/**
 * The names of columns as the middle of such a name, as many as a name may show.
 *
 * Source: `ChooseIndexNameAddition` in `src/backend/commands/indexcmds.c`, and its like for foreign keys.
 */
export function joinNames(names: readonly string[]): string {
  let joined = "";
  for (const name of names) {
    joined += joined === "" ? name : `_${name}`;
    if (Buffer.byteLength(joined) > MAX_NAME_BYTES) break;
  }
  return joined;
}
