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
