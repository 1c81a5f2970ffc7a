import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { drained, RtpPort } from './rtp-port.ts';

test('all that has come is read before a call is over, also what a process that stood still finds', async () => {
  const port = await RtpPort.open('127.0.0.1');
  const sender = createSocket('udp4');
  sender.connect(port.local.port, port.local.address);
  await once(sender, 'connect');
  // In one turn, so that none of them is read meanwhile.
  for (let nth = 0; nth < 200; nth++) sender.send(Buffer.alloc(172));
  await drained(() => port.packets);
  expect(port.packets).toBe(200);
  sender.close();
  port.close();
});
