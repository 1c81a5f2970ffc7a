import { ensureDebian, exim, openssl } from './apt.ts';

/** Before the project "mail" of vitest: a mail server is installed where that may be done. The tests that find none fail, and say what to run. */
export default async function setup(): Promise<void> {
  const installed = await ensureDebian([exim, openssl]);
  if (installed.kind === 'missing') console.log(`mail: ${installed.message}`);
}
