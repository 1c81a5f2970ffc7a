import { EventEmitter } from 'node:events';
import { beforeEach, expect, it } from 'vitest';
import { OwnPort } from './own-port.ts';

class FakeSocket extends EventEmitter {
  readonly sent: string[] = [];
  closed = 0;
  send(packet: Buffer, port: number, address: string): void {
    this.sent.push(`${packet.toString()} to ${address}:${port}`);
  }
  close(): void {
    this.closed += 1;
  }
  hears(text: string, address: string, port: number): void {
    this.emit('message', Buffer.from(text), { address, port });
  }
}

const PHONE = '192.0.2.1';
let socket: FakeSocket;
let heard: string[];
let path: OwnPort;

beforeEach(() => {
  socket = new FakeSocket();
  heard = [];
  path = new OwnPort(
    socket as never,
    { address: PHONE, port: 4001 },
    () => ({ address: PHONE, port: 4000 }),
    (bytes) => heard.push(bytes.toString()),
  );
});

it('sends where it was told to, and answers the port that the host of the RTP sends from', () => {
  path.send(Buffer.from('a'));
  socket.hears('b', PHONE, 7777);
  path.send(Buffer.from('c'));
  expect(socket.sent).toEqual([`a to ${PHONE}:4001`, `c to ${PHONE}:7777`]);
  path.expect({ address: PHONE, port: 4001 });
  path.send(Buffer.from('d'));
  path.expect({ address: PHONE, port: 5001 });
  path.send(Buffer.from('e'));
  expect(socket.sent.slice(2)).toEqual([`d to ${PHONE}:7777`, `e to ${PHONE}:5001`]);
});

it('hears no other host, and no second port', () => {
  socket.hears('a', '192.0.2.9', 4001);
  socket.hears('b', PHONE, 4001);
  socket.hears('c', PHONE, 4002);
  expect([heard, path.strangers]).toEqual([['b'], 2]);
});

it('is silent and deaf when closed, which it is once', async () => {
  path.close();
  path.close();
  path.send(Buffer.from('a'));
  socket.hears('b', PHONE, 4001);
  await new Promise(setImmediate);
  expect([socket.sent, heard, socket.closed]).toEqual([[], [], 1]);
});
