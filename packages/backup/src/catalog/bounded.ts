/** Applies `work` to all items, at most `limit` at once, results in order. The first failure stops what has not begun. */
export async function mapBounded<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const todo = items.entries();
  let failed = false;
  async function worker(): Promise<void> {
    for (const [at, item] of todo) {
      if (failed) return;
      try {
        results[at] = await work(item);
      } catch (thrown) {
        failed = true;
        throw thrown;
      }
    }
  }
  const settled = await Promise.allSettled(Array.from({ length: Math.min(limit, items.length) }, worker));
  for (const one of settled) if (one.status === 'rejected') throw one.reason;
  return results;
}
