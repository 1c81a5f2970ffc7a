import { expect, test, vi } from 'vitest';
import type { Heard } from './ear.ts';
import { Listeners } from './listeners.ts';
import { encoded } from './reference.ts';
import { babble } from './sound.ts';
import { Track } from './track.ts';

test('a sound under something else is searched for once in half a second, however short the track still is', async () => {
  const heard = { likeness: 'mixed' } as Heard;
  const listeners = new Listeners(() => heard);
  const track = new Track();
  const looks = vi.spyOn(track, 'samples', 'get');
  const take = (sound: Uint8Array) => {
    for (let at = 0; at + 160 <= sound.length; at += 160) {
      track.lay(track.length, sound, at, 160, undefined, track.length / 8);
      listeners.look(track, 'PCMU');
    }
  };
  const wanted = babble({ ms: 1_500, seed: 77 });
  const waiting = listeners.add(wanted, { tolerance: 'mixed' }, track, 'PCMU');
  take(encoded(babble({ ms: 4_000, seed: 5 }), 'PCMU'));
  expect(looks.mock.calls.length).toBeLessThanOrEqual(8);
  take(encoded(wanted, 'PCMU'));
  take(encoded(babble({ ms: 600, seed: 6 }), 'PCMU'));
  expect(listeners.any).toBe(false);
  expect(await waiting).toBe(heard);
});
