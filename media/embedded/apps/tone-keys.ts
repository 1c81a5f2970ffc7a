import { ToneKeys } from '#media/dtmf/tone-keys.ts';
import type { App } from '#media/embedded/app-stack.ts';

const NONE = '_none_';

/**
 * `start_dtmf`, `spandsp_start_dtmf`: from now on keys are heard in what the party says. Not of one that has telephone events, as long as it
 * has them: FreeSWITCH would take each key twice.
 */
export const startDtmf: App = (channel) => {
  if (channel.leg.agreement?.eventType !== null) channel.log('warn', 'keys come as events, tones are not listened for');
  channel.tones ??= new ToneKeys();
  return NONE;
};

export const stopDtmf: App = (channel) => {
  channel.tones = undefined;
  return NONE;
};
