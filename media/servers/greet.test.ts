import { createServer, type AddressInfo, type Socket } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { startMediaServer } from '../embedded/server.ts';
import { greet } from './greet.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** An event socket that says what the test wants. */
async function socketThat(speaks: (socket: Socket) => void): Promise<number> {
  const open = new Set<Socket>();
  const server = createServer((socket) => {
    open.add(socket);
    socket.on('error', () => undefined);
    speaks(socket);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  ends.push(() => {
    for (const socket of open) socket.destroy();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

const greets = (port: number, secret = 'secret', withinMs = 5_000) =>
  greet({ host: '127.0.0.1', port, secret }, withinMs);

/** Lets everybody in and answers `sofia status` with this. */
const withProfiles = (table: string) => (socket: Socket) => {
  socket.write('Content-Type: auth/request\n\n');
  socket.on('data', (asked) => {
    if (String(asked).startsWith('auth ')) socket.write('Content-Type: command/reply\nReply-Text: +OK accepted\n\n');
    else {
      const [one, two] = [table.slice(0, 30), table.slice(30)];
      socket.write(`Content-Type: api/response\nContent-Length: ${table.length}\n\n${one}`, () => socket.write(two));
    }
  });
};

test('a media server that can be used is greeted, one whose secret is another is not', async () => {
  const server = await startMediaServer({
    sip: { host: '127.0.0.1', port: 0 },
    eventSocket: { host: '127.0.0.1', port: 0, password: 'secret' },
    rtp: { host: '127.0.0.1', portMin: 0, portMax: 0 },
  });
  ends.push(() => server.close());
  await greets(server.eventSocketPort);
  await expect(greets(server.eventSocketPort, 'another')).rejects.toThrow('refused our secret');
});

test.each([
  ['runs', 'RUNNING (0)', undefined],
  ['is stopped', 'DOWN', 'runs no profile drachtio_mrf'],
])('its profile %s', async (_what, state, fault) => {
  const table = `  drachtio_mrf\tprofile\tsip:mod_sofia@10.0.0.5:5080\t${state}\n1 profile 0 aliases\n`;
  const greeting = greets(await socketThat(withProfiles(table)));
  if (fault === undefined) await greeting;
  else await expect(greeting).rejects.toThrow(fault);
});

test('an access list that refuses us is told', async () => {
  const port = await socketThat((socket) => socket.write('Content-Type: text/rude-rejection\nContent-Length: 24\n\n'));
  await expect(greets(port)).rejects.toThrow('its access list refuses us');
});

test('one that says nothing is not waited for', async () => {
  await expect(greets(await socketThat(() => undefined), 'secret', 50)).rejects.toThrow('no answer within 50 ms');
});

test('one that hangs up at once, or is not there, or speaks without an end, cannot be used', async () => {
  await expect(greets(await socketThat((socket) => socket.end()))).rejects.toThrow('it closed the connection');
  await expect(greets(1)).rejects.toThrow('ECONNREFUSED');
  await expect(greets(await socketThat((socket) => socket.write('x'.repeat(70_000))))).rejects.toThrow('too much');
});
