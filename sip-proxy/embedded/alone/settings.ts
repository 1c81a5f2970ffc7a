import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { flawOfHandler, type RequestHandler } from '../outbound/request-handler.ts';
import type { SipServerOptions } from '../server.ts';
import { readConf, type Leaf } from './conf-file.ts';
import type { SipContact } from '../contacts.ts';
import { contactFrom } from './contact.ts';
import { honoured, SettingError } from './setting.ts';

export interface Settings {
  readonly server: Omit<SipServerOptions, 'log' | 'clock' | 'limits'>;
  readonly prometheus: { readonly host: string; readonly port: number } | undefined;
  /** As pino calls it. */
  readonly logLevel: string;
  /** What was said and has no effect here, as it was said. */
  readonly ignored: readonly string[];
}

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;
const options = {
  file: { ...text, short: 'f' },
  help: { ...flag, short: 'h' },
  version: { ...flag, short: 'v' },
  contact: { ...text, short: 'c', multiple: true },
  'external-ip': { ...text, short: 'x' },
  port: { ...text, short: 'p' },
  address: text,
  secret: text,
  'http-handler': { ...text, short: 'a' },
  'http-method': { ...text, short: 'm' },
  loglevel: { ...text, short: 'l' },
  stdout: { ...flag, short: 'b' },
  'key-file': text,
  'cert-file': text,
  'chain-file': text,
  homer: { ...text, short: 'y' },
  'homer-id': { ...text, short: 'z' },
  'prometheus-scrape-port': text,
} as const;
/** Options of drachtio-server that are taken and have no effect. */
const withoutEffect = {
  ...Object.fromEntries(
    'user local-net dns-name sofia-loglevel mtu dh-param tls-port tcp-keepalive-interval min-tls-version blacklist-redis-address blacklist-redis-port blacklist-redis-key blacklist-refresh-secs blacklist-redis-sentinels blacklist-redis-master blacklist-redis-password tls-cipherlist'
      .split(' ')
      .map((name) => [name, text]),
  ),
  ...Object.fromEntries(
    'daemon noconfig reject-register-with-no-realm aggressive-nat-detection memory-debug disable-nat-detection always-send-180 user-agent-options-auto-respond globally-readable-logs'
      .split(' ')
      .map((name) => [name, flag]),
  ),
};

const usage =
  'homeline-sip [-f drachtio.conf.xml] [-c sip:HOST:PORT;transport=udp] [--port 9022] [--secret SECRET] ...';

export type Command =
  { readonly kind: 'help' | 'version'; readonly text: string } | ({ readonly kind: 'run' } & Settings);

/**
 * What the command line, the environment and the file say, in this order of weight.
 * @throws SettingError
 */
export const settingsFrom = (args: readonly string[], environment: NodeJS.ProcessEnv, version: string): Command => {
  const said = argumentsOf(args);
  if (said.help === true) return { kind: 'help', text: usage };
  if (said.version === true) return { kind: 'version', text: version };
  const file = said.file ?? environment['DRACHTIO_CONFIG_FILE_PATH'];
  const conf = new Conf(file === undefined ? [] : leavesOf(file));
  const env = (name: string): string | undefined => environment[name] || undefined;
  const secret = said.secret ?? env('DRACHTIO_SECRET') ?? conf.one('admin@secret');
  if (secret === undefined || secret === '')
    throw new SettingError('no secret for applications: say DRACHTIO_SECRET, --secret, or the secret of <admin>');
  const advertise = said['external-ip'];
  const contacts = (said.contact ?? []).map((contact): Named => ({ text: contact, advertise }));
  if (contacts.length === 0)
    contacts.push(...contactsIn(conf).map((one) => ({ ...one, advertise: advertise ?? one.advertise })));
  if (contacts.length === 0) contacts.push({ text: 'sip:*;transport=udp', advertise });
  const tlsFile = (what: 'key' | 'cert' | 'chain'): string | undefined =>
    said[`${what}-file`] ?? env(`DRACHTIO_TLS_${what.toUpperCase()}_FILE`) ?? conf.one(`sip/tls/${what}-file`);
  const [sip, ...others] = contactsFrom(contacts, tlsOf(tlsFile('key'), tlsFile('cert'), tlsFile('chain')));
  const hep = hepOf(
    said.homer ?? env('DRACHTIO_HOMER_ADDRESS') ?? conf.one('sip/capture-server'),
    env('DRACHTIO_HOMER_PORT') ?? conf.one('sip/capture-server@port'),
    said['homer-id'] ?? env('DRACHTIO_HOMER_ID') ?? conf.one('sip/capture-server@id'),
    conf.one('sip/capture-server@hep-version'),
  );
  const handlers = handlersOf(conf, said['http-handler'] ?? env('DRACHTIO_HTTP_HANDLER_URI'), said['http-method']);
  const spammers = spammersOf(conf);
  return {
    kind: 'run',
    server: {
      sip,
      ...(others.length > 0 && { contacts: others }),
      admin: {
        host: said.address ?? env('DRACHTIO_ADMIN_ADDRESS') ?? conf.one('admin') ?? '127.0.0.1',
        port: portOf(
          'port of applications',
          said.port ?? env('DRACHTIO_ADMIN_TCP_PORT') ?? conf.one('admin@port') ?? '9022',
        ),
        secret,
      },
      timers: timersOf(conf),
      handlers,
      cdrs: yes('cdrs', conf.one('cdrs')),
      defaultRefresher: oneOf('default-refresher', conf.one('sip/session-timers@default-refresher') ?? 'none', [
        'none',
        'uac',
        'uas',
      ]),
      ...(hep && { hep }),
      ...(spammers && { spammers }),
    },
    prometheus: prometheusOf(
      said['prometheus-scrape-port'] ?? env('DRACHTIO_PROMETHEUS_SCRAPE_PORT'),
      conf.one('monitoring/prometheus'),
      conf.one('monitoring/prometheus@port'),
    ),
    logLevel: levelOf(said.loglevel ?? env('DRACHTIO_LOGLEVEL') ?? conf.one('logging/loglevel') ?? 'info'),
    ignored: [
      ...conf.ignored(),
      ...ignoredVariables(environment),
      ...Object.keys(withoutEffect).flatMap((name) => (name in said ? [`--${name}`] : [])),
    ],
  };
};

const argumentsOf = (args: readonly string[]) => {
  try {
    return parseArgs({ args: [...args], options: { ...withoutEffect, ...options }, strict: true }).values;
  } catch (error) {
    throw new SettingError(`${error instanceof Error ? (error.message.split('\n')[0] ?? '') : ''}; usage: ${usage}`);
  }
};

const leavesOf = (file: string): readonly Leaf[] => {
  const content = textOf(file);
  try {
    return readConf(content);
  } catch (error) {
    throw new SettingError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
};

/** The file. */
class Conf {
  readonly #leaves: readonly Leaf[];

  constructor(leaves: readonly Leaf[]) {
    this.#leaves = leaves;
  }

  one(path: string): string | undefined {
    return this.all(path)[0];
  }

  all(path: string): string[] {
    return this.#leaves.flatMap((leaf) => (leaf.path === path && leaf.value !== '' ? [leaf.value] : []));
  }

  /** The leaves below `prefix`, those of each element together. */
  groups(prefix: string): Leaf[][] {
    const groups = new Map<number, Leaf[]>();
    for (const leaf of this.#leaves)
      if (leaf.path.startsWith(prefix)) groups.set(leaf.group, [...(groups.get(leaf.group) ?? []), leaf]);
    return [...groups.values()];
  }

  /** The leaves in their order. */
  get leaves(): readonly Leaf[] {
    return this.#leaves;
  }

  ignored(): string[] {
    const known = new Set(honoured.flatMap(({ xml = [] }) => xml));
    // An empty element that would hold others says nothing.
    const empty = ({ path, value }: Leaf): boolean =>
      value === '' && [...known].some((one) => one.startsWith(`${path}/`) || one.startsWith(`${path}@`));
    const paths = this.#leaves.filter((leaf) => !known.has(leaf.path) && !empty(leaf)).map(({ path }) => path);
    return [...new Set(paths)];
  }
}

const knownVariables = new Set(honoured.flatMap(({ variable = '' }) => variable.split(', ')));

const ignoredVariables = (environment: NodeJS.ProcessEnv): string[] =>
  Object.keys(environment).filter((name) => name.startsWith('DRACHTIO_') && !knownVariables.has(name));

const numberOf = (what: string, value: string, min: number, max: number): number => {
  const number = Number(value);
  if (!/^\d{1,10}$/.test(value) || number < min || number > max)
    throw new SettingError(`${what} ${value}: no number from ${min} to ${max}`);
  return number;
};
const portOf = (what: string, value: string): number => numberOf(what, value, 0, 65_535);

const oneOf = <T extends string>(what: string, value: string, allowed: readonly T[]): T => {
  const found = allowed.find((one) => one === value);
  if (found === undefined) throw new SettingError(`${what} ${value}: none of ${allowed.join(', ')}`);
  return found;
};

const yes = (what: string, value: string | undefined): boolean =>
  value !== undefined &&
  ['true', '1', 'yes'].includes(oneOf(what, value.toLowerCase(), ['true', '1', 'yes', 'false', '0', 'no']));

interface Named {
  readonly text: string;
  readonly advertise: string | undefined;
}

const contactsIn = (conf: Conf): Named[] => [
  ...conf.groups('sip/contacts/contact').flatMap((leaves) => {
    const get = (path: string): string | undefined => leaves.find((leaf) => leaf.path === path)?.value || undefined;
    const name = get('sip/contacts/contact');
    return name === undefined ? [] : [{ text: name, advertise: get('sip/contacts/contact@external-ip') }];
  }),
  ...conf.all('sip/contact').map((name) => ({ text: name, advertise: undefined })),
];

const protocols = ['udp', 'tcp', 'tls', 'ws', 'wss'] as const;

/** Every transport of every contact; the first of UDP, if there is one, comes first. */
const contactsFrom = (named: readonly Named[], tls: SipContact['tls']): [SipContact, ...SipContact[]] => {
  const all = named.flatMap(({ text: name, advertise }) => {
    const { host, port, transports } = contactFrom(name);
    return transports.map((transport): SipContact => {
      const protocol = oneOf(`transport of contact ${name}:`, transport, protocols);
      const secure = protocol === 'tls' || protocol === 'wss';
      if (secure && !tls)
        throw new SettingError(
          `contact ${name}: ${protocol} wants a key and a certificate, say key-file and cert-file`,
        );
      return {
        ...(protocol !== 'udp' && { protocol }),
        ...{ host, port, ...(advertise !== undefined && { advertise }), ...(secure && tls && { tls }) },
      };
    });
  });
  const first = all.find(({ protocol }) => protocol === undefined) ?? all[0];
  if (!first) throw new SettingError('contact: none is given');
  return [first, ...all.filter((contact) => contact !== first)];
};

/** PEM files; the chain is who vouches for the certificate. */
const tlsOf = (key: string | undefined, cert: string | undefined, chain: string | undefined): SipContact['tls'] => {
  if (key === undefined && cert === undefined) return undefined;
  if (key === undefined || cert === undefined)
    throw new SettingError(`${key ?? cert ?? ''}: key-file and cert-file go together`);
  const chained = chain === undefined ? '' : `\n${textOf(chain)}`;
  return { key: textOf(key), cert: textOf(cert) + chained };
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingError(`${file}: ${error instanceof Error ? error.message : 'cannot be read'}`);
  }
};

const timersOf = (conf: Conf) => {
  const timers: { T1?: number; T2?: number; T4?: number } = {};
  for (const name of ['T1', 'T2', 'T4'] as const) {
    const value = conf.one(`sip/timers/${name.toLowerCase()}`);
    if (value !== undefined) timers[name] = numberOf(`timer ${name}`, value, 1, 600_000);
  }
  return timers;
};

const hepOf = (address: string | undefined, port: string | undefined, id: string | undefined, version = '3') => {
  if (address === undefined) return undefined;
  if (version !== '3') throw new SettingError(`hep-version ${version}: only 3 is spoken`);
  const found = /^(.*?)(?::(\d+))?$/.exec(address);
  return {
    host: found?.[1] ?? address,
    port: portOf('port of capture-server', found?.[2] ?? port ?? '9060'),
    agentId: numberOf('id of capture-server', id ?? '0', 0, 2 ** 32 - 1),
  };
};

const prometheusOf = (said: string | undefined, host: string | undefined, port: string | undefined) => {
  const found = said === undefined ? undefined : /^(?:(.+):)?(\d+)$/.exec(said);
  if (said !== undefined && !found) throw new SettingError(`prometheus-scrape-port ${said}: no port`);
  const wanted = found?.[2] ?? port;
  if (wanted === undefined) return undefined;
  return { host: found?.[1] ?? host ?? '127.0.0.1', port: portOf('port of prometheus', wanted) };
};

const levels: Readonly<Record<string, string>> = {
  error: 'error',
  warning: 'warn',
  notice: 'info',
  info: 'info',
  debug: 'debug',
};

const levelOf = (level: string): string => levels[oneOf('loglevel', level, Object.keys(levels))] ?? 'info';

const handlersOf = (conf: Conf, url: string | undefined, method: string | undefined): RequestHandler[] => {
  if (url !== undefined) return [handlerOf('*', method ?? 'GET', url, true)];
  return conf.groups('request-handlers/request-handler').map((leaves) => {
    const get = (name: string): string | undefined => leaves.find(({ path }) => path.endsWith(name))?.value;
    const to = get('request-handler') ?? '';
    const verify = yes('verify-peer', get('@verify-peer'));
    return handlerOf((get('@sip-method') ?? '*').toUpperCase(), get('@http-method') ?? 'GET', to, verify);
  });
};

const handlerOf = (sipMethod: string, httpMethod: string, url: string, verifyPeer: boolean): RequestHandler => {
  const flaw = flawOfHandler(url);
  if (flaw !== undefined) throw new SettingError(`request-handler ${url}: it ${flaw}`);
  return { sipMethod, httpMethod: oneOf('http-method', httpMethod.toUpperCase(), ['GET', 'POST']), url, verifyPeer };
};

const spammerHeaders = ['user-agent', 'from', 'to'] as const;

const spammersOf = (conf: Conf) => {
  const values: Partial<Record<(typeof spammerHeaders)[number], string[]>> = {};
  let name: (typeof spammerHeaders)[number] | undefined;
  for (const { path, value } of conf.leaves) {
    if (path === 'sip/spammers/header@name') name = oneOf('header of spammers', value.toLowerCase(), spammerHeaders);
    if (path === 'sip/spammers/header/value' && value !== '' && name !== undefined) (values[name] ??= []).push(value);
  }
  if (Object.keys(values).length === 0) return undefined;
  const action = oneOf('action of spammers', conf.one('sip/spammers@action') ?? 'discard', ['reject', 'discard']);
  return { action, values };
};
