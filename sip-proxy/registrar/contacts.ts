/** One element of a Contact or To header (RFC 3261 §20.10). */
export interface Address {
  /** A sip: or sips: URI, with its own parameters. */
  readonly uri: string;
  /** As it stands in the URI, escaped; empty when there is none. */
  readonly user: string;
  /** The header parameter of that name, unread. */
  readonly expires: string | undefined;
}

const longest = 4096;
const sipUri =
  /^sips?:(?:([^\s@:;?]*)(?::[^\s@]*)?@)?(?:\[[\da-f:.]+\]|[a-z\d](?:[a-z\d.-]*[a-z\d])?\.?)(?::\d{1,5})?(?:[;?]\S*)?$/i;

/** `*`, the addresses of the header, or undefined when it cannot be read or an address is no SIP URI. */
export function readAddresses(header: string): '*' | readonly Address[] | undefined {
  if (header.length > longest) return undefined;
  if (header.trim() === '*') return '*';
  const elements = split(header, ',');
  if (!elements) return undefined;
  const addresses = elements.map(readAddress);
  return addresses.every((address) => address !== undefined) ? addresses : undefined;
}

function readAddress(element: string): Address | undefined {
  const bracketed = /^(?:"(?:[^"\\]|\\[^])*"|[^"<]*)\s*<([^<>"]*)>\s*(?:;([^]*))?$/.exec(element);
  // Without brackets a parameter belongs to the header, not to the URI (RFC 3261 §20.10).
  const [uri = '', ...rest] = bracketed ? [bracketed[1] ?? '', bracketed[2] ?? ''] : (split(element, ';') ?? []);
  const parsed = sipUri.exec(uri.trim());
  const parameters = bracketed ? split(rest.join(';'), ';') : rest;
  if (!parsed || !parameters) return undefined;
  const expires = parameters.map((one) => /^\s*expires\s*=\s*"?([^"]*?)"?\s*$/i.exec(one)?.[1]).find(Boolean);
  return { uri: uri.trim(), user: parsed[1] ?? '', expires };
}

/** Splits at a separator that stands outside of quotes and brackets; undefined when one of those is left open. */
function split(text: string, separator: ',' | ';'): string[] | undefined {
  const parts = [''];
  let inside: '' | '"' | '<' = '';
  for (let at = 0; at < text.length; at++) {
    const one = text.charAt(at);
    const escaped: boolean = inside === '"' && one === '\\';
    if (one === separator && inside === '') {
      parts.push('');
      continue;
    }
    parts[parts.length - 1] += escaped ? one + text.charAt(++at) : one;
    if (inside === '"') inside = one === '"' && !escaped ? '' : inside;
    else if (inside === '<') inside = one === '>' ? '' : inside;
    else if (one === '"' || one === '<') inside = one;
  }
  return inside === '' ? parts.map((part) => part.trim()) : undefined;
}
