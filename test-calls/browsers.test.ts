import { build } from 'esbuild';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { encode, FRAME_SAMPLES } from '#media/audio/g711.ts';
import { linear } from '#media/embedded/testing/fake-sounds.ts';
import { connectClients, type Clients, type NearEndpoint } from '#media/embedded/testing/real-clients.ts';
import { RtpPhone } from '#media/embedded/testing/rtp-phone.ts';
import { startMediaServer, type MediaServer } from '#media/embedded/server.ts';
import { startSipServer, type SipServer } from '#sip-proxy/embedded/server.ts';
import { chromiumBrowser, ensureDebian } from './clients/apt.ts';
import { FOR_CALLS, startChromium } from './clients/chromium.ts';

/*
 * A page in Chromium calls a telephone through our own pair, and is called: SIP over WebSocket, ICE, DTLS-SRTP, Opus and G.711. The real
 * servers are not asked: how they speak to browsers is theirs.
 */

type Request = { readonly body: string; get(name: string): string };
type Response = { send(status: number, options?: object): void };
type Dialog = {
  readonly remote: { readonly sdp: string };
  destroy(): void;
  on(event: 'destroy', then: () => void): void;
};
type Srf = {
  register(take: (req: Request, res: Response) => void): void;
  invite(take: (req: Request, res: Response) => void): void;
  createUAC(uri: string, options: object): Promise<Dialog>;
};
type Connecting = {
  connectCaller(req: Request, res: Response): Promise<{ endpoint: NearEndpoint; dialog: Dialog }>;
};

const [PAGE_HERTZ, PHONE_HERTZ] = [1000, 600];
let media: MediaServer;
let sip: SipServer;
let clients: Clients;
let chromium: Browser;
let script: string;
let phone: RtpPhone;
let phoneEndpoint: NearEndpoint;
const pages = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<!doctype html>'));
const contacts = new Map<string, string>();
const keys: string[] = [];

const tone = (n: number): Uint8Array => {
  const samples = Int16Array.from({ length: FRAME_SAMPLES }, (_, i) =>
    Math.round(8000 * Math.sin((2 * Math.PI * PHONE_HERTZ * (n * FRAME_SAMPLES + i)) / 8000)),
  );
  const codes = new Uint8Array(FRAME_SAMPLES);
  encode('PCMU', samples, FRAME_SAMPLES, codes, 0);
  return codes;
};
/** How much of a frequency is in some sound, of all that is in it. */
const share = (samples: Int16Array, hertz: number): number => {
  let [re, im, all] = [0, 0, 0];
  samples.forEach((sample, i) => {
    re += sample * Math.cos((2 * Math.PI * hertz * i) / 8000);
    im += sample * Math.sin((2 * Math.PI * hertz * i) / 8000);
    all += sample * sample;
  });
  return (2 * (re * re + im * im)) / (samples.length * Math.max(all, samples.length * 10_000));
};

/** The page's call is bridged to the telephone. */
const bridge = async (endpoint: NearEndpoint, dialog: Dialog): Promise<void> => {
  endpoint.on('dtmf', ({ dtmf }: { dtmf: string }) => keys.push(dtmf));
  dialog.on('destroy', () => void endpoint.destroy());
  await endpoint.bridge(phoneEndpoint);
};

beforeAll(async () => {
  const installed = await ensureDebian([chromiumBrowser]);
  if (installed.kind === 'missing') throw new Error(installed.message);
  const host = '127.0.0.1';
  media = await startMediaServer({
    sip: { host, port: 0 },
    eventSocket: { host, port: 0, password: 'word' },
    rtp: { host, portMin: 0, portMax: 0 },
    codecs: ['OPUS', 'PCMU', 'PCMA'],
  });
  sip = await startSipServer({
    sip: { host, port: 0 },
    contacts: [{ protocol: 'ws', host, port: 0 }],
    admin: { host, port: 0, secret: 'word' },
  });
  clients = await connectClients({ admin: sip.adminPort, eventSocket: media.eventSocketPort });
  const srf = clients.srf as unknown as Srf;
  srf.register((req, res) => {
    contacts.set(/sip:([^@;>]+)@/.exec(req.get('from'))![1]!, /<([^>]+)>/.exec(req.get('contact'))![1]!);
    res.send(200, { headers: { Contact: req.get('contact'), Expires: '60' } });
  });
  srf.invite((req, res) => {
    const caller = clients.ms as unknown as Connecting;
    void caller.connectCaller(req, res).then(({ endpoint, dialog }) => bridge(endpoint, dialog));
  });
  phone = await RtpPhone.open(tone);
  // G.711, whatever is preferred
  phoneEndpoint = await clients.ms.createEndpoint({ remoteSdp: phone.sdp() });
  phone.speakTo(Number(phoneEndpoint.local.mediaPort));
  const entry = new URL('browsers/page.js', import.meta.url).pathname;
  const bundled = await build({ entryPoints: [entry], bundle: true, write: false, format: 'iife', logLevel: 'error' });
  script = bundled.outputFiles[0]!.text;
  pages.listen(0, host);
  await once(pages, 'listening');
  chromium = await startChromium(FOR_CALLS);
});
afterAll(async () => {
  await chromium?.close();
  pages.close();
  phone?.close();
  clients?.close();
  await media?.close();
  await sip?.close();
});

/** An empty page of this machine: a place where a microphone may be used, with the telephone in it. */
const open = async (name: string, mimeType: string): Promise<Page> => {
  const page = await chromium.newPage();
  await page.goto(`http://127.0.0.1:${(pages.address() as AddressInfo).port}/`);
  await page.addScriptTag({ content: script });
  const port = sip.contacts
    .find((contact) => contact.startsWith('ws/'))!
    .split(':')
    .at(-1);
  await use(page, 'start', { server: `ws://127.0.0.1:${port}`, name, hertz: PAGE_HERTZ, mimeType });
  return page;
};
const use = <T>(page: Page, verb: string, given?: unknown): Promise<T> =>
  page.evaluate<T>(`telephone[${JSON.stringify(verb)}](${given === undefined ? '' : JSON.stringify(given)})`);

/** Chromium speaks what an offer names first, whatever it prefers itself: without Opus, where that is not wanted. */
const offering = (sdp: string, mimeType: string): string =>
  mimeType === 'audio/opus' ? sdp : sdp.replace(' 116 ', ' ').replaceAll(/a=(rtpmap|fmtp):116 .*\r\n/g, '');

/** Each hears the tone of the other. */
const talk = async (page: Page, mimeType: string): Promise<void> => {
  await phone.next(({ payload }) => share(linear(payload), PAGE_HERTZ) > 0.8);
  await vi.waitFor(async () => expect(Math.abs((await use<number>(page, 'heard')) - PHONE_HERTZ)).toBeLessThan(20), {
    timeout: 10_000,
    interval: 100,
  });
  expect(await use(page, 'codec')).toBe(mimeType);
};

test.each(['audio/opus', 'audio/PCMU'])(
  'a page that speaks %s calls, is heard and hears, and is called',
  async (mimeType) => {
    const name = mimeType.slice('audio/'.length);
    const page = await open(name, mimeType);
    await use(page, 'call', `sip:+12135550142@127.0.0.1`);
    await talk(page, mimeType);
    const before = keys.length;
    await use(page, 'press', '5');
    await vi.waitFor(() => expect(keys.slice(before)).toEqual(['5']), { timeout: 5000 });
    await use(page, 'hangUp');

    const endpoint = await clients.ms.createEndpoint({ headers: { 'X-Media-WebRTC': 'true' } });
    const dialog = await (clients.srf as unknown as Srf).createUAC(contacts.get(name)!, {
      localSdp: offering(endpoint.local.sdp, mimeType),
    });
    await endpoint.modify(dialog.remote.sdp);
    await bridge(endpoint, dialog);
    await talk(page, mimeType);
    dialog.destroy();
    await endpoint.destroy();
    await page.close();
  },
);
