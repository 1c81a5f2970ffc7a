import { chromium, type Browser } from 'playwright-core';
import type { DebianPackage } from './apt.ts';

export const chromiumPackage: DebianPackage = { name: 'chromium', program: 'chromium' };

/** Debian's Chromium without a window. Its microphone is granted unasked, it plays unasked, and it finds this machine's own addresses too. */
export const startChromium = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--use-fake-device-for-media-stream',
      '--use-fake-ui-for-media-stream',
      '--autoplay-policy=no-user-gesture-required',
      '--allow-loopback-in-peer-connection',
    ],
  });
