/**
 * Does a piece of work for each item, a few at a time, and gives the results in the order of the items: trials wait for
 * leases and processes most of their time.
 *
 * @throws the first error, when what was going on beside it has ended
 */
export async function sideBySide<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  width = 3,
): Promise<readonly R[]> {
  const results: R[] = [];
  const errors: unknown[] = [];
  const queue = [...items.entries()];
  const one = async (): Promise<void> => {
    for (let next = queue.shift(); next !== undefined && errors.length === 0; next = queue.shift()) {
      const [index, item] = next;
      try {
        results[index] = await work(item);
      } catch (error) {
        errors.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: width }, one));
  if (errors.length > 0) throw errors[0];
  return results;
}
