import type { App, Digit } from '#media/embedded/app-stack.ts';
import { AudioFrame } from '#media/embedded/audio-frame.ts';
import { Eavesdropping, type HeardBy } from '#media/embedded/taps/eavesdropping.ts';

/** What its keys are to FreeSWITCH, as seen from the channel that is listened to: `1` speaks to those it talks with, `2` to itself. */
const commands: Readonly<Record<string, HeardBy>> = {
  0: { party: false, others: false },
  1: { party: false, others: true },
  2: { party: true, others: false },
  3: { party: true, others: true },
};

/**
 * `eavesdrop <uuid>`: hears a channel and who talks with it until one of them is gone. `eavesdrop_whisper_bleg=true`: the channel hears the
 * listener from the beginning; `eavesdrop_whisper_aleg=true`: those it talks with do. Keys are commands (`*` ends it), unless
 * `eavesdrop_enable_dtmf` is set and not true: then they wait for the application that comes next.
 */
export const eavesdrop: App = (channel, argument, end) => {
  const { engine, variables } = channel;
  const target = engine.channels.get(argument.trim());
  if (!target || target === channel) {
    channel.log('warn', 'nobody to listen to', { application: 'eavesdrop' });
    return '_none_';
  }
  const tap = new Eavesdropping({
    party: variables.isTrue('eavesdrop_whisper_bleg'),
    others: variables.isTrue('eavesdrop_whisper_aleg'),
  });
  target.taps.attach(tap, false);
  const frame = new AudioFrame();
  const keys = variables.get('eavesdrop_enable_dtmf') === undefined || variables.isTrue('eavesdrop_enable_dtmf');
  const digit = ({ digit }: Digit) => {
    if (digit === '*') return end();
    tap.heardBy = commands[digit] ?? tap.heardBy;
  };
  return {
    tick: () => {
      if (tap.over) return end();
      if (tap.next(frame)) channel.speak(frame);
      else channel.speakIdle();
    },
    heard: (said) => tap.voice(said.samples()),
    digit: keys ? digit : undefined,
    abort: () => target.taps.remove(tap),
  };
};
