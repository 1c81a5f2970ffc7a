import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FakeClock } from './fake-clock.ts';
import { Locator, type Abilities } from './locator.ts';
import { NameLookup } from './name-lookup.ts';
import { inOrder } from './srv-order.ts';
import { DnsServer, type Reply } from './testing/dns-server.ts';

let dns: DnsServer;
let clock: FakeClock;
let lookup: NameLookup;

beforeEach(async () => {
  dns = await DnsServer.start();
  clock = new FakeClock();
  lookup = new NameLookup({ servers: [dns.address], timeout: 100, clock });
});
afterEach(() => dns.close());

const all: Abilities = { protocols: ['UDP', 'TCP', 'TLS'], families: [4] };
/** The lowest lot: of two weights the heavier one comes second. */
const lowest = (): number => 0;
const targets = async (uri: string, abilities: Abilities = all): Promise<string[]> => {
  const found: string[] = [];
  for await (const { address, port, protocol = 'UDP', name } of new Locator(lookup, abilities, lowest).targets(uri))
    found.push(`${protocol} ${address}:${port}${name === undefined ? '' : ` ${name}`}`);
  return found;
};

describe('a URI leads', () => {
  it.each([
    ['sip:a@192.0.2.1', ['UDP 192.0.2.1:5060']],
    ['sip:a@192.0.2.1:5070;transport=tcp', ['TCP 192.0.2.1:5070']],
    ['sips:a@192.0.2.1', ['TLS 192.0.2.1:5061']],
    ['sips:a@192.0.2.1;transport=tcp', ['TLS 192.0.2.1:5061']],
    ['sips:a@192.0.2.1;transport=ws', ['WSS 192.0.2.1:5061']],
    ['sip:a@[2001:db8::1];transport=TLS', ['TLS 2001:db8::1:5061']],
    ['tel:+14155550100', []],
    ['nonsense', []],
  ])('%s without asking anybody: %j', async (uri, expected) => {
    expect([await targets(uri), dns.asked]).toEqual([expected, []]);
  });

  it.each([
    ['sip:a@pbx.example.com:5070', ['UDP 192.0.2.1:5070', 'UDP 192.0.2.2:5070']],
    [
      'sip:a@pbx.example.com:5070;transport=tcp',
      ['TCP 192.0.2.1:5070 pbx.example.com', 'TCP 192.0.2.2:5070 pbx.example.com'],
    ],
    ['sip:a@other.example.com:5070;maddr=pbx.example.com', ['UDP 192.0.2.1:5070', 'UDP 192.0.2.2:5070']],
    ['sip:a@gone.example.com:5070', []],
  ])('%s, which has a port, to addresses: %j', async (uri, expected) => {
    dns.a('pbx.example.com', '192.0.2.1', '192.0.2.2');
    expect(await targets(uri)).toEqual(expected);
    expect(dns.asked.every((question) => question.startsWith('A '))).toBe(true);
  });

  it('by NAPTR, SRV and A, as the domain prefers', async () => {
    dns
      .naptr(
        'example.com',
        '20 1 s SIP+D2T _sip._tcp.late.example.com',
        '10 9 S sip+d2u _sip._udp.example.com',
        '10 5 s SIPS+D2T _sips._tcp.safe.example.com',
        '10 1 u E2U+sip !^.*$!sip:x@y!',
        '5 1 s SIP+D2W _sip._ws.example.com',
      )
      .srv('_sips._tcp.safe.example.com', '1 0 5061 tls.example.com')
      .srv('_sip._udp.example.com', '2 0 5062 b.example.com', '1 0 5061 a.example.com')
      .a('tls.example.com', '192.0.2.9')
      .a('a.example.com', '192.0.2.1', '192.0.2.2')
      .a('b.example.com', '192.0.2.3');
    expect(await targets('sip:a@example.com')).toEqual([
      'TLS 192.0.2.9:5061 example.com',
      'UDP 192.0.2.1:5061',
      'UDP 192.0.2.2:5061',
      'UDP 192.0.2.3:5062',
    ]);
    expect(dns.asked).toEqual([
      'NAPTR example.com',
      'SRV _sips._tcp.safe.example.com',
      'A tls.example.com',
      'SRV _sip._udp.example.com',
      'A a.example.com',
      'A b.example.com',
    ]);
    expect(await targets('sips:a@example.com')).toEqual(['TLS 192.0.2.9:5061 example.com']);
    const able: Abilities = { protocols: ['TCP'], families: [4] };
    dns.srv('_sip._tcp.late.example.com', '1 0 5063 a.example.com');
    expect(await targets('sip:a@example.com', able)).toEqual([
      'TCP 192.0.2.1:5063 example.com',
      'TCP 192.0.2.2:5063 example.com',
    ]);
  });

  it('without NAPTR by the SRV records of what can be spoken here', async () => {
    dns
      .srv('_sip._udp.example.com', '1 0 5061 a.example.com')
      .srv('_sip._tcp.example.com', '1 0 5062 a.example.com')
      .srv('_sips._tcp.example.com', '1 0 5063 a.example.com')
      .a('a.example.com', '192.0.2.1');
    expect(await targets('sip:a@example.com')).toEqual(['UDP 192.0.2.1:5061', 'TCP 192.0.2.1:5062 example.com']);
    expect(await targets('sip:a@example.com;transport=tcp')).toEqual(['TCP 192.0.2.1:5062 example.com']);
    expect(await targets('sip:a@example.com;transport=tls')).toEqual(['TLS 192.0.2.1:5063 example.com']);
    expect(await targets('sips:a@example.com')).toEqual(['TLS 192.0.2.1:5063 example.com']);
    expect(await targets('sip:a@example.com', { protocols: ['TCP'], families: [4] })).toEqual([
      'TCP 192.0.2.1:5062 example.com',
    ]);
    expect(dns.asked.filter((question) => question.startsWith('NAPTR'))).toEqual(['NAPTR example.com']);
  });

  it('without either to its addresses, of both families in their order', async () => {
    dns.a('example.com', '192.0.2.1').aaaa('example.com', '2001:db8::1');
    expect(await targets('sip:a@example.com')).toEqual(['UDP 192.0.2.1:5060']);
    const both: Abilities = { ...all, families: [6, 4] };
    expect(await targets('sip:a@example.com', both)).toEqual(['UDP 2001:db8::1:5060', 'UDP 192.0.2.1:5060']);
    expect(await targets('sips:a@example.com')).toEqual(['TLS 192.0.2.1:5061 example.com']);
  });

  it('nowhere, when the domain says that it has no such service', async () => {
    dns.srv('_sip._tcp.example.com', '0 0 0 .').a('example.com', '192.0.2.1');
    expect(await targets('sip:a@example.com;transport=tcp')).toEqual([]);
    expect(dns.asked).toEqual(['SRV _sip._tcp.example.com']);
  });

  it('past those of several targets that have no address, and to none twice', async () => {
    dns
      .srv('_sip._udp.example.com', '1 0 1 gone.example.com', '2 0 5060 a.example.com', '3 0 5060 b.example.com')
      .a('a.example.com', '192.0.2.1')
      .a('b.example.com', '192.0.2.1', '192.0.2.2');
    expect(await targets('sip:a@example.com')).toEqual(['UDP 192.0.2.1:5060', 'UDP 192.0.2.2:5060']);
  });

  it('to a few, were there thousands', async () => {
    const many = Array.from({ length: 800 }, (_, i) => `10.0.${i >> 8}.${i & 255}`);
    dns.a('many.example.com', ...many);
    const found = await targets('sip:a@many.example.com:5060');
    expect(found.length).toBeLessThanOrEqual(8);
    expect(found.length).toBeGreaterThan(0);
    dns.srv('_sip._udp.wide.example.com', ...Array.from({ length: 60 }, (_, i) => `1 1 ${5060 + i} a.example.com`));
    dns.a('a.example.com', '192.0.2.1');
    expect(await targets('sip:a@wide.example.com')).toHaveLength(8);
    expect(await lookup.srv('_sip._udp.wide.example.com')).toHaveLength(32);
  });

  it('a name of one part to its address, one that cannot be to nothing', async () => {
    dns.a('container', '192.0.2.1');
    expect(await targets('sip:a@container')).toEqual(['UDP 192.0.2.1:5060']);
    expect(await targets('sip:a@df7jal.invalid;transport=ws')).toEqual([]);
    expect(dns.asked).toEqual(['A container']);
  });
});

describe('a server that misbehaves', () => {
  it.each<[Reply]>([['fails'], ['garbage'], ['other question'], ['truncated'], ['silent']])(
    'about NAPTR and SRV (%s) leaves the addresses',
    async (reply) => {
      dns.reply('NAPTR example.com', reply).reply('SRV _sip._udp.example.com', reply);
      dns.reply('SRV _sip._tcp.example.com', reply).a('example.com', '192.0.2.1');
      expect(await targets('sip:a@example.com')).toEqual(['UDP 192.0.2.1:5060']);
    },
  );

  it('about all leaves nothing', async () => {
    dns.reply('A example.com', 'fails');
    expect(await targets('sip:a@example.com:5060')).toEqual([]);
    const refused = new NameLookup({ servers: ['127.0.0.1:9'] });
    expect(await refused.addresses('example.com', 4)).toEqual([]);
    expect(() => new NameLookup({ servers: ['nonsense'] })).toThrow();
  });

  it('with names that lead in a circle leads nowhere', async () => {
    dns.reply('A a.example.com', [
      { type: 'CNAME', name: 'a.example.com', data: 'b.example.com', ttl: 100 },
      { type: 'CNAME', name: 'b.example.com', data: 'a.example.com', ttl: 100 },
    ]);
    expect(await targets('sip:a@a.example.com:5060')).toEqual([]);
  });
});

describe('answers are remembered', () => {
  const asked = async (): Promise<number> => {
    await targets('sip:a@example.com:5060');
    return dns.asked.length;
  };
  const answer = (ttl: number): Reply => [{ type: 'A', name: 'example.com', data: '192.0.2.1', ttl }];

  it.each<[Reply, number]>([
    [answer(100), 100],
    [answer(0), 1],
    [answer(86_400), 300],
    ['no such name', 30],
    [[], 30],
    ['fails', 5],
  ])('%j for %s seconds', async (reply, seconds) => {
    dns.reply('A example.com', reply);
    const first = await asked();
    clock.advance(seconds * 1000 - 1);
    expect(await asked()).toBe(first);
    clock.advance(1);
    expect(await asked()).toBeGreaterThan(first);
  });

  it('the shortest of several counts; SRV records are remembered as well', async () => {
    const [one, two] = [50, 20].map((ttl, i) => ({
      type: 'A' as const,
      name: 'example.com',
      data: `192.0.2.${i}`,
      ttl,
    }));
    dns.reply('A example.com', [one!, two!]);
    expect(await asked()).toBe(1);
    clock.advance(19_999);
    expect(await asked()).toBe(1);
    clock.advance(1);
    expect(await asked()).toBe(2);
    dns.srv('_sip._udp.example.com', '1 1 5060 a.example.com');
    await lookup.srv('_sip._udp.example.com');
    clock.advance(59_999);
    await lookup.srv('_SIP._udp.example.com');
    expect(dns.asked).toHaveLength(3);
    clock.advance(1);
    await lookup.srv('_sip._udp.example.com');
    expect(dns.asked).toHaveLength(4);
  });

  it('and not more than so many; those who ask the same at once ask once', async () => {
    dns.a('example.com', '192.0.2.1');
    const twice = await Promise.all([1, 2].map(() => lookup.addresses('example.com', 4)));
    expect([twice, dns.asked]).toEqual([[['192.0.2.1'], ['192.0.2.1']], ['A example.com']]);
    expect(lookup.size).toBe(1);
    for (let i = 0; i < 2100; i += 100)
      await Promise.all(Array.from({ length: 100 }, (_, j) => lookup.addresses(`n${i + j}.example.com`, 4)));
    expect(lookup.size).toBe(2000);
    await lookup.addresses('example.com', 4);
    expect(dns.asked.filter((question) => question === 'A example.com')).toHaveLength(2);
  });
});

it('the names of the system lead to addresses, too', async () => {
  const system = new NameLookup();
  expect(await system.addresses('localhost', 4)).toEqual(['127.0.0.1']);
  expect(await system.addresses('no-such-host.invalid', 4)).toEqual([]);
});

describe('SRV records come', () => {
  const record = (priority: number, weight: number, name: string) => ({ priority, weight, port: 5060, name });
  const names = (draw: (below: number) => number, ...records: ReturnType<typeof record>[]): string =>
    inOrder(records, draw)
      .map(({ name }) => name)
      .join('');

  it('lower priorities first, whatever the weights', () => {
    expect(names((below) => below - 1, record(20, 100, 'c'), record(10, 0, 'a'), record(10, 1, 'b'))).toBe('bac');
    expect(names(() => 0, record(20, 100, 'c'), record(10, 1, 'b'), record(10, 0, 'a'))).toBe('abc');
  });

  it('within one by their weight', () => {
    const first: Record<string, number> = {};
    for (let lot = 0; lot < 11; lot++) {
      let drawn = false;
      const draw = (): number => {
        const given = drawn ? 0 : lot;
        drawn = true;
        return given;
      };
      const [name = ''] = names(draw, record(1, 7, 'a'), record(1, 3, 'b'));
      first[name] = (first[name] ?? 0) + 1;
    }
    expect(first).toEqual({ a: 8, b: 3 });
    expect(names((below) => below - 1, record(1, 0, 'z'), record(1, 0, 'y'))).toBe('zy');
  });
});
