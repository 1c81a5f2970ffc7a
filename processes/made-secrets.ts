import { randomBytes } from 'node:crypto';
import { access, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

const random = () => randomBytes(24).toString('hex');

/** Made by us, in order: some are made of others. */
const made: Readonly<Record<string, (read: (name: string) => Promise<string>) => string | Promise<string>>> = {
  postgres_password: random,
  database_url: async (read) => `postgres://homeline:${await read('postgres_password')}@postgres:5432/homeline`,
  database_url_local: async (read) => `postgres://homeline:${await read('postgres_password')}@127.0.0.1:5432/homeline`,
  drachtio_secret: random,
  freeswitch_secret: random,
  pin_pepper: random,
  passcode_pepper: random,
  digest_secret: random,
  identity_secret: random,
  document_keys: random,
  api_token: random,
  s3_access_key: () => randomBytes(10).toString('hex'),
  s3_secret_key: random,
  s3_credentials: async (read) =>
    `[default]\naws_access_key_id = ${await read('s3_access_key')}\naws_secret_access_key = ${await read('s3_secret_key')}`,
};

const given: Readonly<Record<string, string>> = {
  stripe_secret_key: 'the secret key of Stripe (sk_live_...)',
  stripe_webhook_secret: 'what Stripe signs webhooks to /webhooks/cards with (whsec_...)',
  twilio_auth_token: 'the auth token of Twilio',
  smtp_url: 'the mail server (smtp://user:password@host:port)',
  trunks: 'the carriers, as TRUNKS in README.md says ([] for none)',
};

/** Every secret that docker-compose.yml mounts. */
export const secretNames: readonly string[] = [...Object.keys(made), ...Object.keys(given)];

/**
 * Makes what is not there yet; what is there stays, for a pepper that changes makes every PIN unknown. Returns what was made, and what somebody else
 * must give, each with what it is.
 */
export async function makeSecrets(folder: string): Promise<{ readonly made: string[]; readonly missing: string[] }> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const pathOf = (name: string) => join(folder, name);
  const isThere = (name: string) =>
    access(pathOf(name)).then(
      () => true,
      () => false,
    );
  const read = async (name: string) => (await readFile(pathOf(name), 'utf8')).trim();
  const now: string[] = [];
  for (const [name, make] of Object.entries(made)) {
    if (await isThere(name)) continue;
    // `wx`: never over one that came meanwhile.
    await writeFile(pathOf(name), `${await make(read)}\n`, { flag: 'wx', mode: 0o600 });
    now.push(name);
  }
  const missing: string[] = [];
  for (const [name, what] of Object.entries(given)) if (!(await isThere(name))) missing.push(`${name}: ${what}`);
  return { made: now, missing };
}
