import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { openDatabase } from '#db/connect.ts';
import type { Database } from '#db/connect.ts';
import type { EmbeddedPostgres } from '#db/embedded.ts';
import { canLiveIn, startEmbeddedPostgres } from '#db/embedded.ts';
import { migrate } from '#db/migrate.ts';
import { systemClock } from '#ivr/clock.ts';
import { stopSeconds } from './child.ts';
import type { Config } from './config.ts';
import { given, readConfig, readFiles } from './config.ts';
import { Keeper } from './keeper.ts';
import { keptSecrets } from './secrets.ts';
import { Supervisor } from './supervisor.ts';

/** The whole platform on one machine. */
export interface System {
  readonly config: Config;
  readonly db: Database;
  readonly databaseUrl: string;
  readonly supervisor: Supervisor;
  /** `tcp`: the port of SIP over TCP, where our own SIP server listens at one. */
  readonly sip: { readonly host: string; readonly port: number; readonly tcp?: number };
  stop(): Promise<void>;
}

export interface SystemOptions {
  /** Settings, as the environment would give them. */
  readonly environment: Record<string, string>;
  /** Called with the migrated database, before anything that reads it starts. */
  readonly prepare?: (db: Database, config: Config) => Promise<void>;
  readonly say: (text: string) => void;
}

/** Starts a database unless one is given, then every process; resolves when calls can be made. */
export async function startSystem({ environment: asGiven, prepare, say }: SystemOptions): Promise<System> {
  // What files lead to is handed on to every process as it was read.
  const environment = given(readFiles(asGiven));
  const first = readConfig(environment);
  const secrets = await keptSecrets(first.VAR_FOLDER, environment);
  const settings: Record<string, string> = {
    // Between our own processes any free port will do.
    ...(first.ENGINE === 'embedded' ? { DRACHTIO_PORT: '0', MEDIA_SIP_PORT: '0', FREESWITCH_PORT: '0' } : {}),
    ...(first.ENGINE === 'embedded'
      ? secrets
      : pick(secrets, [
          'PIN_PEPPER',
          'PASSCODE_PEPPER',
          'IDENTITY_SECRET',
          'DOCUMENT_KEYS',
          'DIGEST_SECRET',
          'API_TOKEN',
          'SANDBOX_WEBHOOK_SECRET',
        ])),
    ...environment,
    LOG_FOLDER: environment['LOG_FOLDER'] ?? join(first.VAR_FOLDER, 'log'),
  };
  // A database that is given is not ours to start.
  const postgres = first.DATABASE_URL === undefined ? await keepPostgres(first.VAR_FOLDER, say) : undefined;
  const databaseUrl = (settings['DATABASE_URL'] = postgres?.current.url ?? first.DATABASE_URL ?? '');
  const config = readConfig(settings);
  const supervisor = new Supervisor({ say, graceMs: (stopSeconds(config) + 1) * 1000 });
  const db = openDatabase(databaseUrl, { name: 'homeline supervisor', max: 4 });
  const stop = async () => {
    await supervisor.stop();
    await db.destroy();
    await postgres?.stop();
  };
  try {
    await migrate(databaseUrl);
    await prepare?.(db, config);
    const sip = await startEngine(config, settings, supervisor);
    await supervisor.start('jobs', { ...settings, ...observedAt(config, 3) });
    await supervisor.start('ivr', settings);
    await supervisor.start('api', settings);
    return { config, db, databaseUrl, supervisor, sip, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Our own database server: killed, it is started again on the same port, where everybody looks for it. */
async function keepPostgres(varFolder: string, say: (text: string) => void): Promise<Keeper<EmbeddedPostgres>> {
  const folder = await postgresFolder(varFolder);
  return Keeper.start<EmbeddedPostgres>({
    ...{ name: 'PostgreSQL', say, clock: systemClock },
    begin: (_stopping, before) =>
      startEmbeddedPostgres({ folder, port: before ? Number(new URL(before.url).port) : 0 }),
  });
}

/**
 * As root the database server runs as another user, which cannot enter a folder below a closed one such as /root; then its data lie
 * in the system's own place.
 */
export async function postgresFolder(varFolder: string): Promise<string> {
  const beside = join(varFolder, 'postgres');
  if (await canLiveIn(beside)) return beside;
  return join('/var/lib/homeline', createHash('sha256').update(varFolder).digest('hex').slice(0, 12), 'postgres');
}

/** Each process is observed at a port of its own: the first is that of `ivr`. */
const observedAt = ({ OBSERVE_PORT: first }: Config, offset: number) => ({
  OBSERVE_PORT: String(first === 0 ? 0 : first + offset),
});

/** Starts our own SIP and media servers where they are wanted, and notes their ports; says where SIP is spoken. */
async function startEngine(config: Config, settings: Record<string, string>, supervisor: Supervisor) {
  if (config.ENGINE === 'drachtio') return { host: config.SIP_HOST, port: config.SIP_PORT };
  const sockets: string[] = [];
  for (let nth = 1; nth <= config.MEDIA_SERVERS; nth++) {
    const media = await supervisor.start(nth === 1 ? 'media' : `media-${nth}`, {
      ...settings,
      ...(nth === 1 ? observedAt(config, 2) : { OBSERVE_PORT: '0' }),
      ...partOf(config, nth),
    });
    sockets.push(`${config.FREESWITCH_HOST}:${media['eventSocket']}`);
  }
  const sip = await supervisor.start('sip', { ...settings, ...observedAt(config, 1) });
  settings['DRACHTIO_PORT'] = String(sip['admin']);
  settings['FREESWITCH'] = sockets.join(',');
  const softphoneUrl = webSocketOf(config, sip);
  if (softphoneUrl !== undefined) settings['SOFTPHONE_URL'] ??= softphoneUrl;
  return {
    host: config.SIP_HOST,
    port: sip['sip'] ?? config.SIP_PORT,
    ...(sip['tcp'] !== undefined && { tcp: sip['tcp'] }),
  };
}

/** Where a page finds our own SIP server: by TLS, where there is that. */
function webSocketOf({ SIP_HOST: host }: Config, ports: Readonly<Record<string, number>>): string | undefined {
  if (ports['wss'] !== undefined) return `wss://${host}:${ports['wss']}`;
  return ports['ws'] === undefined ? undefined : `ws://${host}:${ports['ws']}`;
}

/** The ports of one of several media servers: its part of those of sound, and whatever is free for the rest. */
function partOf(config: Config, nth: number): Record<string, string> {
  const { MEDIA_SERVERS: servers, RTP_PORT_MIN: first, RTP_PORT_MAX: last } = config;
  if (servers === 1) return {};
  // Even: of each pair the first carries RTP (RFC 3550 §11).
  const ports = 2 * Math.floor((last - first) / servers / 2);
  const min = first === 0 ? 0 : first + (nth - 1) * ports;
  return {
    ...{ RTP_PORT_MIN: String(min), RTP_PORT_MAX: String(first === 0 ? last : min + ports - 1) },
    ...(nth > 1 && { MEDIA_SIP_PORT: '0', FREESWITCH_PORT: '0' }),
  };
}

const pick = (from: Record<string, string>, names: readonly string[]): Record<string, string> =>
  Object.fromEntries(names.flatMap((name) => (from[name] === undefined ? [] : [[name, from[name]]])));
