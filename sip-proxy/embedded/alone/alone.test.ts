import Srf from 'drachtio-srf';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { connect } from 'node:tls';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it, onTestFinished } from 'vitest';
import { certificate } from '#sip-stack/testing/certificate.ts';
import { KeptLog } from '../testing/stage.ts';
import { Phone } from '../testing/phone.ts';
import { soon } from '../testing/soon.ts';
import { readConf } from './conf-file.ts';
import { contactFrom } from './contact.ts';
import { run, type Running } from './run.ts';
import { honoured, settingsTable, SettingError } from './setting.ts';
import { settingsFrom, type Settings } from './settings.ts';

const ours = 'sip-proxy/drachtio.conf.xml';
const folder = mkdtempSync(join(tmpdir(), 'homeline-sip-'));
const file = (content: string, name = 'drachtio.conf.xml'): string => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

const settings = (args: string[], environment: NodeJS.ProcessEnv = {}): Settings => {
  const command = settingsFrom(args, { DRACHTIO_SECRET: 'word', ...environment }, '1.2.3');
  if (command.kind !== 'run') throw new Error(command.kind);
  return command;
};
const fromXml = (xml: string, ...args: string[]): Settings =>
  settings(['-f', file(`<drachtio>${xml}</drachtio>`), ...args]);
const wrong = (args: string[], environment: NodeJS.ProcessEnv = {}): string => {
  try {
    settings(args, environment);
  } catch (error) {
    if (error instanceof SettingError) return error.message.replace(folder, '');
    throw error;
  }
  return 'nothing is wrong';
};
const wrongXml = (xml: string): string => wrong(['-f', file(xml)]);

describe('the settings', () => {
  it('of this repository are accepted', () => {
    const { server, prometheus, logLevel, ignored } = settings(['-f', ours]);
    expect(server).toEqual({
      sip: { host: '127.0.0.1', port: 5060 },
      contacts: [{ protocol: 'tcp', host: '127.0.0.1', port: 5060 }],
      admin: { host: '127.0.0.1', port: 9022, secret: 'word' },
      timers: {},
      handlers: [],
      cdrs: false,
      defaultRefresher: 'none',
      spammers: {
        action: 'discard',
        values: { 'user-agent': ['sip-cli', 'sipcli', 'friendly-scanner', 'sipvicious'] },
      },
    });
    expect([prometheus, logLevel]).toEqual([undefined, 'info']);
    expect(ignored).toEqual(['sip/udp-mtu', 'sip/spammers@tcp-action', 'logging/sofia-loglevel']);
  });

  it('are all taken from the file', () => {
    const { server, prometheus, logLevel, ignored } = fromXml(`
      <admin port="1" secret="s" tls-port="2">10.0.0.1</admin>
      <request-handlers>
        <request-handler sip-method="invite" http-method="POST" verify-peer="true">https://a/x</request-handler>
        <request-handler>tcp://b:3</request-handler>
      </request-handlers>
      <sip>
        <contacts>
          <contact>sip:*;transport=tcp</contact>
          <contact external-ip="1.2.3.4" local-net="10.0.0.0/8">sip:10.0.0.2:5070;transport=udp</contact>
        </contacts>
        <timers><t1>200</t1><t2>1000</t2><t4>2000</t4><t1x64>1</t1x64></timers>
        <capture-server port="9061" hep-version="3" id="101">10.0.0.3</capture-server>
        <session-timers default-refresher="uac"/>
        <spammers action="reject">
          <header name="User-Agent"><value>a</value><value>b</value></header>
          <header name="To"><value>c</value></header>
        </spammers>
      </sip>
      <cdrs>true</cdrs>
      <monitoring><prometheus port="8088">10.0.0.4</prometheus></monitoring>
      <logging><loglevel>warning</loglevel><file><name>x</name></file></logging>`);
    expect(server).toEqual({
      sip: { host: '10.0.0.2', port: 5070, advertise: '1.2.3.4' },
      contacts: [{ protocol: 'tcp', host: '0.0.0.0', port: 5060 }],
      admin: { host: '10.0.0.1', port: 1, secret: 'word' },
      timers: { T1: 200, T2: 1000, T4: 2000 },
      handlers: [
        { sipMethod: 'INVITE', httpMethod: 'POST', url: 'https://a/x', verifyPeer: true },
        { sipMethod: '*', httpMethod: 'GET', url: 'tcp://b:3', verifyPeer: false },
      ],
      cdrs: true,
      defaultRefresher: 'uac',
      hep: { host: '10.0.0.3', port: 9061, agentId: 101 },
      spammers: { action: 'reject', values: { 'user-agent': ['a', 'b'], to: ['c'] } },
    });
    expect([prometheus, logLevel]).toEqual([{ host: '10.0.0.4', port: 8088 }, 'warn']);
    expect(ignored).toEqual([
      'admin@tls-port',
      'sip/contacts/contact@local-net',
      'sip/timers/t1x64',
      'logging/file/name',
    ]);
  });

  it('that are empty say nothing', () => {
    expect(fromXml('<sip><contacts></contacts><spammers/><sofia/></sip><cdrs/>').ignored).toEqual(['sip/sofia']);
  });

  it('of the command line weigh more than those of the environment, and these more than the file', () => {
    const xml = '<admin port="1" secret="a">h1</admin><logging><loglevel>error</loglevel></logging>';
    const path = file(`<drachtio>${xml}</drachtio>`);
    const variables = {
      DRACHTIO_CONFIG_FILE_PATH: path,
      DRACHTIO_ADMIN_ADDRESS: 'h2',
      DRACHTIO_ADMIN_TCP_PORT: '2',
      DRACHTIO_LOGLEVEL: 'debug',
      DRACHTIO_HOMER_ADDRESS: 'h',
      DRACHTIO_HOMER_PORT: '5',
      DRACHTIO_HOMER_ID: '6',
      DRACHTIO_HTTP_HANDLER_URI: 'http://x',
      DRACHTIO_PROMETHEUS_SCRAPE_PORT: '0.0.0.0:7',
      DRACHTIO_TLS_DH_PARAM_FILE: 'k',
    };
    const plain = settingsFrom([], { DRACHTIO_CONFIG_FILE_PATH: path }, '') as unknown as Settings;
    expect([plain.server.admin, plain.logLevel]).toEqual([{ host: 'h1', port: 1, secret: 'a' }, 'error']);
    const middle = settings([], variables);
    expect([middle.server.admin, middle.logLevel]).toEqual([{ host: 'h2', port: 2, secret: 'word' }, 'debug']);
    expect(middle.server.hep).toEqual({ host: 'h', port: 5, agentId: 6 });
    expect(middle.server.handlers).toEqual([{ sipMethod: '*', httpMethod: 'GET', url: 'http://x', verifyPeer: true }]);
    expect([middle.prometheus, middle.ignored]).toEqual([{ host: '0.0.0.0', port: 7 }, ['DRACHTIO_TLS_DH_PARAM_FILE']]);
    const options =
      '--address h3 -p 3 --secret s -l info -y g:8 -z 9 -a http://y -m POST --prometheus-scrape-port 10 -c sip:1.1.1.1 -x 2.2.2.2 --daemon --tls-port 4';
    const top = settings(options.split(' '), variables);
    expect([top.server.admin, top.logLevel]).toEqual([{ host: 'h3', port: 3, secret: 's' }, 'info']);
    expect(top.server.hep).toEqual({ host: 'g', port: 8, agentId: 9 });
    expect(top.server.handlers).toEqual([{ sipMethod: '*', httpMethod: 'POST', url: 'http://y', verifyPeer: true }]);
    expect(top.prometheus).toEqual({ host: '127.0.0.1', port: 10 });
    expect(top.server.sip).toEqual({ host: '1.1.1.1', port: 5060, advertise: '2.2.2.2' });
    expect(top.ignored).toEqual(['DRACHTIO_TLS_DH_PARAM_FILE', '--tls-port', '--daemon']);
  });

  it('that are wrong are one clear line', () => {
    expect(wrongXml('<drachtio><a></drachtio>')).toMatch(/^\/drachtio.conf.xml: no XML in line 1: /);
    expect(wrongXml('<other/>')).toBe('/drachtio.conf.xml: no <drachtio> in it');
    expect(wrong(['-f', '/nowhere/x'])).toMatch(/^\/nowhere\/x: ENOENT/);
    expect(wrong(['--fly'])).toMatch(/^Unknown option '--fly'.*; usage: homeline-sip /);
    expect(wrong([], { DRACHTIO_SECRET: '' })).toMatch(/^no secret for applications: /);
    expect(wrong(['-p', '70000'])).toBe('port of applications 70000: no number from 0 to 65535');
    expect(wrong(['-p', 'x'])).toBe('port of applications x: no number from 0 to 65535');
    expect(wrong(['-l', 'loud'])).toBe('loglevel loud: none of error, warning, notice, info, debug');
    expect(wrong(['-c', 'here'])).toBe('contact here: no SIP address such as sip:127.0.0.1:5060;transport=udp');
    expect(wrong(['-c', 'sip:h:99999'])).toBe('contact sip:h:99999: no such port');
    expect(wrong(['-c', 'sips:h'])).toBe(
      'contact sips:h: tls wants a key and a certificate, say key-file and cert-file',
    );
    expect(wrong(['-c', 'sip:h;transport=sctp'])).toBe(
      'transport of contact sip:h;transport=sctp: sctp: none of udp, tcp, tls, ws, wss',
    );
    expect(wrong(['--key-file', '/k'])).toBe('/k: key-file and cert-file go together');
    expect(wrong(['--key-file', '/none/k', '--cert-file', '/none/c'])).toContain('/none/k: ENOENT');
    expect(wrong(['-a', 'ftp://x'])).toBe('request-handler ftp://x: it is neither http, https, tcp nor tls');
    expect(wrong(['-a', 'http://x', '-m', 'PUT'])).toBe('http-method PUT: none of GET, POST');
    expect(wrong(['--prometheus-scrape-port', 'x'])).toBe('prometheus-scrape-port x: no port');
    expect(wrong(['-y', 'h', '-z', 'x'])).toBe('id of capture-server x: no number from 0 to 4294967295');
    const of = (xml: string): string => wrongXml(`<drachtio>${xml}</drachtio>`);
    expect(of('<cdrs>maybe</cdrs>')).toBe('cdrs maybe: none of true, 1, yes, false, 0, no');
    expect(of('<sip><timers><t1>0</t1></timers></sip>')).toBe('timer T1 0: no number from 1 to 600000');
    expect(of('<sip><capture-server hep-version="2">h</capture-server></sip>')).toBe('hep-version 2: only 3 is spoken');
    expect(of('<sip><session-timers default-refresher="x"/></sip>')).toBe(
      'default-refresher x: none of none, uac, uas',
    );
    expect(of('<sip><spammers action="x"><header name="To"><value>a</value></header></spammers></sip>')).toBe(
      'action of spammers x: none of reject, discard',
    );
    expect(of('<sip><spammers><header name="Via"><value>a</value></header></spammers></sip>')).toBe(
      'header of spammers via: none of user-agent, from, to',
    );
  });

  it.each<[string, object]>([
    ['sip:*', { host: '0.0.0.0', port: 5060, transports: ['udp', 'tcp'] }],
    ['sip:*:5062;transport=UDP', { host: '0.0.0.0', port: 5062, transports: ['udp'] }],
    ['sip:[::1]:5062', { host: '::1', port: 5062, transports: ['udp', 'tcp'] }],
    ['sips:a.example', { host: 'a.example', port: 5061, transports: ['tls'] }],
  ])('a contact %s', (text, contact) => expect(contactFrom(text)).toEqual(contact));

  it('that are honoured are those the documentation has', () => {
    const page = readFileSync('sip-proxy/embedded/README.md', 'utf8');
    expect(page).toContain(settingsTable());
    // And each has its name from drachtio-server's own file, as far as that names it.
    expect(honoured.flatMap(({ xml = [] }) => xml).every((path) => /^[a-z0-9/@-]+$/.test(path))).toBe(true);
  });

  it('help and version are no start', () => {
    expect(settingsFrom(['-h'], {}, '1')).toMatchObject({ kind: 'help' });
    expect(settingsFrom(['--version'], {}, '1')).toEqual({ kind: 'version', text: '1' });
  });

  it('a file is read in its order, each element for itself', () => {
    const leaves = readConf('<?xml version="1.0"?><drachtio><!-- c --><a><b x="1">t</b><b x="2"/></a></drachtio>');
    expect(leaves.map(({ path, value }) => [path, value])).toEqual([
      ['a/b@x', '1'],
      ['a/b', 't'],
      ['a/b@x', '2'],
    ]);
    expect(leaves[0]?.group).toBe(leaves[1]?.group);
    expect(leaves[1]?.group).not.toBe(leaves[2]?.group);
  });
});

describe('the server alone', () => {
  const start = async (args: string[]) => {
    const log = new KeptLog();
    const chosen = settings(['-c', 'sip:127.0.0.1:0', '-p', '0', ...args]);
    const running: Running = await run(chosen, log, '1.2.3', 1_700_000_000_500);
    onTestFinished(() => running.close());
    return { running, log };
  };

  it('says what has no effect, and tells Prometheus what drachtio-server tells', async () => {
    const { running, log } = await start(['--prometheus-scrape-port', '0', '--daemon']);
    expect(log.lines[0]).toMatchObject({
      level: 'warn',
      facts: { settings: ['--daemon'] },
    });
    expect(JSON.stringify(log.lines)).not.toContain('word');
    const phone = await Phone.start(running.sipPort);
    onTestFinished(() => phone.close());
    const srf = new Srf();
    srf.on('error', () => undefined);
    (srf as unknown as { invite(take: (req: unknown, res: { send(status: number): void }) => void): void }).invite(
      (_req, res) => res.send(486),
    );
    void srf.connect({ host: '127.0.0.1', port: running.adminPort, secret: 'word' });
    await once(srf, 'connect');
    onTestFinished(() => srf.disconnect());
    const metrics = async (): Promise<string> =>
      (await fetch(`http://127.0.0.1:${running.metricsPort}/metrics`)).text();
    await phone.ask('MESSAGE').response(503);
    await expect.poll(metrics, { timeout: 4000 }).toContain('drachtio_app_connections 1');
    await phone.ask('INVITE').response(486);
    await soon(() => phone.layer.size).toBeGreaterThan(0);
    const text = await metrics();
    for (const line of [
      'drachtio_sip_requests_in_total{method="MESSAGE"} 1',
      'drachtio_sip_responses_out_total{method="MESSAGE",code="503"} 1',
      'drachtio_sip_responses_out_total{method="INVITE",code="486"} 1',
      'drachtio_build_info{version="1.2.3"} 1',
      'drachtio_time_started 1700000000',
      'drachtio_stable_dialogs 0',
      'drachtio_proxy_cores 0',
      'drachtio_call_pdd_seconds_in_count 1',
      'drachtio_call_answer_seconds_in_count 0',
      'sofia_retransmitted_requests_total 0',
    ])
      expect(text).toContain(`${line}\n`);
    expect((await fetch(`http://127.0.0.1:${running.metricsPort}/`)).status).toBe(404);
  });

  it('speaks every transport that its contacts name', async () => {
    const { key, cert } = certificate('127.0.0.1');
    const [keyFile, certFile] = [file(key, 'key.pem'), file(cert, 'cert.pem')];
    const secure = ['--key-file', keyFile, '--cert-file', certFile];
    const { running } = await start(['-c', 'sip:127.0.0.1:0;transport=ws', '-c', 'sips:127.0.0.1:0', ...secure]);
    const ports = new Map(running.contacts.map((name) => [name.split('/')[0], Number(name.split(':').at(-1))]));
    expect([...ports.keys()]).toEqual(['udp', 'tcp', 'ws', 'tls']);
    const socket = connect({ host: '127.0.0.1', port: ports.get('tls') ?? 0, ca: cert });
    onTestFinished(() => void socket.destroy());
    await once(socket, 'secureConnect');
    expect(socket.authorized).toBe(true);
  });

  it('that cannot have a port has none of them', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    onTestFinished(() => void taken.close());
    const { port } = taken.address() as AddressInfo;
    await expect(start(['--prometheus-scrape-port', String(port)])).rejects.toThrow('EADDRINUSE');
  });

  /** Until it ends, or says `until`. */
  const command = async (args: string[], until?: string) => {
    const child = spawn(process.execPath, ['sip-proxy/embedded/alone/bin.js', ...args], {
      env: { PATH: process.env['PATH'], DRACHTIO_SECRET: 'word' },
    });
    let out = '';
    const ended = once(child, 'close') as Promise<[number]>;
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => {
        out += chunk.toString();
        if (until !== undefined && !child.killed && out.includes(until)) child.kill('SIGTERM');
      });
    const [code] = await ended;
    return { code, out };
  };

  it('is a command that starts with our file, and stops when it is told to', async () => {
    const { code, out } = await command(['-f', ours, '-c', 'sip:127.0.0.1:0', '-p', '0'], 'SIP server started');
    expect(out).toContain('these settings are not honoured by this server');
    expect(out).toContain('SIP server stopped');
    expect(code).toBe(0);
  });

  it('refuses what is wrong with one line', async () => {
    const { code, out } = await command(['-p', 'x']);
    expect([code, out]).toEqual([1, 'homeline-sip: port of applications x: no number from 0 to 65535\n']);
  });
});
