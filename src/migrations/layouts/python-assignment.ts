/**
 * The strings that a module assigns to a name at its top level: `name = "a"`, `name: Type = ("a", "b")`,
 * `name = None`. Returns undefined where the name is not assigned, or not to such a literal.
 */
export function pythonStrings(text: string, name: string): string[] | undefined {
  const start = new RegExp(`^${name}[ \\t]*(?::[^=\\n]*)?=[ \\t]*`, "m").exec(text);
  if (start === null) {
    return undefined;
  }
  const rest = text.slice(start.index + start[0].length);
  if (/^None\b/.test(rest)) {
    return [];
  }
  const single = STRING.exec(rest);
  if (single !== null) {
    return [single[2] ?? ""];
  }
  return /^[([{]/.test(rest) ? sequence(rest.slice(1)) : undefined;
}

const STRING = /^[rRuU]?(["'])((?:(?!\1)[^\\\n])*)\1/;
const GAP = /^(?:[\s,]|#[^\n]*)+/;

function sequence(text: string): string[] | undefined {
  const strings: string[] = [];
  let rest = text;
  for (;;) {
    rest = rest.replace(GAP, "");
    if (/^[)\]}]/.test(rest)) {
      return strings;
    }
    const string = STRING.exec(rest);
    if (string === null) {
      return undefined;
    }
    strings.push(string[2] ?? "");
    rest = rest.slice(string[0].length);
  }
}
