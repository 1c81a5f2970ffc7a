import { expect, test } from 'vitest';
import { inviting, securedEnd, type InvitingClient } from './inviting.ts';

function played() {
  const sent: (readonly [string, object])[] = [];
  const client: InvitingClient = {
    createUAC: async (uri, options) => {
      sent.push([uri, options]);
      return { remote: { sdp: 'its answer' } };
    },
  };
  return { invite: inviting(client), sent };
}

test('who is secured is described in the INVITE, and has the answer before there is an endpoint', async () => {
  const { invite, sent } = played();
  const told: string[] = [];
  const far = { remoteSdp: 'a browser', onAnswer: (sdp: string) => void told.push(sdp) };
  // As drachtio-fsmrf makes the headers of its INVITE from those that it was given.
  const headers = { ...{ [securedEnd]: far }, 'User-Agent': 'drachtio-fsmrf:1' };
  await invite.createUAC('sip:drachtio@127.0.0.1:5080', { headers });
  expect(sent).toEqual([['sip:drachtio@127.0.0.1:5080', { headers, localSdp: 'a browser' }]]);
  expect(told).toEqual(['its answer']);
});

test('any other INVITE is as it was', async () => {
  const { invite, sent } = played();
  const options = { headers: { 'User-Agent': 'drachtio-fsmrf:1' }, localSdp: 'a telephone' };
  expect(await invite.createUAC('sip:drachtio@127.0.0.1:5080', options)).toMatchObject({
    remote: { sdp: 'its answer' },
  });
  expect(sent).toEqual([['sip:drachtio@127.0.0.1:5080', options]]);
});
