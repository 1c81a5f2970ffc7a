import { describe, expect, it } from 'vitest';
import { MediaServerUnavailable, type Endpoint } from '#media/endpoint.ts';
import type { MediaServers } from '#media/servers/media-servers.ts';
import { invite } from '../testing/knock.ts';
import { MovedClock } from '../testing/moved-clock.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { pickUp } from './pick-up.ts';

/** A media server that shakes hands with the caller before it has an endpoint, as FreeSWITCH does with browsers. */
function shaking() {
  let stands: (endpoint: Endpoint) => void = () => undefined;
  let fails: (error: Error) => void = () => undefined;
  const wanted: unknown[] = [];
  const media = {
    endpointFor: (sdp: string, beside?: string, onAnswer?: (localSdp: string) => void) => {
      wanted.push(sdp, beside);
      onAnswer?.('our answer');
      return new Promise<Endpoint>((resolve, reject) => ([stands, fails] = [resolve, reject]));
    },
  };
  const refused: number[] = [];
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const platform = { clock: new MovedClock(), log, media: media as unknown as MediaServers };
  return {
    ...{ wanted, refused },
    stands: (endpoint: Endpoint) => stands(endpoint),
    fails: (error: Error) => fails(error),
    pick: (call: Parameters<typeof pickUp>[0]) =>
      pickUp(call, 'inside', platform, (status) => void refused.push(status), 'of the talk'),
  };
}

describe('a call from a browser', () => {
  it('is answered before its endpoint stands, and is up once it does', async () => {
    const { pick, stands, wanted } = shaking();
    const { incoming, answers, decided } = invite();
    const picked = pick(incoming);
    await decided;
    expect(answers).toEqual(['our answer']);
    const endpoint = new PlayedEndpoint('of the page');
    stands(endpoint.real);
    expect((await picked)?.endpoint.id).toBe('of the page');
    expect(wanted).toEqual(['the SDP of the caller', 'of the talk']);
  });

  it('is ended, and not left on a silent line, when the two do not shake hands', async () => {
    const { pick, fails, refused } = shaking();
    const { incoming, decided, dialog } = invite();
    const picked = pick(incoming);
    await decided;
    fails(new Error('no handshake'));
    expect(await picked).toBeUndefined();
    expect([dialog.byes, refused]).toEqual([[41], []]);
  });

  it('that is cancelled while it is answered leaves no endpoint behind', async () => {
    const { pick, stands } = shaking();
    const { incoming, cancel } = invite({
      answer: () => {
        cancel();
        return Promise.reject(new Error('cancelled'));
      },
    });
    expect(await pick(incoming)).toBeUndefined();
    const late = new PlayedEndpoint('late');
    stands(late.real);
    await expect.poll(() => late.real.gone.aborted).toBe(true);
  });
});

it('a call for which there is no media is refused, and not answered', async () => {
  const refused: number[] = [];
  const { incoming, answers } = invite();
  const media = { endpointFor: () => Promise.reject(new MediaServerUnavailable('lost')) } as unknown as MediaServers;
  const log = { info: () => undefined, warn: () => undefined, error: () => undefined };
  const platform = { clock: new MovedClock(), log, media };
  expect(await pickUp(incoming, 'inside', platform, (status) => void refused.push(status))).toBeUndefined();
  expect([answers, refused]).toEqual([[], [503]]);
});
