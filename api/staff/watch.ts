/** How often it is looked whether the session of a stream is still good. Milliseconds. */
export const STREAM_CHECK_MS = 5_000;

/**
 * A stream of events lasts no longer than the session that asked for it: whoever is signed out, or left for too long, hears no more. `gone` is aborted
 * then. A look that fails says nothing; the next one does.
 */
export function watchStream(gone: AbortController, isOpen: () => Promise<boolean>, everyMs = STREAM_CHECK_MS): void {
  const timer = setInterval(() => {
    isOpen().then(
      (open) => open || gone.abort(),
      () => undefined,
    );
  }, everyMs);
  if (gone.signal.aborted) clearInterval(timer);
  else gone.signal.addEventListener('abort', () => clearInterval(timer), { once: true });
}
