import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { DCLinter } from 'dclint';
import { describe, expect, test } from 'vitest';
import { stopSeconds } from './child.ts';
import { secretNames } from './made-secrets.ts';

/*
 * docker-compose.yml cannot be run where the tests run. What can be known of it from its text is checked here: that its parts fit
 * each other, this repository, and the settings.
 */
const root = join(import.meta.dirname, '..');
const readText = (path: string) => readFileSync(join(root, path), 'utf8');

interface Node {
  readonly text: string;
  readonly under: Map<string, Node>;
}

/** The part of YAML that the file keeps to: maps and lists by indentation, `key: value`, anchors merged with `<<`. */
function readYaml(text: string): Node {
  const top: Node = { text: '', under: new Map() };
  const anchors = new Map<string, Node>();
  const open: { indent: number; node: Node }[] = [{ indent: -1, node: top }];
  for (const [number, line] of text.split('\n').entries()) {
    if (line.trim() === '' || line.trim().startsWith('#')) continue;
    const found = /^( *)(?:(- .*)|([\w.<-]+):(?: *&(\w+))?(?: +(.*))?)$/.exec(line);
    if (!found) throw new Error(`line ${number + 1}: ${line}`);
    const [, spaces = '', dash, key = '', anchor, value = ''] = found;
    if (spaces.length % 2 === 1) throw new Error(`line ${number + 1}: odd indentation`);
    while ((open.at(-1)?.indent ?? -1) >= spaces.length) open.pop();
    const above = open.at(-1)?.node ?? top;
    if (key === '<<') {
      const merged = anchors.get(value.replace('*', ''));
      if (!merged) throw new Error(`line ${number + 1}: no anchor ${value}`);
      for (const [name, one] of merged.under) above.under.set(name, one);
      continue;
    }
    const node: Node = { text: dash ? line.trim().slice(2) : value, under: new Map() };
    const name = dash ? String(above.under.size) : key;
    if (dash === undefined && above.under.has(name) && !['command', 'restart', 'user'].includes(name))
      throw new Error(`line ${number + 1}: ${name} is there twice`);
    above.under.set(name, node);
    if (anchor) anchors.set(anchor, node);
    open.push({ indent: spaces.length, node });
  }
  return top;
}

const compose = readYaml(readText('docker-compose.yml'));
const services = [...(compose.under.get('services')?.under ?? [])];
const field = (service: Node, name: string) => service.under.get(name);
const textsOf = (node: Node | undefined) =>
  [...(node?.under.values() ?? [])].map(({ text }) => text.replace(/^'|'$/g, ''));

test('it is a compose file, as a linter knows the specification', () => {
  const off = 0 as const;
  const rules = {
    // Read from the ground up, not by alphabet; what is common stands before what uses it.
    ...{ 'service-keys-order': off, 'services-alphabetical-order': off, 'top-level-properties-order': off },
    'service-dependencies-alphabetical-order': off,
    // Our own image is built here and has a name.
    'no-build-and-image': off,
  };
  const linter = new DCLinter({ rules, quiet: true, debug: false, exclude: [] });
  const [result] = linter.lintFiles([join(root, 'docker-compose.yml')], false);
  expect(result?.messages.map(({ rule, line, message }) => `${line}: ${rule}: ${message}`)).toEqual([]);
});

test('every secret that it mounts can be made, or is known to be given', () => {
  const files = [...(compose.under.get('secrets')?.under ?? [])].map(([name, { under }]) => [
    name,
    under.get('file')?.text,
  ]);
  expect(files).toEqual([...secretNames].sort().map((name) => [name, `./secrets/${name}`]));
  expect(readText('.gitignore').split('\n')).toContain('secrets/');
});

test('there is everything that a call needs', () => {
  const names = services.map(([name]) => name);
  for (const name of ['drachtio', 'freeswitch', 'postgres', 'redis', 'store', 'ivr', 'api', 'jobs'])
    expect(names).toContain(name);
});

test('a process of ours has the time that it takes to stop in order', () => {
  const graceSeconds = Number.parseInt(compose.under.get('x-application')?.under.get('stop_grace_period')?.text ?? '');
  const drain = new Map(services).get('ivr')?.under.get('environment')?.under.get('DRAIN_SECONDS')?.text;
  expect(graceSeconds).toBeGreaterThan(stopSeconds({ DRAIN_SECONDS: Number(drain) }));
});

describe.each(services)('the service %s', (_name, service) => {
  const once = ['"no"', "'no'"].includes(field(service, 'restart')?.text ?? '');

  test('comes from an image, and is started again and watched, unless it runs once', () => {
    expect(field(service, 'image')?.text).toMatch(/\w/);
    expect(field(service, 'restart')?.text).toMatch(/^(unless-stopped|["']no["'])$/);
    expect(field(service, 'healthcheck')?.under.has('test') ?? false).toBe(!once);
  });

  test('waits for what is there and says when it is ready', () => {
    for (const [name, { under }] of field(service, 'depends_on')?.under ?? []) {
      const other = new Map(services).get(name);
      expect(other, name).toBeDefined();
      const condition = under.get('condition')?.text;
      expect(condition).toBe(other?.under.has('healthcheck') ? 'service_healthy' : 'service_completed_successfully');
    }
  });

  test('mounts what exists', () => {
    for (const mount of textsOf(field(service, 'volumes'))) {
      const source = mount.split(':')[0] ?? '';
      if (source.startsWith('./')) expect(existsSync(join(root, source)), source).toBe(true);
      else expect([...(compose.under.get('volumes')?.under.keys() ?? [])]).toContain(source);
    }
  });

  test('has its secrets as files, and in its environment none', () => {
    const mounted = textsOf(field(service, 'secrets'));
    for (const name of mounted) expect([...(compose.under.get('secrets')?.under.keys() ?? [])]).toContain(name);
    const environment = [...(field(service, 'environment')?.under ?? [])];
    const named = environment.flatMap(([name, { text }]) => {
      if (name === 'SMTP_CA_FILE' || !/_FILE$/.test(name)) {
        if (!['PUBLIC_URL', 'REDIS_URL', 'SOFTPHONE_URL'].includes(name))
          expect(name, 'a secret in the environment').not.toMatch(/SECRET|PASSWORD|TOKEN|PEPPER|_KEY|_URL|TRUNKS/);
        return [];
      }
      expect(text, name).toMatch(/^\/run\/secrets\/\w+$/);
      return [text.slice('/run/secrets/'.length)];
    });
    const spoken = JSON.stringify(textsOf(field(service, 'entrypoint'))).matchAll(/\/run\/secrets\/(\w+)/g);
    const read = new Set([...named, ...[...spoken].map(([, name = '']) => name)]);
    expect([...read].sort()).toEqual([...mounted].sort());
  });

  test('takes no more of the machine than it may, and keeps what it says within bounds', () => {
    const limits = field(service, 'deploy')?.under.get('resources')?.under.get('limits')?.under;
    expect(limits?.get('cpus')?.text).toMatch(/^'\d+'$/);
    expect(limits?.get('memory')?.text).toMatch(/^\d+[mg]$/);
    expect(field(service, 'logging')?.text).toBe('*logging');
  });

  test('is an image of one version', () => {
    expect(field(service, 'image')?.text).toMatch(/:(RELEASE\.)?\d+[.-]\d+[\w.-]*$/);
  });

  test('of ours: runs a process that is there, with settings that it has', () => {
    if (field(service, 'image')?.text !== 'homeline:0.1.0') return;
    expect(field(service, 'read_only')?.text).toBe('true');
    expect(textsOf(field(service, 'cap_drop'))).toEqual(['ALL']);
    expect(textsOf(field(service, 'security_opt'))).toEqual(['no-new-privileges:true']);
    expect(field(service, 'user')?.text).toBe("'1000:1000'");
    const process = /processes\/\w+\.ts/.exec(field(service, 'command')?.text ?? '')?.[0] ?? 'processes/ivr.ts';
    const settings = readText('processes/config.ts') + readText(process);
    for (const name of field(service, 'environment')?.under.keys() ?? []) {
      const setting = name === 'SMTP_CA_FILE' ? name : name.replace(/_FILE$/, '');
      if (!name.startsWith('AWS_')) expect(settings, name).toMatch(new RegExp(`^ +${setting}: `, 'm'));
    }
  });
});

test('whoever opens the gateway has the keys of the real one', () => {
  // ivr does it for the 866 line.
  for (const name of ['ivr', 'jobs', 'api']) {
    const given = [...(new Map(services).get(name)?.under.get('environment')?.under.keys() ?? [])];
    expect(given, name).toEqual(expect.arrayContaining(['STRIPE_SECRET_KEY_FILE', 'STRIPE_WEBHOOK_SECRET_FILE']));
  }
});

test('FreeSWITCH is given variables that its configuration reads', () => {
  const environment = new Map(services).get('freeswitch')?.under.get('environment');
  for (const name of environment?.under.keys() ?? [])
    expect(readText('freeswitch-conf/vars.xml')).toContain(`$${name}"`);
});

test('the image runs as somebody without rights, from the sources, with the Node that strips types', () => {
  const dockerfile = readText('Dockerfile');
  expect(dockerfile).toMatch(/^USER node$/m);
  // Two stages on one version: what was installed for it is run by it.
  const versions = dockerfile.match(/^FROM node:\d+\.\d+\.\d+-slim/gm) ?? [];
  expect([versions.length, new Set(versions).size]).toEqual([2, 1]);
  expect(Number(/node:(\d+)/.exec(versions[0] ?? '')?.[1]) % 2).toBe(0);
  expect(dockerfile).toContain('npm ci --omit=dev');
  expect(dockerfile).toContain('CMD ["node", "processes/ivr.ts"]');
  expect(readText('.dockerignore').split('\n')).toEqual(
    expect.arrayContaining(['node_modules', 'var', '.env', '.git', 'secrets', 'test-calls', '**/*.test.ts']),
  );
});
