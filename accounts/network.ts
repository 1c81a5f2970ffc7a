import { isIP } from 'node:net';

/**
 * The network that somebody has to themselves: an IPv4 address, of IPv6 the 64 bits of a household (RFC 6177 §2), of an IPv4 address within IPv6
 * (RFC 4291 §2.5.5.2) that address. Undefined: it is no address.
 */
export function networkOf(address: string): string | undefined {
  const bare = address.replace(/%.*$/s, '');
  const version = isIP(bare);
  if (version !== 6) return version === 4 ? bare : undefined;
  // In the one form that RFC 5952 allows, and in brackets.
  const [before = '', after = ''] = new URL(`http://[${bare}]/`).hostname.slice(1, -1).split('::');
  const [head, tail] = [before, after].map((part) => (part === '' ? [] : part.split(':'))) as [string[], string[]];
  const groups = [...head, ...Array<string>(8 - head.length - tail.length).fill('0'), ...tail];
  const mapped = groups.slice(0, 6).join(':') === '0:0:0:0:0:ffff';
  if (!mapped) return `${groups.slice(0, 4).join(':')}::/64`;
  const last = groups.slice(6).map((group) => parseInt(group, 16));
  return last.flatMap((two) => [two >> 8, two & 255]).join('.');
}
