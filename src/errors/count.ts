/** `1 step`, `2 steps`: how many of what, wherever people read it. */
export function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? "" : "s"}`;
}
