import type { Endpoint as FsEndpoint, MediaServer as FsServer } from 'drachtio-fsmrf';
import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { Endpoint, endpointCutOff } from './freeswitch.ts';

/** A server that takes every command and dies before it answers; drachtio-fsmrf never settles what was asked of it. */
function dying() {
  const asked: string[] = [];
  const forever = (command: string) => {
    asked.push(command);
    return new Promise<never>(() => undefined);
  };
  const near = Object.assign(new EventEmitter(), { uuid: 'u-1', destroy: () => forever('destroy') });
  const server = { api: forever } as unknown as FsServer;
  return { asked, near, endpoint: new Endpoint(near as unknown as FsEndpoint, server) };
}

test('an endpoint that is being ended as the media server dies is ended', async () => {
  const { asked, near, endpoint } = dying();
  const ended = endpoint.end();
  near.emit('destroy');
  await ended;
  expect(asked).toContain('uuid_kill u-1');
  expect(endpoint.gone.reason).toBe(endpointCutOff);
});

test('an endpoint that has ended is asked nothing more', async () => {
  const { asked, near, endpoint } = dying();
  near.emit('destroy', { reason: 'NORMAL_CLEARING' });
  await endpoint.end();
  expect(asked).toEqual([]);
});

const sdpWith = (...lines: string[]): string => ['v=0', 'm=audio 4000 RTP/AVP 0 101', ...lines, ''].join('\r\n');
const withEvents = sdpWith('a=rtpmap:101 telephone-event/8000');

test.each([
  ['is listened to for tones when it has no telephone events', [sdpWith()], ['start_dtmf']],
  ['is not when it has', [withEvents], []],
  ['is listened to once, and no more when it has them after all', [sdpWith(), sdpWith(), withEvents], ['start_dtmf', 'stop_dtmf']], // prettier-ignore
])('a far end %s', async (_what, descriptions, expected) => {
  const done: string[] = [];
  const near = Object.assign(new EventEmitter(), {
    ...{ uuid: 'u-1', local: { sdp: 'ours' }, modify: async () => undefined },
    execute: async (app: string) => void done.push(app),
  });
  const endpoint = new Endpoint(near as unknown as FsEndpoint, {} as FsServer);
  for (const sdp of descriptions) expect(await endpoint.connectTo(sdp)).toBe('ours');
  expect(done).toEqual(expected);
});

test.each([
  ['three seconds of silence unless told', [], 3],
  ['the silence that is told', [5], 5],
])('a voice ends after %s', async (_what, silence, seconds) => {
  const done: string[] = [];
  const near = Object.assign(new EventEmitter(), {
    uuid: 'u-1',
    execute: async (app: string, arg: string) => {
      done.push(`${app} ${arg}`);
      const headers: Record<string, string> = { 'Application-Response': 'FILE PLAYED', variable_record_ms: '2500' };
      return { getHeader: (name: string) => headers[name] };
    },
  });
  const endpoint = new Endpoint(near as unknown as FsEndpoint, {} as FsServer);
  const { signal } = new AbortController();
  expect(await endpoint.recordVoice('/spool/a.wav', 180, signal, ...silence)).toBe(2.5);
  expect(done).toContain(`record /spool/a.wav 180 100 ${seconds}`);
});
