import { describe, expect, it } from 'vitest';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { Leg } from '../leg/leg.ts';
import { MovedClock } from '../testing/moved-clock.ts';
import { conclusion, leftBefore } from './conclusion.ts';
import { legReference } from './leg-reference.ts';

describe('a leg that leaves before the talk', () => {
  it.each([
    ['phone', 'Q.850;cause=16', 'caller-hung-up'],
    ['phone', 'closed', 'caller-hung-up'],
    ['sip-server', undefined, 'caller-hung-up'],
    ['media-server', 'NORMAL_CLEARING', 'caller-hung-up'],
    ['media-server', 'closed', 'media-lost'],
    ['us', 'shutdown', 'shutdown'],
  ] as const)('by the %s (%s): %s', (by, cause, disposition) => {
    expect(leftBefore({ by, cause, q850: undefined }, 'caller-hung-up')).toBe(disposition);
  });
});

describe('a conclusion', () => {
  it('is as usual for its disposition', () => {
    expect(conclusion('busy')).toEqual({ disposition: 'busy', endedBy: 'outside', q850: 17 });
  });

  it('says what the call knew better', () => {
    const known = { endedBy: 'inside', q850: 31, sipStatus: 480 } as const;
    expect(conclusion('talked', known)).toEqual({ disposition: 'talked', ...known });
  });
});

it('a leg is referred to by its dialog and its endpoint', () => {
  const leg = new Leg('inside', new PlayedDialog(), new PlayedEndpoint('uuid-1').real, new MovedClock());
  expect(legReference(leg)).toEqual({
    sipCallId: 'sip-call-1',
    localTag: 'ours',
    remoteTag: 'theirs',
    dialogId: 'dialog-1',
    remoteTarget: 'sip:phone@127.0.0.1:5999',
    endpointUuid: 'uuid-1',
  });
});
