import { BlockList, isIPv4, isIPv6 } from 'node:net';

/** IANA's special-purpose addresses: this machine, private networks, links, documentation, multicast (RFC 6890 and its registry). */
const SPECIAL_4 = [
  '0.0.0.0/8', '10.0.0.0/8', '100.64.0.0/10', '127.0.0.0/8', '169.254.0.0/16', '172.16.0.0/12', '192.0.0.0/24', '192.0.2.0/24',
  '192.88.99.0/24', '192.168.0.0/16', '198.18.0.0/15', '198.51.100.0/24', '203.0.113.0/24', '224.0.0.0/4', '240.0.0.0/4',
]; // prettier-ignore
/** Of what is global unicast (2000::/3): tunnels that carry any IPv4 address, and documentation. All else of IPv6 is special. */
const SPECIAL_6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'];

/** Throws a RangeError for what is no network: 10.0.0.0/8, fd00::/8. */
export function blockListOf(networks: readonly string[]): BlockList {
  const list = new BlockList();
  for (const network of networks) {
    const [address = '', length = ''] = network.split('/');
    const family = isIPv4(address) ? 'ipv4' : isIPv6(address) ? 'ipv6' : undefined;
    if (!family || !/^\d{1,3}$/.test(length)) throw new RangeError(`${network} is no network, such as 10.0.0.0/8.`);
    list.addSubnet(address, Number(length), family);
  }
  return list;
}

const special = blockListOf([...SPECIAL_4, ...SPECIAL_6]);
const global6 = blockListOf(['2000::/3']);

/** Whether an address is one of the public Internet, or of a network that is allowed all the same. */
export function mayReach(address: string, allowed: BlockList): boolean {
  const family = isIPv4(address) ? 'ipv4' : 'ipv6';
  // Looked at as what it is within: ::ffff:10.0.0.1 is 10.0.0.1 (RFC 4291 §2.5.5.2), which BlockList knows.
  if (allowed.check(address, family)) return true;
  if (special.check(address, family)) return false;
  return family === 'ipv4' || global6.check(address, family);
}
