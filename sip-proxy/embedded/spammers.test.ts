import { afterEach, describe, expect, it } from 'vitest';
import type { HeaderValues } from '#sip-stack/message.ts';
import { soon } from './testing/soon.ts';
import { Stage } from './testing/stage.ts';
import type { Spammers } from './spammers.ts';

let stage: Stage;
afterEach(() => stage.close());

const values = { 'user-agent': ['scan'], from: ['evil'], to: ['sipvicious'] };
const open = async (action: Spammers['action']) => {
  stage = await Stage.open({ spammers: { action, values } });
  return stage.phone();
};

describe('a scanner', () => {
  it.each<[string, HeaderValues]>([
    ['its User-Agent', { 'User-Agent': 'friendly-scanner' }],
    ['whom it calls from', { From: '<sip:evil1@127.0.0.1>;tag=1' }],
    ['whom it calls', { To: '<sip:sipvicious@127.0.0.1>' }],
  ])('is declined by %s', async (_what, headers) => {
    const phone = await open('reject');
    await phone.ask('OPTIONS', headers).response(603);
    expect(stage.server.metrics().refused).toEqual({ 603: 1 });
  });

  it('hears nothing when it is to hear nothing, and nothing is kept for it', async () => {
    const phone = await open('discard');
    const asked = phone.ask('INVITE', { 'User-Agent': 'scan' });
    await soon(() => stage.server.metrics().received['INVITE']).toBe(1);
    stage.clock.advance(300);
    await phone.ask('OPTIONS').response(503);
    expect(asked.responses.rest).toEqual([]);
    expect(stage.server.metrics().sent).toEqual({ 'OPTIONS 503': 1 });
  });

  it('is nobody else', async () => {
    const phone = await open('reject');
    await phone.ask('OPTIONS', { 'User-Agent': 'Scan', From: '<sip:ann@evil>;tag=1', 'X-A': 'scan' }).response(503);
  });
});
