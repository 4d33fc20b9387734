/** Facts of a generated list that hold on servers of a major, as their words. PostgreSQL 14 is taken for 15. */
export function factsOfMajor(list: string, major: number): readonly (readonly string[])[] {
  const asked = Math.max(major, FIRST);
  return list
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "))
    .filter((words) => words.every((word) => holds(word, asked)))
    .map((words) => words.filter((word) => !BOUND.test(word)));
}

const FIRST = 15;
const BOUND = /^[<>]=\d+$/;

function holds(word: string, major: number): boolean {
  if (!BOUND.test(word)) return true;
  const bound = Number(word.slice(2));
  return word.startsWith(">") ? major >= bound : major <= bound;
}
