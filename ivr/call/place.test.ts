import { describe, expect, it } from 'vitest';
import type { PlannedDialog } from '#sip-proxy/planned-dialog.ts';
import { readTrunks } from '#sip-proxy/trunks/trunk.ts';
import { MovedClock, turns } from '../testing/moved-clock.ts';
import { notedRecord } from '../testing/noted-record.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import type { Network } from '../testing/played-servers.ts';
import { failed, offerOfTheirs, patient, PlayedMedia, PlayedSip, rings } from '../testing/played-servers.ts';
import { watched } from '../testing/watched.ts';
import type { Placing } from './place.ts';
import { place } from './place.ts';

const trunks = readTrunks(
  JSON.stringify([
    { name: 'first', host: '192.0.2.1', callerId: '+12135550000', username: 'us', password: 'not to be seen' },
    { name: 'second', host: '192.0.2.2', port: 5070 },
  ]),
);

const failing: Network = () => failed(486);

function world(...network: Network[]) {
  const clock = new MovedClock();
  const noted = notedRecord();
  const [sip, media] = [new PlayedSip(...network), new PlayedMedia()];
  const caller = new AbortController();
  const sent: string[] = [];
  const planned: PlannedDialog[] = [];
  const run = (changes: Partial<Placing> = {}) =>
    place(
      {
        ...{ phone: undefined, trunks, number: '+12135550142', callingNumber: '+18669490290', ringSeconds: 45 },
        beside: 'endpoint inside',
        onPlanned: async (plan, { id }) => {
          planned.push(plan);
          sent.push(`planned with ${id}`);
        },
        onSent: ({ callId }) => void sent.push(callId),
        signal: caller.signal,
        ...changes,
      },
      { sip: sip.real, media: media.real, clock, record: noted.record },
    );
  return { run, clock, noted, media, dialled: sip.dialled, endpoints: media.endpoints, caller, sent, planned };
}

describe('a called number', () => {
  it('that has a registered phone rings there, where its REGISTER came from, and nowhere else', async () => {
    const { run, dialled, endpoints } = world(rings(failed(503)));
    const phone = { uri: 'sip:home1@10.0.0.5', via: 'sip:203.0.113.9:4000;transport=udp' };
    expect(await run({ phone })).toEqual({ kind: 'ended', end: { status: 503, q850: undefined } });
    expect(dialled).toMatchObject([{ ...phone, callingNumber: '+18669490290', sdp: 'our SDP' }]);
    expect(endpoints.map(({ told }) => told)).toEqual([['end']]);
  });

  it('that is answered in a browser makes the offer, and is answered once', async () => {
    const { run, dialled, endpoints, media } = world(rings({ kind: 'answered', dialog: new PlayedDialog() }));
    const phone = { uri: 'sip:home1@a1b2.invalid;transport=ws', browser: true } as const;
    const placed = await run({ phone });
    expect(media.offers).toEqual([offerOfTheirs]);
    // One of its own, beside that which stood before it answered.
    expect(media.besides).toEqual(['endpoint inside', 'endpoint 1']);
    expect(endpoints.map(({ told }) => told)).toEqual([['end'], []]);
    expect(placed).toMatchObject({ kind: 'answered', endpoint: { id: 'endpoint 2' } });
    expect(dialled[0]).toMatchObject({ uri: phone.uri });
    expect(dialled[0]).not.toHaveProperty('browser');
  });

  it('cannot be called without a trunk, and needs no endpoint then', async () => {
    const { run, endpoints } = world();
    expect(await run({ trunks: [] })).toEqual({ kind: 'ended', end: { local: 'no-trunk' } });
    expect(endpoints).toEqual([]);
  });

  it('that answers is connected at once, and rings no longer', async () => {
    const dialog = new PlayedDialog();
    const { run, clock, noted, endpoints } = world(rings({ kind: 'answered', dialog }, 183));
    const placed = await run();
    expect(placed).toMatchObject({ kind: 'answered', dialog });
    expect(endpoints.map(({ told }) => told)).toEqual([['connect to the SDP of the phone']]);
    expect(noted.events).toEqual([
      { kind: 'progress', data: { leg: 'outside', route: 'first', status: 183 } },
      { kind: 'answered', data: { leg: 'outside', route: 'first' } },
    ]);
    expect([clock.waits, dialog.byes]).toEqual([[], []]);
  });

  it('that answers with media nobody understands is hung up again', async () => {
    const dialog = new PlayedDialog();
    const { run, endpoints } = world((dialling) => {
      const [endpoint] = endpoints;
      if (endpoint) endpoint.connectTo = () => Promise.reject(new Error('no codec'));
      return rings({ kind: 'answered', dialog })(dialling);
    });
    await expect(run()).rejects.toThrow('no codec');
    expect(dialog.byes).toEqual([41]);
    expect(endpoints.map(({ told }) => told)).toEqual([['end']]);
  });

  it('tells of every INVITE before it leaves, with the endpoint that is to hear the answer, and when it has', async () => {
    const sends: Network = ({ plan, onSent }) => {
      onSent?.({ callId: plan.callId, transactionId: 't' });
      return failed(503);
    };
    const { run, sent, planned, dialled } = world(sends, sends);
    await run();
    const [first, second] = planned;
    expect(dialled.map(({ plan }) => plan)).toEqual([first, second]);
    expect(first?.callId).not.toBe(second?.callId);
    expect(sent).toEqual(['planned with endpoint 1', first?.callId, 'planned with endpoint 2', second?.callId]);
  });

  it('does not ring before it is written down that it will', async () => {
    let write = (): void => undefined;
    const written = new Promise<void>((resolve) => (write = resolve));
    const { run, dialled } = world(failing);
    const placed = run({ onPlanned: () => written });
    await turns();
    expect(dialled).toEqual([]);
    write();
    await placed;
    expect(dialled).toHaveLength(1);
  });

  it('does not ring when that cannot be written down', async () => {
    const { run, dialled, endpoints } = world();
    await expect(run({ onPlanned: () => Promise.reject(new Error('refused')) })).rejects.toThrow('refused');
    expect([dialled, endpoints.map(({ told }) => told)]).toEqual([[], [['end']]]);
  });

  it('does not ring when the caller hangs up while it is written down', async () => {
    const { run, dialled, caller, endpoints } = world();
    const placed = run({ onPlanned: () => new Promise(() => undefined) });
    await turns();
    caller.abort();
    expect(await placed).toEqual({ kind: 'ended', end: { local: 'caller-cancelled' } });
    expect([dialled, endpoints.map(({ told }) => told)]).toEqual([[], [['end']]]);
  });
});

describe('the trunks of a called number', () => {
  it('are tried in order when one fails, each with its own caller and password', async () => {
    const { run, dialled, endpoints, noted } = world(rings(failed(503, 34), 100), rings(failed(486)));
    expect(await run()).toEqual({ kind: 'ended', end: { status: 486, q850: undefined } });
    expect(dialled).toMatchObject([
      {
        uri: 'sip:+12135550142@192.0.2.1:5060;user=phone;transport=udp',
        callingNumber: '+12135550000',
        auth: { username: 'us', password: 'not to be seen' },
      },
      { uri: 'sip:+12135550142@192.0.2.2:5070;user=phone;transport=udp', callingNumber: '+18669490290' },
    ]);
    expect(dialled[1]).not.toHaveProperty('auth');
    expect(endpoints.map(({ told }) => told)).toEqual([['end'], ['end']]);
    expect(noted.of('failed')).toEqual([
      { leg: 'outside', route: 'first', status: 503, q850: 34 },
      { leg: 'outside', route: 'second', status: 486, q850: undefined },
    ]);
    expect(JSON.stringify(noted.events)).not.toContain('not to be seen');
  });

  it('are not tried further once a phone has rung', async () => {
    for (const status of [180, 183]) {
      const { run, dialled } = world(rings(failed(503), 100, status, 100));
      expect(await run()).toMatchObject({ end: { status: 503 } });
      expect(dialled).toHaveLength(1);
    }
  });

  it.each([408, 503])('that all stay silent are no phone that was not picked up (%i made here)', async (status) => {
    const { run, dialled } = world(rings(failed(status)), rings(failed(status)));
    expect(await run()).toEqual({ kind: 'ended', end: { local: 'no-response' } });
    expect(dialled).toHaveLength(2);
  });

  it('that say themselves that nobody answered are believed', async () => {
    const { run, dialled } = world(rings(failed(408), 100));
    expect(await run()).toEqual({ kind: 'ended', end: { status: 408, q850: undefined } });
    expect(dialled).toHaveLength(1);
  });
});

describe('ringing', () => {
  it('ends after its time, and no other trunk is tried', async () => {
    const { run, clock, dialled, endpoints } = world(patient);
    const placed = watched(run());
    await clock.move(44_999);
    expect(placed.over).toBe(false);
    await clock.move(1);
    expect(placed.result).toEqual({ kind: 'ended', end: { local: 'ring-timeout' } });
    expect(dialled).toHaveLength(1);
    expect(endpoints.map(({ told }) => told)).toEqual([['end']]);
  });

  it('ends when the caller leaves', async () => {
    const { run, clock, caller } = world(patient);
    const placed = watched(run());
    await turns();
    caller.abort();
    await turns();
    expect(placed.result).toEqual({ kind: 'ended', end: { local: 'caller-cancelled' } });
    expect(clock.waits).toEqual([]);
  });

  it('ends a second later when the phone is gone and never confirms it', async () => {
    const { run, clock, caller, endpoints } = world(({ onProvisional }) => {
      onProvisional?.(180);
      return new Promise(() => undefined);
    });
    const placed = watched(run());
    await turns();
    caller.abort();
    await clock.move(999);
    expect(placed.over).toBe(false);
    await clock.move(1);
    expect(placed.result).toEqual({ kind: 'ended', end: { local: 'caller-cancelled' } });
    expect(endpoints.map(({ told }) => told)).toEqual([['end']]);
    expect(clock.waits).toEqual([]);
  });
});
