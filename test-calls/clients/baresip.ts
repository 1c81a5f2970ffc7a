import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { connect, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WavWriter } from '#media/audio/wav-writer.ts';
import { Phone } from '#test-calls/phone/phone.ts';
import { linear, type Audio } from '#test-calls/phone/reference.ts';
import { RtpPort } from '#test-calls/phone/rtp-port.ts';
import { silence } from '#test-calls/phone/sound.ts';
import { accountOf, configOf, type Softphone } from './baresip-config.ts';
import { netstring, NetstringReader } from './netstring.ts';

/** What baresip tells of itself: `REGISTER_OK`, `CALL_INCOMING`, `CALL_ESTABLISHED`, `CALL_DTMF_START`, `CALL_CLOSED`, ... */
export interface BaresipEvent {
  readonly type: string;
  readonly peer: string | undefined;
  /** The key of a DTMF event, the reason of a closed call or failed registration. */
  readonly param: string;
  readonly atMs: number;
}

interface Waiter {
  readonly type: string;
  readonly settle: (event: BaresipEvent) => void;
  readonly fail: (reason: unknown) => void;
}

const START_MS = 10_000;
const STOP_MS = 3000;
/** It takes no port 0: one that was free is given to it, and may be somebody else's by then. */
const PORT_TRIES = 5;
/** EADDRINUSE, as which it ends when it is. */
const ADDRESS_IN_USE = 98;

class PortTaken extends Error {
  override readonly name = 'PortTaken';
}
/** Of a WAV file with nothing but a format and samples. */
const WAV_HEADER_BYTES = 44;
/** What may still be on its way through baresip's buffers. */
const BUFFERED_MS = 200;
/** Silence it has to speak, and at the end of all it speaks: without a source it would send neither RTP nor keys. */
const SILENCE_MS = 120_000;

/** A real softphone, Debian's `baresip`, without sound card or screen: registers, calls, answers, presses keys, speaks and records. */
export class Baresip {
  readonly name: string;
  /** Its SIP address when it stands alone. */
  readonly uri: string;
  /** Everything it told, in order. */
  readonly events: BaresipEvent[] = [];
  readonly #folder: string;
  readonly #child: ChildProcess;
  readonly #control: Socket;
  readonly #output: () => string;
  readonly #taken = new Map<string, number>();
  readonly #waiters = new Set<Waiter>();
  readonly #replies = new Map<string, (reply: { ok: boolean; data: string }) => void>();
  #tokens = 0;
  #sounds = 0;

  private constructor(
    name: string,
    uri: string,
    folder: string,
    child: ChildProcess,
    control: Socket,
    output: () => string,
  ) {
    this.name = name;
    this.uri = uri;
    this.#folder = folder;
    this.#child = child;
    this.#control = control;
    this.#output = output;
    const reader = new NetstringReader();
    control.on('data', (bytes) => reader.take(bytes).forEach((text) => this.#told(text)));
    control.on('error', () => undefined);
    child.once('exit', (code) => this.#gone(`baresip ended with ${code ?? 'a signal'}`));
  }

  /** Starts it; `event('REGISTER_OK')` tells when it has registered. @throws Error with its output when it does not come up */
  static async start(softphone: Softphone): Promise<Baresip> {
    for (let tries = 1; ; tries++)
      try {
        return await Baresip.#startOnFreePorts(softphone);
      } catch (error) {
        if (!(error instanceof PortTaken) || tries === PORT_TRIES) throw error;
      }
  }

  static async #startOnFreePorts(softphone: Softphone): Promise<Baresip> {
    const folder = await mkdtemp(join(tmpdir(), 'baresip-'));
    const place = { folder, sipPort: await udpPort(), controlPort: await tcpPort(), rtpPort: await rtpPort() };
    const own = `127.0.0.1:${place.sipPort}`;
    await writeFile(join(folder, 'config'), configOf(place));
    await writeFile(join(folder, 'accounts'), '# made by command, so that no event of it is missed\n');
    await writeFile(join(folder, 'contacts'), '');
    writeWav(join(folder, 'silence.wav'), new Int16Array());
    const child = spawn('baresip', ['-4', '-f', folder], { stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (bytes: Buffer) => (output = (output + bytes.toString()).slice(-4000)));
    try {
      const control = await reach(child, place.controlPort, () => output);
      const baresip = new Baresip(softphone.name, `sip:${softphone.name}@${own}`, folder, child, control, () => output);
      await baresip.command('uanew', accountOf(softphone, own));
      return baresip;
    } catch (error) {
      child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true });
      throw error;
    }
  }

  /** The next event of this type that was not yet taken. @throws the signal's reason; Error when baresip has ended */
  event(type: string, { signal }: { signal?: AbortSignal } = {}): Promise<BaresipEvent> {
    return new Promise((resolve, reject) => {
      const known = this.events.filter((event) => event.type === type)[this.#taken.get(type) ?? 0];
      if (signal?.aborted) return reject(signal.reason);
      if (known) return resolve(this.#take(known));
      const stop = (): void => {
        this.#waiters.delete(waiter);
        signal?.removeEventListener('abort', onAbort);
      };
      const onAbort = (): void => (stop(), reject(signal?.reason));
      const settle = (event: BaresipEvent): void => (stop(), resolve(event));
      const waiter = { type, settle, fail: (reason: unknown): void => (stop(), reject(reason)) };
      this.#waiters.add(waiter);
      signal?.addEventListener('abort', onAbort, { once: true });
      if (this.#child.exitCode !== null) waiter.fail(new Error(`baresip has ended\n${this.#output()}`));
    });
  }

  async dial(uri: string): Promise<void> {
    await this.command('dial', uri);
  }

  /** Answers the call that rings. */
  async answer(): Promise<void> {
    await this.command('accept');
  }

  /** Presses keys as RFC 4733 events; baresip holds each for 160 ms or so. */
  async press(keys: string): Promise<void> {
    for (const key of keys) await this.command('sndcode', key);
  }

  /** Ends the call, rejects the one that rings, or gives up the one that is placed. */
  async hangup(): Promise<void> {
    await this.command('hangup');
  }

  /** Speaks in the call from now on, once; then it is silent. Resolves when it must have been spoken: nothing tells. */
  async speak(audio: Audio): Promise<void> {
    const path = join(this.#folder, `speech-${++this.#sounds}.wav`);
    writeWav(path, audio);
    await this.command('ausrc', `aufile,${path}`);
    await new Promise((resolve) => setTimeout(resolve, linear(audio).length / 8 + BUFFERED_MS));
  }

  /** A command of its menu (`dial`, `accept`, `hold`, ...). @throws Error with its answer when it refuses */
  async command(command: string, params = ''): Promise<string> {
    const token = String(++this.#tokens);
    const answered = new Promise<{ ok: boolean; data: string }>((resolve) => this.#replies.set(token, resolve));
    this.#control.write(netstring(JSON.stringify({ command, params, token })));
    const { ok, data } = await answered;
    if (!ok) throw new Error(`baresip ${command}: ${data.trim()}`);
    return data;
  }

  /** What it heard in its calls so far, oldest first: linear samples; complete once the call is closed. */
  async heard(): Promise<Int16Array[]> {
    const files = (await readdir(this.#folder)).filter((name) => name.endsWith('-dec.wav')).sort();
    return files.map((name) => linear(join(this.#folder, name)));
  }

  /** What it hears in the call that goes on, from its beginning on: linear samples. */
  async hearing(): Promise<Int16Array> {
    const file = (await readdir(this.#folder))
      .filter((name) => name.endsWith('-dec.wav'))
      .sort()
      .at(-1);
    // The header tells the length once the call is closed; until then it is the file's.
    const bytes =
      file === undefined ? Buffer.of() : (await readFile(join(this.#folder, file))).subarray(WAV_HEADER_BYTES);
    return Int16Array.from({ length: bytes.length >> 1 }, (_, at) => bytes.readInt16LE(2 * at));
  }

  /** Ends it (it unregisters first) and removes what it wrote. */
  async stop(): Promise<void> {
    const child = this.#child;
    if (child.exitCode === null && child.signalCode === null) {
      const exited = once(child, 'exit');
      child.kill('SIGTERM');
      const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
      await exited;
      clearTimeout(timer);
    }
    this.#control.destroy();
    await rm(this.#folder, { recursive: true, force: true });
  }

  #told(text: string): void {
    const said = JSON.parse(text) as Record<string, unknown>;
    const field = (name: string): string => (typeof said[name] === 'string' ? said[name] : '');
    if (said.response === true) {
      this.#replies.get(field('token'))?.({ ok: said.ok === true, data: field('data') });
      this.#replies.delete(field('token'));
    }
    if (said.event !== true) return;
    const peer = typeof said.peeruri === 'string' ? said.peeruri : undefined;
    const event = { type: field('type'), peer, param: field('param'), atMs: performance.now() };
    this.events.push(event);
    const [waiter] = [...this.#waiters].filter(({ type }) => type === event.type);
    waiter?.settle(this.#take(event));
  }

  #take(event: BaresipEvent): BaresipEvent {
    this.#taken.set(event.type, (this.#taken.get(event.type) ?? 0) + 1);
    return event;
  }

  #gone(what: string): void {
    for (const { fail } of [...this.#waiters]) fail(new Error(`${what}\n${this.#output()}`));
    for (const reply of this.#replies.values()) reply({ ok: false, data: what });
    this.#replies.clear();
  }
}

function writeWav(path: string, audio: Audio): void {
  const writer = new WavWriter(path, { channels: 1, rate: 8000 });
  const pcm = linear(audio);
  writer.write(0, pcm);
  writer.write(pcm.length, silence(SILENCE_MS).pcm);
  writer.close();
}

/** Connects to the control socket as soon as baresip listens. */
async function reach(child: ChildProcess, port: number, output: () => string): Promise<Socket> {
  let failure: Error | undefined;
  child.once('error', (error) => (failure = error));
  for (const started = performance.now(); performance.now() - started < START_MS;) {
    if (failure) throw new Error(`baresip could not be started: ${failure.message}`, { cause: failure });
    if (child.exitCode !== null) {
      const told = `baresip ended with ${child.exitCode}\n${output()}`;
      throw child.exitCode === ADDRESS_IN_USE ? new PortTaken(told) : new Error(told);
    }
    const socket = connect(port, '127.0.0.1').setNoDelay(true);
    const up = await new Promise<boolean>((resolve) => {
      socket.once('connect', () => resolve(true));
      socket.once('error', () => setTimeout(resolve, 50, false));
    });
    if (up) return socket;
  }
  throw new Error(`baresip did not come up\n${output()}`);
}

async function udpPort(): Promise<number> {
  const probe = await Phone.start({ name: 'probe' });
  await probe.stop();
  return probe.address.port;
}

async function rtpPort(): Promise<number> {
  const probe = await RtpPort.open('127.0.0.1');
  probe.close();
  return probe.local.port;
}

async function tcpPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const address = probe.address();
  probe.close();
  await once(probe, 'close');
  return typeof address === 'object' && address ? address.port : 0;
}
