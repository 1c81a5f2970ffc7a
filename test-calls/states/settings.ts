import { relative } from 'node:path';
import type { Config } from '#processes/config.ts';
import { readConfig } from '#processes/config.ts';

/** What each setting is for. The type makes sure that no setting is without a word, and no word without a setting. */
const meanings: Readonly<Record<keyof Config, string>> = {
  ENGINE: '`embedded`: our own SIP and media servers; `drachtio`: a drachtio-server and a FreeSWITCH that run already',
  DATABASE_URL: 'PostgreSQL; without it the platform starts its own and seeds demonstration people',
  REDIS_URL: 'background jobs on Redis instead of PostgreSQL',
  VAR_FOLDER: 'everything kept on this machine: database, spool, prompts, logs',
  PROMPT_FOLDER: 'prompts made by the synthesiser; `prompts` in `VAR_FOLDER` unless given',
  LOG_LEVEL: '`fatal`, `error`, `warn`, `info` or `debug`',
  NODE_NAME: 'tells one `ivr` process from another; at its start it takes up what its namesake left',
  NODE_LEASE_SECONDS:
    'after how long without a sign of life from one `ivr` process another closes its calls; longer than a start takes',
  SIP_HOST: 'address of SIP',
  SIP_PORT: 'port of SIP (UDP)',
  SIP_TCP_PORT:
    'port of SIP over TCP, of our own SIP server (as the settings below); that of `SIP_PORT` unless given; `off`: none',
  SIP_TLS_PORT: 'port of SIP over TLS; none unless given',
  SIP_WS_PORT: 'port of SIP over WebSocket (RFC 7118); none unless given. `npm start`: 5066',
  SIP_WSS_PORT: 'port of SIP over secure WebSocket; none unless given',
  SOFTPHONE_URL:
    'where the telephone in an agent’s page reaches SIP over WebSocket, `wss://phone.example.com`; that of our own SIP server unless given. Behind https it must be `wss://`',
  SIP_TLS_KEY_FILE: 'PEM of the key for TLS and secure WebSocket',
  SIP_TLS_CERT_FILE: 'PEM of its certificate, and those between it and an authority',
  SIP_IPV6_HOST: 'address of SIP over IPv6 beside `SIP_HOST`, at the same ports',
  SIP_REALM: 'realm of digest authentication',
  DRACHTIO:
    'admin connections of several drachtio-servers, `host:port` with commas between: `ivr-2` uses the second, another while that is away. Instead of `DRACHTIO_HOST`',
  DRACHTIO_HOST: 'admin connection of drachtio-server',
  DRACHTIO_PORT: 'its port',
  DRACHTIO_SECRET: 'its secret',
  MEDIA_SIP_PORT: 'SIP of the embedded media server',
  MEDIA_SERVERS: 'how many media servers of our own run side by side; each has its part of the ports of sound',
  FREESWITCH:
    'event sockets of several FreeSWITCHes, `host:port` with commas between; a name stands for all its addresses, looked up again and again. Instead of `FREESWITCH_HOST`',
  FREESWITCH_HOST: 'event socket of FreeSWITCH',
  FREESWITCH_PORT: 'its port',
  FREESWITCH_SECRET: 'its password',
  MEDIA_HOST: 'where the media server reaches the platform, and where its sound leaves',
  RTP_PORT_MIN: 'first port of sound',
  RTP_PORT_MAX: 'last port of sound',
  RTP_IO:
    '`auto`: by the C library (koffi) where that can be had, else by Node; `dgram`: by Node always (embedded media server)',
  PIN_PEPPER: 'key under which PINs are digested; changing it makes every PIN unknown',
  PASSCODE_PEPPER: 'key under which passcodes are digested; changing it makes every passcode unknown',
  WRONG_PINS_PER_HOUR: 'wrong PINs of one facility in an hour at which the log and a metric raise an alarm',
  DIGEST_SECRET: 'key of the nonces of digest authentication; the same for all `ivr` processes',
  CALLING_NUMBER: 'what the called party sees, E.164',
  FAMILY_LINE_NUMBER:
    'what families call to pay and to block, E.164; calls to it come from a carrier of `TRUNKS` that is given by its IP address, and from its port, or from a registered phone at home. `npm start` with demonstration people: `+18669490290`',
  TRUNKS: 'carriers as JSON, tried in order: `[{"name", "host", "port", ...}]`',
  RING_SECONDS: 'how long it may ring outside',
  WARNING_SECONDS: 'how long before the limit both are warned',
  PROBE_SECONDS: 'how often a leg that went silent is asked whether it still lives',
  BLOCK_SECONDS: 'how long the database may take for a block before the called party is told that it will come',
  DRAIN_SECONDS: 'how long calls may go on when the platform stops',
  MAX_CALLS: 'calls that one `ivr` process carries; more are refused with 503 and Retry-After',
  MAX_STARTS_PER_SECOND: 'calls that it begins in a second; twice as many may come at once',
  MAX_LOOP_DELAY_MS: 'how late it may come to what is due, on average of a second, before it refuses calls',
  SWEEP_SECONDS: 'how often the spool is searched for recordings that a crash left behind, by one process of many',
  API_HOST: 'address of the HTTP API',
  API_PORT: 'its port; 0 picks any',
  API_TOKEN:
    'the installation’s own: whoever shows it as a bearer may do all that servers may, at the API. For the operator’s tools; a server of the web or app layer gets a key of its own (`npm run service-keys`)',
  API_TOKEN_BEFORE:
    'the token that `API_TOKEN` replaces: good as well while it is given; the log tells when it is shown, once a day',
  API_TLS_KEY_FILE:
    'PEM of the key for https; with it and its certificate the API speaks TLS (1.2 or later) and no HTTP without',
  API_TLS_CERT_FILE:
    'PEM of its certificate, and those between it and an authority. Both are read again within seconds when they change; connections go on',
  TRUSTED_PROXIES:
    'addresses of the proxies before the API, comma-separated: what they say in `X-Forwarded-For` is who asks; limits count by it',
  ALLOWED_ORIGINS:
    'origins of web pages that may ask the API what families ask, with commas between: `https://home.example.com`',
  WEBHOOK_NETWORKS:
    'networks that webhooks may reach although they are not public, with commas between: `127.0.0.0/8`; none unless given',
  DOCUMENT_KEYS:
    'secrets under which pictures of identity documents are encrypted, with commas between: the first seals, the others open what they sealed before, and `jobs` seals it anew. The same for `api` and `jobs`; one that is taken away too early makes pictures unreadable',
  ID_REVIEW: '`manual`: staff approve or reject; `automatic`: pictures that pass the checks are approved at once',
  ID_DOCUMENT_DAYS: 'how long pictures are kept after they were approved or rejected, or sent and never submitted',
  VERIFICATION_IMAGE: '`required`: whoever registers reads, or hears, six digits; `off`: nobody is asked',
  IDENTITY_SECRET:
    'key under which families’ passwords and answers are digested, and what is mailed to them is made; the same for `api` and `jobs`; changing it makes every password unknown',
  WEB_ADDRESS: 'where families sign in, without a slash at its end; without it mails have six digits and no link',
  STRIPE_SECRET_KEY: 'cards are charged at Stripe with this key; without it at the sandbox, which moves no money',
  STRIPE_WEBHOOK_SECRET:
    'what Stripe signs its webhooks with, which come to the API (`/webhooks/cards`); given together with the key',
  SANDBOX_WEBHOOK_SECRET: 'what the sandbox signs its webhooks with',
  TWILIO_ACCOUNT_SID: 'texts are sent by Twilio from this account; without it the log shows them',
  TWILIO_AUTH_TOKEN: 'its token, which also signs what comes in',
  TWILIO_FROM: 'the number they come from, E.164',
  TWILIO_URL: 'a stand-in for https://api.twilio.com',
  PUBLIC_URL: 'where Twilio reaches the API (`/webhooks/texts`), without a path',
  SMTP_URL: 'e-mail goes to this server, `smtp://user:password@host:port`; without it the log shows it',
  SMTP_CA_FILE: 'PEM of who vouches for its certificate, when no public authority does',
  MAIL_FROM: 'who it is from',
  S3_BUCKET: 'where recordings and voice messages are kept; a folder in `VAR_FOLDER` without it',
  S3_ENDPOINT: 'an S3-compatible store other than AWS',
  S3_REGION: 'its region',
  ARTIST_FOLDER: 'recordings of a voice artist, which stand in for the synthesiser (`npm run script`)',
  OBSERVE_HOST:
    'address of what each process tells of itself; what is more than health and metrics is told to this machine alone',
  OBSERVE_PORT: 'first port of `/livez`, `/readyz`, `/healthz` and `/metrics`, each process has one; 0 picks any',
};

/** The settings as a table in Markdown, with the defaults that the code gives them. */
export function settingsTable(): string {
  const [once, again] = [readConfig({}), readConfig({})];
  const byDefault = (name: keyof Config): string => {
    const value = once[name];
    if (value === undefined) return '';
    if (value !== again[name]) return 'made once, kept in `VAR_FOLDER`';
    const shown = typeof value === 'string' && value.startsWith('/') ? relative(process.cwd(), value) : String(value);
    return `\`${shown}\``;
  };
  const rows = (Object.keys(meanings) as (keyof Config)[]).map(
    (name) => `| \`${name}\` | ${byDefault(name)} | ${meanings[name]} |`,
  );
  return ['| setting | default | |', '| --- | --- | --- |', ...rows].join('\n');
}
