import type { Browser, Locator, Page } from 'playwright-core';
import { expect } from 'vitest';
import { goertzel, loudness } from '../phone/sound.ts';
import type { OutgoingCall } from '../phone/outgoing-call.ts';
import { Visit } from './visit.ts';

/** What the microphone of every page speaks. */
export const PAGE_HERTZ = 1000;
/** Of a key's two tones (ITU-T Q.23), hertz. */
const KEY_HERTZ = [697, 770, 852, 941, 1209, 1336, 1477] as const;
/** What whoever must not know which key it was hears of it. */
const NEUTRAL_HERTZ = 480;

/** Before the page runs: what it hears is measured, and its microphone is not cleaned of tones, as those of people's rooms are. */
const listening = `
  const real = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
  const plain = { echoCancellation: false, noiseSuppression: false, autoGainControl: false };
  navigator.mediaDevices.getUserMedia = () => real({ audio: plain });
  const audio = new AudioContext();
  const ear = audio.createAnalyser();
  ear.fftSize = 8192;
  const quick = audio.createAnalyser();
  quick.fftSize = 2048;
  quick.smoothingTimeConstant = 0;
  const Real = RTCPeerConnection;
  window.RTCPeerConnection = class extends Real {
    constructor(...given) {
      super(...given);
      this.addEventListener('track', ({ track }) => {
        const source = audio.createMediaStreamSource(new MediaStream([track]));
        source.connect(ear);
        source.connect(quick);
      });
    }
  };
  window.heard = () => {
    const levels = new Float32Array(ear.frequencyBinCount);
    ear.getFloatFrequencyData(levels);
    const at = levels.indexOf(Math.max(...levels));
    return levels[at] > -60 ? (at * audio.sampleRate) / ear.fftSize : 0;
  };
  const watched = ${JSON.stringify([...KEY_HERTZ, NEUTRAL_HERTZ])};
  window.loudest = {};
  window.watchKeys = () => {
    for (const hertz of watched) window.loudest[hertz] = -200;
    const levels = new Float32Array(quick.frequencyBinCount);
    setInterval(() => {
      quick.getFloatFrequencyData(levels);
      for (const hertz of watched) {
        const level = levels[Math.round((hertz * quick.fftSize) / audio.sampleRate)];
        if (level > window.loudest[hertz]) window.loudest[hertz] = level;
      }
    }, 15);
  };`;

/** Somebody at the desk whose telephone is their page. */
export class PagePhone {
  readonly visit: Visit;
  readonly panel: Locator;
  /** What the API has answered this page. */
  readonly told: string[] = [];
  /** Files that were loaded. */
  readonly loaded: string[] = [];

  private constructor(visit: Visit) {
    this.visit = visit;
    this.panel = visit.page.locator('.phone');
    visit.page.on('response', (response) => {
      this.loaded.push(response.url());
      if (response.headers()['content-type']?.includes('json'))
        void response.text().then(
          (text) => this.told.push(text),
          () => undefined,
        );
    });
  }

  static async signedIn(chromium: Browser, address: string, username: string): Promise<PagePhone> {
    const visit = await Visit.begin(chromium, address);
    const one = new PagePhone(visit);
    await visit.page.addInitScript(listening);
    await visit.page.goto('/console/');
    await visit.signIn(username);
    return one;
  }

  get page(): Page {
    return this.visit.page;
  }

  async press(name: string | RegExp): Promise<void> {
    await this.panel.getByRole('button', { name }).press('Enter');
  }

  async says(text: string | RegExp): Promise<void> {
    await this.panel.getByText(text).first().waitFor();
  }

  async turnOn(): Promise<void> {
    await this.press('Telephone here');
    await this.says('Calls ring in this page.');
  }

  async takeCalls(): Promise<void> {
    await this.press('Take calls');
    await this.panel.locator('button[aria-pressed=true]', { hasText: 'Take calls' }).waitFor();
  }

  async answer(): Promise<void> {
    await this.press(/^Answer/);
    await this.panel.getByRole('button', { name: 'End the call' }).waitFor();
  }

  /** The strongest frequency that the page hears, within its measure; 0: silence. */
  async hears(hertz: number): Promise<void> {
    await expect
      .poll(async () => Math.abs((await this.page.evaluate<number>('heard()')) - hertz), { interval: 50 })
      .toBeLessThan(hertz === 0 ? 1 : 20);
  }

  /** From now on it is measured how loud the tones of keys are. */
  watchKeys(): Promise<void> {
    return this.page.evaluate('watchKeys()');
  }

  /** How much louder the neutral tone was than the loudest of any key's, decibels. */
  async keysHidden(): Promise<number> {
    const loudest = await this.page.evaluate<Record<string, number>>('loudest');
    const keys = Math.max(...KEY_HERTZ.map((hertz) => loudest[hertz] ?? 0));
    return (loudest[NEUTRAL_HERTZ] ?? -200) - keys;
  }
}

/** Whether what a family heard in the last moment is the tone of a page. */
function isPageHeard({ ear }: OutgoingCall): boolean {
  const heard = ear.pcm(performance.now() - 400, performance.now());
  return loudness(heard) > -40 && goertzel(heard, PAGE_HERTZ) > loudness(heard) - 6;
}

export const familyHears = (line: OutgoingCall, whether: boolean) =>
  expect.poll(() => isPageHeard(line), { interval: 50 }).toBe(whether);
