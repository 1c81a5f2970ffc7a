import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { isIPv6 } from 'node:net';
import { resolve } from 'node:path';
import { z } from 'zod';
import { blockListOf } from '#jobs/webhooks/networks.ts';
import { readAddresses } from '#media/servers/address.ts';
import { withFiles } from './secret-files.ts';
import { WrongSetting } from './wrong-setting.ts';

const port = z.coerce.number().int().min(0).max(65_535);
const seconds = z.coerce.number().positive();
const folder = z
  .string()
  .min(1)
  .transform((path) => resolve(path));
/** Known only while this installation runs, unless it is set: fine for one machine, wrong for several. */
const generated = () => randomBytes(24).toString('hex');

function areAddresses(text: string): boolean {
  try {
    return readAddresses(text, 8021).length > 0;
  } catch {
    return false;
  }
}

function areNetworks(text: string): boolean {
  try {
    blockListOf(text.split(','));
    return true;
  } catch {
    return false;
  }
}

/** Every setting that the environment may give, with what it is when it does not. */
const settings = z.object({
  /** `embedded` starts our own SIP and media servers; `drachtio` uses a drachtio-server and a FreeSWITCH that run already. */
  ENGINE: z.enum(['embedded', 'drachtio']).default('embedded'),
  DATABASE_URL: z.string().url().optional(),
  REDIS_URL: z.string().url().optional(),
  VAR_FOLDER: folder.default(resolve('var')),
  /** Prompts made by the synthesiser, kept from one start to the next. */
  PROMPT_FOLDER: folder.optional(),
  LOG_LEVEL: z.enum(['fatal', 'error', 'warn', 'info', 'debug']).default('info'),
  NODE_NAME: z
    .string()
    .regex(/^\w[\w.-]{0,63}$/)
    .default('ivr-1'),

  NODE_LEASE_SECONDS: seconds.default(60),

  SIP_HOST: z.string().min(1).default('127.0.0.1'),
  SIP_PORT: port.default(5060),
  SIP_TCP_PORT: z.literal('off').or(port).optional(),
  SIP_TLS_PORT: port.optional(),
  SIP_WS_PORT: port.optional(),
  SIP_WSS_PORT: port.optional(),
  /** Where the telephone in an agent's page finds the SIP server. */
  SOFTPHONE_URL: z
    .string()
    .regex(/^wss?:\/\/[^/?#\s]+(\/[^?#\s]*)?$/, 'must be an address of WebSocket: wss://phone.example.com')
    .optional(),
  /** PEM. */
  SIP_TLS_KEY_FILE: z.string().refine(existsSync, 'must be a file that is there').optional(),
  SIP_TLS_CERT_FILE: z.string().refine(existsSync, 'must be a file that is there').optional(),
  SIP_IPV6_HOST: z.string().refine(isIPv6, 'must be an IPv6 address').optional(),
  SIP_REALM: z.string().min(1).default('homeline'),
  DRACHTIO: z.string().refine(areAddresses, 'must be host:port, or several with commas between').optional(),
  DRACHTIO_HOST: z.string().min(1).default('127.0.0.1'),
  DRACHTIO_PORT: port.default(9022),
  DRACHTIO_SECRET: z.string().min(1).default('cymru'),

  MEDIA_SIP_PORT: port.default(5080),
  /** More than one of our own; FreeSWITCHes are named in FREESWITCH. */
  MEDIA_SERVERS: z.coerce.number().int().min(1).max(32).default(1),
  FREESWITCH: z.string().refine(areAddresses, 'must be host:port, or several with commas between').optional(),
  FREESWITCH_HOST: z.string().min(1).default('127.0.0.1'),
  FREESWITCH_PORT: port.default(8021),
  FREESWITCH_SECRET: z.string().min(1).default('ClueCon'),
  /** Where the media server reaches us, and where its sound leaves. */
  MEDIA_HOST: z.string().min(1).default('127.0.0.1'),
  RTP_PORT_MIN: port.default(20_000),
  RTP_PORT_MAX: port.default(24_000),
  /** How the embedded media server reads and sends sound. */
  RTP_IO: z.enum(['auto', 'dgram']).default('auto'),

  PIN_PEPPER: z.string().min(16).default(generated),
  PASSCODE_PEPPER: z.string().min(16).default(generated),
  /** Several hundred calls an hour come from a facility; people mistype. */
  WRONG_PINS_PER_HOUR: z.coerce.number().int().min(1).default(200),
  DIGEST_SECRET: z.string().min(16).default(generated),
  CALLING_NUMBER: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .default('+18669490290'),
  FAMILY_LINE_NUMBER: z
    .string()
    .regex(/^\+[1-9]\d{6,14}$/)
    .optional(),
  TRUNKS: z.string().default('[]'),
  RING_SECONDS: seconds.default(45),
  WARNING_SECONDS: seconds.default(60),
  PROBE_SECONDS: seconds.default(30),
  BLOCK_SECONDS: seconds.default(3),
  DRAIN_SECONDS: seconds.default(20),
  /** What one ivr process carries; calls beyond are refused with 503 and Retry-After. */
  MAX_CALLS: z.coerce.number().int().min(1).default(500),
  MAX_STARTS_PER_SECOND: z.coerce.number().positive().default(50),
  MAX_LOOP_DELAY_MS: z.coerce.number().positive().default(1_000),
  /** How often recordings that a crash left behind are looked for. */
  SWEEP_SECONDS: seconds.default(60),

  API_HOST: z.string().min(1).default('127.0.0.1'),
  API_PORT: port.default(8080),
  /** Who shows it may do everything of the service's door; and the one that it replaces. */
  API_TOKEN: z.string().min(16).default(generated),
  API_TOKEN_BEFORE: z.string().min(16).optional(),
  /** PEM, both or none: with them the API speaks TLS. */
  API_TLS_KEY_FILE: z.string().refine(existsSync, 'must be a file that is there').optional(),
  API_TLS_CERT_FILE: z.string().refine(existsSync, 'must be a file that is there').optional(),
  TRUSTED_PROXIES: z.string().min(1).optional(),
  /** Web pages that may ask what families ask. */
  ALLOWED_ORIGINS: z
    .string()
    .regex(
      /^https?:\/\/[^/?#,\s]+(,https?:\/\/[^/?#,\s]+)*$/,
      'must be origins with commas between: https://home.example.com',
    )
    .transform((list) => list.split(','))
    .optional(),
  WEBHOOK_NETWORKS: z
    .string()
    .refine(areNetworks, 'must be networks with commas between: 10.0.0.0/8,fd00::/8')
    .transform((list) => list.split(','))
    .optional(),
  IDENTITY_SECRET: z.string().min(16).default(generated),
  /** Under which pictures of identity documents are encrypted: the first of several seals, the others open what they sealed before. */
  DOCUMENT_KEYS: z
    .string()
    .regex(/^[^,\s]{16,}(,[^,\s]{16,})*$/, 'must be secrets of sixteen characters or more, with commas between')
    .default(generated),
  /** Who decides of them: staff, or the checks of the pictures alone. */
  ID_REVIEW: z.enum(['manual', 'automatic']).default('manual'),
  ID_DOCUMENT_DAYS: z.coerce.number().int().min(1).max(3_650).default(365),
  /** Whether whoever registers reads six digits in a picture. */
  VERIFICATION_IMAGE: z.enum(['required', 'off']).default('required'),
  /** Where families sign in; mails lead there. */
  WEB_ADDRESS: z
    .string()
    .regex(/^https?:\/\/[^?#]+[^/?#]$/, 'must be an address without a slash at its end: https://home.example.com')
    .optional(),

  /** Card payments by Stripe; both or none. */
  STRIPE_SECRET_KEY: z
    .string()
    .regex(/^(sk|rk)_(test|live)_\w+$/, 'must be a secret or restricted key of Stripe')
    .optional(),
  STRIPE_WEBHOOK_SECRET: z
    .string()
    .regex(/^whsec_\w+$/, 'must be the signing secret of a webhook endpoint at Stripe')
    .optional(),
  SANDBOX_WEBHOOK_SECRET: z.string().min(16).default(generated),

  /** Texts by Twilio: all three or none. */
  TWILIO_ACCOUNT_SID: z
    .string()
    .regex(/^AC[0-9a-f]{32}$/, 'must be the SID of an account at Twilio')
    .optional(),
  TWILIO_AUTH_TOKEN: z.string().min(16).optional(),
  TWILIO_FROM: z
    .string()
    .regex(/^\+1\d{10}$/, 'must be a US number: +1 and ten digits')
    .optional(),
  TWILIO_URL: z.string().url().optional(),
  /** Where Twilio reaches the API. */
  PUBLIC_URL: z
    .string()
    .regex(/^https?:\/\/[^/?#]+$/, 'must be an address without a path: https://phone.example.com')
    .optional(),
  SMTP_URL: z
    .string()
    .regex(/^smtps?:\/\/\S+$/, 'must be smtp://host:port or smtps://host:port')
    .optional(),
  /** A mail server whose certificate no public authority has signed. */
  SMTP_CA_FILE: z.string().refine(existsSync, 'must be a file that is there').optional(),
  MAIL_FROM: z.string().includes('@').default('Homeline <no-reply@localhost>'),

  S3_BUCKET: z.string().min(1).optional(),
  S3_ENDPOINT: z.string().url().optional(),
  S3_REGION: z.string().min(1).default('us-west-2'),
  ARTIST_FOLDER: folder.optional(),
  /** Who may ask for health and metrics. */
  OBSERVE_HOST: z.string().min(1).default('127.0.0.1'),
  /** Health and metrics of each process: the first port, the others follow. 0 picks any. */
  OBSERVE_PORT: port.default(9100),
});

export type Config = z.output<typeof settings> & { readonly PROMPT_FOLDER: string };

export { WrongSetting } from './wrong-setting.ts';

/** What is set to nothing is not set: else what is made when it is not given, a secret, would be another in each process. */
export const given = (environment: NodeJS.ProcessEnv): Record<string, string> =>
  Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value]] : [])));

/** Any setting may be in a file that `NAME_FILE` names; those that are secret should. */
export const readFiles = (environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv =>
  withFiles(environment, Object.keys(settings.shape));

/** Reads the settings; throws {@link WrongSetting} with every wrong one named, and never with a secret's value. */
export function readConfig(environment: NodeJS.ProcessEnv): Config {
  const read = settings.safeParse(given(readFiles(environment)));
  if (read.success) {
    if (read.data.RTP_PORT_MIN >= read.data.RTP_PORT_MAX)
      throw new WrongSetting('wrong setting: RTP_PORT_MIN must be below RTP_PORT_MAX');
    if ((read.data.STRIPE_SECRET_KEY === undefined) !== (read.data.STRIPE_WEBHOOK_SECRET === undefined))
      throw new WrongSetting(
        'wrong setting: STRIPE_SECRET_KEY and STRIPE_WEBHOOK_SECRET are given together or not at all',
      );
    const { SIP_TLS_PORT, SIP_WSS_PORT, SIP_TLS_KEY_FILE, SIP_TLS_CERT_FILE } = read.data;
    if ((SIP_TLS_PORT ?? SIP_WSS_PORT) !== undefined && (!SIP_TLS_KEY_FILE || !SIP_TLS_CERT_FILE))
      throw new WrongSetting(
        'wrong setting: SIP_TLS_PORT and SIP_WSS_PORT want SIP_TLS_KEY_FILE and SIP_TLS_CERT_FILE, a key and its certificate',
      );
    if ((read.data.API_TLS_KEY_FILE === undefined) !== (read.data.API_TLS_CERT_FILE === undefined))
      throw new WrongSetting('wrong setting: API_TLS_KEY_FILE and API_TLS_CERT_FILE are given together or not at all');
    const { TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM } = read.data;
    if (new Set([TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN, TWILIO_FROM].map((given) => given === undefined)).size > 1)
      throw new WrongSetting(
        'wrong setting: TWILIO_ACCOUNT_SID, TWILIO_AUTH_TOKEN and TWILIO_FROM are given together or not at all',
      );
    return { ...read.data, PROMPT_FOLDER: read.data.PROMPT_FOLDER ?? resolve(read.data.VAR_FOLDER, 'prompts') };
  }
  const faults = read.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`);
  throw new WrongSetting(`wrong setting: ${faults.join('; ')}`);
}
