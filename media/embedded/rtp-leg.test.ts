import { setFlagsFromString } from 'node:v8';
import { runInThisContext } from 'node:vm';
import { expect, test } from 'vitest';
import { RtpLeg, type MediaAgreement, type RtpSocket } from './rtp-leg.ts';

const nowhere: RtpSocket = {
  address: () => ({ address: '127.0.0.1', port: 20_000 }),
  connect: () => undefined,
  disconnect: () => undefined,
  send: () => undefined,
  on: () => undefined,
  close: () => undefined,
};

test('what was agreed on has one shape in all legs, however it was made: every packet looks at it', () => {
  setFlagsFromString('--allow-natives-syntax');
  const haveOneShape = runInThisContext('(a, b) => %HaveSameMap(a, b)') as (a: unknown, b: unknown) => boolean;
  const agreed = (codec: 'G722' | undefined): MediaAgreement => ({
    ...(codec ? { law: 'PCMU', codec } : { law: 'PCMA' }),
    ...{ audioType: 8, eventType: 101, remote: null, sends: true, receives: true },
  });
  const [one, other] = [agreed('G722'), agreed(undefined)].map((agreement) => {
    const leg = new RtpLeg(nowhere, () => 0);
    leg.agree(agreement);
    expect(leg.agreement).toMatchObject(agreement);
    return leg.agreement;
  });
  expect(haveOneShape(one, other)).toBe(true);
  setFlagsFromString('--no-allow-natives-syntax');
});
