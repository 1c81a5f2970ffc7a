import { fork } from 'node:child_process';
import { join } from 'node:path';
import { writeRtpHeader } from '#media/rtp/packet.ts';
import { beat } from '../phone/beat.ts';
import { RtpPort } from '../phone/rtp-port.ts';
import type { Bench, BenchOptions, Measured } from './bench.ts';
import { cpuOf } from './usage.ts';

const LEGS = 100;
const PACKET_BYTES = 172;

/** CPU milliseconds per leg and second of a bare relay, the packets it got and those that came back. */
interface Relayed {
  readonly cpuMs: number;
  readonly sent: number;
  readonly received: number;
}

/** As many legs as fifty bridged calls have, for `seconds`. */
async function relayed(seconds: number): Promise<Relayed> {
  const phones = await Promise.all(Array.from({ length: LEGS }, () => RtpPort.open('127.0.0.1')));
  const child = fork(join(import.meta.dirname, 'relay-process.ts'), [], { execArgv: process.execArgv });
  try {
    const ready = new Promise<{ ports: number[] }>((resolve, reject) => {
      child.once('message', (message) => resolve(message as { ports: number[] }));
      child.once('exit', (code) => reject(new Error(`the relay ended with ${code ?? 'a signal'}`)));
    });
    child.send({ remotes: phones.map(({ local }) => local.port) });
    const { ports } = await ready;
    let [sent, received] = [0, 0];
    const leave = phones.map((phone, i) => {
      const packet = Buffer.alloc(PACKET_BYTES);
      let sequence = 0;
      phone.remote = { address: '127.0.0.1', port: ports[i] ?? 0 };
      phone.onPacket = () => void received++;
      return beat.join(() => {
        writeRtpHeader(packet, false, 0, sequence++ & 0xffff, (sequence * 160) >>> 0, i);
        sent++;
        phone.send(packet);
      });
    });
    const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
    await pause(1_000);
    const [beforeMs, before] = [performance.now(), await cpuOf(child.pid ?? 0)];
    await pause(seconds * 1_000);
    const cpuMs = ((await cpuOf(child.pid ?? 0)) - before) / ((performance.now() - beforeMs) / 1_000) / LEGS;
    for (const stop of leave) stop();
    await pause(200);
    return { cpuMs, sent, received };
  } finally {
    child.removeAllListeners('exit');
    child.disconnect();
    for (const phone of phones) phone.close();
  }
}

export const relay: Bench = {
  name: 'relay',
  title: `For comparison: a bare Node UDP relay with ${LEGS} legs`,
  async run({ quick }: BenchOptions): Promise<Measured> {
    const runs: Relayed[] = [];
    for (let n = 0; n < (quick ? 1 : 3); n++) runs.push(await relayed(quick ? 5 : 10));
    return {
      figures: [
        { what: 'CPU per leg-second: bare relay', unit: 'ms', runs: runs.map(({ cpuMs }) => cpuMs) },
        { what: 'CPU per packet relayed', unit: 'us', runs: runs.map(({ cpuMs }) => (cpuMs / 50) * 1000) },
        { what: 'packets lost', unit: 'packets', runs: runs.map(({ sent, received }) => sent - received) },
      ],
      notes: [
        'one connected socket a leg, each datagram sent on unchanged: what the operating system and Node alone cost',
      ],
      detail: { legs: LEGS, packetBytes: PACKET_BYTES, runs },
    };
  },
};
