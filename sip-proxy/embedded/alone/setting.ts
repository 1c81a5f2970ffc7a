/** A setting that cannot be used. Its message is one line that says which, why, and what would do. */
export class SettingError extends Error {
  override readonly name = 'SettingError';
}

/** What can be set, where, and as what: that of drachtio-server which is honoured here. */
export interface Setting {
  /** In drachtio.conf.xml, below `<drachtio>`; `@` before an attribute. */
  readonly xml?: readonly string[];
  /** On the command line. */
  readonly option?: string;
  readonly variable?: string;
  readonly what: string;
}

export const honoured: readonly Setting[] = [
  { option: '-f, --file', variable: 'DRACHTIO_CONFIG_FILE_PATH', what: 'the file of settings; none unless it is said' },
  {
    xml: ['admin'],
    option: '--address',
    variable: 'DRACHTIO_ADMIN_ADDRESS',
    what: 'where applications connect; `127.0.0.1`',
  },
  { xml: ['admin@port'], option: '-p, --port', variable: 'DRACHTIO_ADMIN_TCP_PORT', what: 'its port; `9022`' },
  {
    xml: ['admin@secret'],
    option: '--secret',
    variable: 'DRACHTIO_SECRET',
    what: 'the secret of applications; there is none built in',
  },
  {
    xml: ['sip/contacts/contact', 'sip/contact'],
    option: '-c, --contact',
    what: 'SIP: `sip:10.0.0.5:5060;transport=udp,tcp`, `*` for all IPv4 addresses; `tls`, `ws` and `wss` as well; may be said again',
  },
  { xml: ['sip/contacts/contact@external-ip'], option: '-x, --external-ip', what: 'the address others reach it by' },
  {
    xml: ['sip/tls/key-file', 'sip/tls/cert-file', 'sip/tls/chain-file'],
    option: '--key-file, --cert-file, --chain-file',
    variable: 'DRACHTIO_TLS_KEY_FILE, DRACHTIO_TLS_CERT_FILE, DRACHTIO_TLS_CHAIN_FILE',
    what: 'PEM files of `tls` and `wss`',
  },
  { xml: ['sip/timers/t1', 'sip/timers/t2', 'sip/timers/t4'], what: 'timers of RFC 3261, in ms' },
  { xml: ['sip/session-timers@default-refresher'], what: '`none`, `uac` or `uas` (RFC 4028)' },
  {
    xml: ['sip/spammers@action', 'sip/spammers/header@name', 'sip/spammers/header/value'],
    what: 'scanners, by User-Agent, From or To: `reject` (603) or `discard`',
  },
  {
    xml: ['request-handlers/request-handler', 'request-handlers/request-handler@sip-method'],
    option: '-a, --http-handler',
    variable: 'DRACHTIO_HTTP_HANDLER_URI',
    what: 'who says which application takes a request',
  },
  { xml: ['request-handlers/request-handler@http-method'], option: '-m, --http-method', what: '`GET` or `POST`' },
  { xml: ['request-handlers/request-handler@verify-peer'], what: 'whether its certificate must be good' },
  { xml: ['cdrs'], what: '`true`: applications may have `cdr:attempt`, `cdr:start`, `cdr:stop`' },
  {
    xml: ['sip/capture-server', 'sip/capture-server@port'],
    option: '-y, --homer',
    variable: 'DRACHTIO_HOMER_ADDRESS, DRACHTIO_HOMER_PORT',
    what: 'where copies of SIP messages go (HEP 3); port `9060`',
  },
  {
    xml: ['sip/capture-server@id', 'sip/capture-server@hep-version'],
    option: '-z, --homer-id',
    variable: 'DRACHTIO_HOMER_ID',
    what: 'the number of this server there; version `3` alone',
  },
  {
    xml: ['monitoring/prometheus', 'monitoring/prometheus@port'],
    option: '--prometheus-scrape-port',
    variable: 'DRACHTIO_PROMETHEUS_SCRAPE_PORT',
    what: '`/metrics`: `9099` or `127.0.0.1:9099`',
  },
  {
    xml: ['logging/loglevel'],
    option: '-l, --loglevel',
    variable: 'DRACHTIO_LOGLEVEL',
    what: '`error`, `warning`, `notice`, `info` or `debug`; none of them writes SIP messages',
  },
  {
    xml: ['logging/console'],
    option: '-b, --stdout',
    variable: 'DRACHTIO_CONSOLE_LOGGING',
    what: 'the log goes to the standard output in any case',
  },
];

/** The rows for the documentation. */
export const settingsTable = (): string => {
  const cell = (texts: readonly string[]): string => texts.map((text) => `\`${text}\``).join(', ');
  const rows = honoured.map(
    ({ xml = [], option = '', variable = '', what }) =>
      `| ${cell(xml)} | ${cell(option === '' ? [] : option.split(', '))} | ${cell(variable === '' ? [] : variable.split(', '))} | ${what} |`,
  );
  return ['| in the file | option | variable | |', '| --- | --- | --- | --- |', ...rows].join('\n');
};
