/** What became of a promise so far. */
export function watched<T>(promise: Promise<T>) {
  const seen: { result?: T; error?: unknown; over: boolean } = { over: false };
  promise.then(
    (result) => Object.assign(seen, { result, over: true }),
    (error: unknown) => Object.assign(seen, { error, over: true }),
  );
  return seen;
}
