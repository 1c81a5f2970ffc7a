/** A line whose prompts and keys nobody writes down: what is said names balances, what is typed may be a card. */
export const unwritten = (callId: string) => ({
  callId,
  states: {},
  write: () => undefined,
  settled: () => Promise.resolve(),
});
