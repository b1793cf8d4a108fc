/** What was thrown, in words. For the tap's thread, whose bundle must stay small. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}
