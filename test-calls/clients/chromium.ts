import { chromium, type Browser } from 'playwright-core';

/** Debian's Chromium without a window; `options` are its own, besides. Root has no user namespace to put a sandbox into; only our own pages are opened. */
export const startChromium = (options: readonly string[] = []): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), ...options],
  });

/** Its microphone is granted unasked and is not one of this machine, it plays unasked, and it finds this machine's own addresses too. */
export const FOR_CALLS = [
  '--use-fake-device-for-media-stream',
  '--use-fake-ui-for-media-stream',
  '--autoplay-policy=no-user-gesture-required',
  '--allow-loopback-in-peer-connection',
];
