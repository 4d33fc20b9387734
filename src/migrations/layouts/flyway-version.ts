/** `1_10` and `1.10.0` are one version. Returns undefined for what is no version. */
export function flywayVersion(text: string): string | undefined {
  if (!/^\d+([._]\d+)*$/.test(text)) {
    return undefined;
  }
  const parts = text.split(/[._]/).map((part) => BigInt(part).toString());
  while (parts.length > 1 && parts.at(-1) === "0") {
    parts.pop();
  }
  return parts.join(".");
}

/** The key of a repeatable migration: the tool keeps its description and no version. */
export const flywayRepeatable = (description: string): string => `R__${description}`;

/** Compares numbers with dots part by part; a missing part counts as 0. */
export function compareVersions(a: string, b: string): number {
  const left = a.split(".");
  const right = b.split(".");
  for (let part = 0; part < Math.max(left.length, right.length); part++) {
    const difference = BigInt(left[part] ?? "0") - BigInt(right[part] ?? "0");
    if (difference !== 0n) {
      return difference < 0n ? -1 : 1;
    }
  }
  return 0;
}
