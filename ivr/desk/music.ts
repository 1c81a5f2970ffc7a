import type { Endpoint } from '#media/endpoint.ts';

/** Music that goes round until it is stopped. */
export interface Music {
  /** Resolves when nothing is heard of it any more. */
  stop(): Promise<void>;
}

/** Plays a file round and round to whoever waits, as long as their leg is there (`signal`: it is not). */
export function playMusic(endpoint: Endpoint, path: string, signal: AbortSignal): Music {
  let playing = endpoint.play(path);
  let stopped = false;
  const round = async () => {
    while ((await playing.ended) === 'played' && !stopped) playing = endpoint.play(path);
  };
  const over = round().catch(() => undefined);
  return {
    stop: async () => {
      stopped = true;
      playing.stop();
      if (!signal.aborted) await over;
    },
  };
}
