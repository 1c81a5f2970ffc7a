import type { Clock } from '#sip-stack/clock.ts';

/** `pdd`: from the INVITE to the first 180 or later response; `answer`: to the 200. Seconds. */
export type CallTimes = (what: 'pdd' | 'answer', direction: 'in' | 'out', seconds: number) => void;

/** Measures one call from now on; what is returned is told every response. */
export const measure = (clock: Clock, tell: CallTimes, direction: 'in' | 'out'): ((status: number) => void) => {
  const start = clock.now();
  let alerted = false;
  let answered = false;
  return (status) => {
    const seconds = (clock.now() - start) / 1000;
    if (!alerted && status >= 180) {
      alerted = true;
      tell('pdd', direction, seconds);
    }
    if (!answered && status === 200) {
      answered = true;
      tell('answer', direction, seconds);
    }
  };
};
