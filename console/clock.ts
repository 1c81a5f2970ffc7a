/** The only place where the page meets time: milliseconds since the epoch, and waits that can be called off. */
export const nowMs = (): number => Date.now();

/** Calls it once after so many milliseconds; what is returned calls that off. */
export function after(ms: number, run: () => void): () => void {
  const timer = setTimeout(run, ms);
  return () => clearTimeout(timer);
}

/** Calls it every so many milliseconds; what is returned ends that. */
export function every(ms: number, run: () => void): () => void {
  const timer = setInterval(run, ms);
  return () => clearInterval(timer);
}
