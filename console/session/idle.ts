/** How long before the end it is told, seconds. */
export const WARNING_SECONDS = 60;
/** How often somebody who only reads and types is told to the server as present, seconds. */
export const PRESENT_SECONDS = 60;

export type Idle =
  { readonly state: 'used' } | { readonly state: 'warned'; readonly secondsLeft: number } | { readonly state: 'over' };

/** How a session stands that was last used at `usedMs` and ends after `idleSeconds` without use. */
export function idleOf(usedMs: number, nowMs: number, idleSeconds: number): Idle {
  const secondsLeft = Math.ceil((usedMs + idleSeconds * 1000 - nowMs) / 1000);
  if (secondsLeft <= 0) return { state: 'over' };
  return secondsLeft <= WARNING_SECONDS ? { state: 'warned', secondsLeft } : { state: 'used' };
}

/** Whether somebody who did something at `nowMs` is to be told to the server, which heard of them at `usedMs`. */
export const isToBeTold = (usedMs: number, nowMs: number): boolean => nowMs - usedMs >= PRESENT_SECONDS * 1000;
