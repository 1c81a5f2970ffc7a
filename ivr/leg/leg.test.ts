import { describe, expect, it } from 'vitest';
import { MovedClock } from '../testing/moved-clock.ts';
import { PlayedDialog } from '../testing/played-dialog.ts';
import { PlayedEndpoint } from '../testing/played-endpoint.ts';
import { digitOfInfo, Leg, LegEnded } from './leg.ts';

const never = new AbortController().signal;

function leg({ dialog = new PlayedDialog(), endpoint = new PlayedEndpoint() } = {}) {
  return { dialog, endpoint, leg: new Leg('outside', dialog, endpoint.real, new MovedClock()) };
}

describe('a leg', () => {
  it('hears digits in the sound and in SIP INFO', async () => {
    const sound = leg();
    sound.endpoint.press('7');
    expect(await sound.leg.digits.next(0, never)).toBe('7');
    const info = leg();
    info.dialog.info('application/dtmf-relay', 'Signal=8\r\nDuration=160');
    expect(await info.leg.digits.next(0, never)).toBe('8');
  });

  it('counts a key that comes in both ways once', async () => {
    const { leg: both, dialog, endpoint } = leg();
    dialog.info('application/dtmf', '1');
    endpoint.press('1');
    dialog.info('application/dtmf', '2');
    expect([await both.digits.next(0, never), await both.digits.next(0, never)]).toEqual(['1', '2']);
  });

  it('answers an offer of other media by the endpoint, and an INVITE without one by what was agreed', async () => {
    const { dialog, endpoint } = leg();
    expect(await dialog.offer('')).toBe('our SDP');
    expect(endpoint.told).toEqual([]);
    expect(await dialog.offer('other media')).toBe('our SDP');
    expect(endpoint.told).toEqual(['connect to other media']);
  });

  it('lives until something ends it', () => {
    const { leg: living } = leg();
    expect([living.ended.aborted, living.ending]).toEqual([false, undefined]);
  });

  it.each([
    { by: 'peer' as const, is: 'phone' },
    { by: 'server' as const, is: 'sip-server' },
  ])('that is ended by a BYE of the $by ends, its endpoint with it', ({ by, is }) => {
    const { leg: ended, dialog, endpoint } = leg();
    dialog.hangUp({ by, reason: 'Q.850;cause=31', q850: 31 });
    expect(ended.ending).toEqual({ by: is, cause: 'Q.850;cause=31', q850: 31 });
    expect(ended.ended.reason).toBeInstanceOf(LegEnded);
    expect(ended.ended.reason).toMatchObject({ side: 'outside', ending: ended.ending });
    expect(endpoint.told).toEqual(['end']);
    expect(dialog.byes).toEqual([31]);
  });

  it('that the media server ends sends BYE to its phone', () => {
    const { leg: ended, dialog, endpoint } = leg();
    endpoint.vanish('MEDIA_TIMEOUT');
    expect(ended.ending).toEqual({ by: 'media-server', cause: 'MEDIA_TIMEOUT', q850: undefined });
    expect(dialog.byes).toEqual([16]);
  });

  it('has ended from the start when its endpoint was gone before it began', () => {
    const endpoint = new PlayedEndpoint();
    endpoint.vanish('closed');
    const { leg: ended, dialog } = leg({ endpoint });
    expect(ended.ending).toEqual({ by: 'media-server', cause: 'closed', q850: undefined });
    expect(dialog.byes).toEqual([16]);
  });

  it('is ended by us with the cause we give, at both of its ends, once both are gone', async () => {
    const { leg: ended, dialog, endpoint } = leg();
    let gone = (): void => undefined;
    dialog.end = (q850) => {
      dialog.byes.push(q850);
      return new Promise((resolve) => (gone = resolve));
    };
    let over = false;
    const end = ended.end(41, 'shutdown').then(() => (over = true));
    expect(ended.ending).toEqual({ by: 'us', cause: 'shutdown', q850: 41 });
    await Promise.resolve();
    expect([dialog.byes, endpoint.told, over]).toEqual([[41], ['end'], false]);
    gone();
    await end;
  });

  it('is ended by us with a normal release unless something else is said', async () => {
    const { leg: ended, dialog } = leg();
    await ended.end();
    expect(ended.ending).toEqual({ by: 'us', cause: 'done', q850: 16 });
    expect(dialog.byes).toEqual([16]);
  });

  it('ends without complaint when neither of its ends can be told', async () => {
    const { leg: ended, dialog, endpoint } = leg();
    dialog.end = () => Promise.reject(new Error('no SIP server'));
    endpoint.end = () => Promise.reject(new Error('no media server'));
    await ended.end();
    expect(ended.ending?.by).toBe('us');
  });

  it('keeps its first ending', async () => {
    const { leg: ended, dialog, endpoint } = leg();
    dialog.hangUp({ reason: 'first' });
    endpoint.vanish('second');
    await ended.end(41, 'third');
    expect(ended.ending).toEqual({ by: 'phone', cause: 'first', q850: undefined });
  });
});

describe('the digit of a SIP INFO', () => {
  it.each([
    ['application/dtmf-relay', 'Signal=5\r\nDuration=160', '5'],
    ['application/DTMF-Relay; charset=utf-8', 'Duration=160\r\nsignal = *\r\n', '*'],
    ['application/dtmf-relay', 'Signal=#', '#'],
    ['application/dtmf-relay', 'Signal=12', undefined],
    ['application/dtmf-relay', '5', undefined],
    ['application/dtmf', ' 9 ', '9'],
    ['application/dtmf', 'Signal=9', undefined],
    ['application/dtmf', '95', undefined],
    ['text/application/dtmf', '9', undefined],
    ['text/plain', '9', undefined],
    ['', '', undefined],
  ])('of %s with %j is %s', (type, body, digit) => {
    expect(digitOfInfo(type, body)).toBe(digit);
  });
});
