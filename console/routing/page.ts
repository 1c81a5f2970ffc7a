/** What the calls are narrowed to; as in the address, so that it can be sent to somebody. */
export interface CallFilter {
  readonly number?: string;
  readonly facilityId?: string;
  readonly personId?: string;
  readonly disposition?: string;
  /** ISO days of the reader's calendar, both included. */
  readonly from?: string;
  readonly until?: string;
}

/** Every page there is, and what it is about. */
export type Page =
  | { readonly page: 'desk' }
  | { readonly page: 'number'; readonly number: string }
  | { readonly page: 'account'; readonly id: string }
  | { readonly page: 'calls'; readonly filter: CallFilter }
  | { readonly page: 'call'; readonly id: string }
  | { readonly page: 'refunds' }
  | { readonly page: 'cheques' }
  | { readonly page: 'documents' }
  | { readonly page: 'figures' }
  | { readonly page: 'audit' }
  | { readonly page: 'staff' }
  | { readonly page: 'me' }
  | { readonly page: 'nowhere' };

export const BASE = '/console/';
const filterNames = ['number', 'facilityId', 'personId', 'disposition', 'from', 'until'] as const;
const plain = ['refunds', 'cheques', 'documents', 'figures', 'audit', 'staff', 'me'] as const;

/** The page of an address. */
export function pageOf(pathname: string, search: string): Page {
  const [first = '', second, ...more] = pathname.slice(BASE.length).split('/').map(decoded);
  if (more.length > 0 || !pathname.startsWith(BASE)) return { page: 'nowhere' };
  if (second === undefined || second === '') {
    if (first === '') return { page: 'desk' };
    if (first === 'calls') return { page: 'calls', filter: filterOf(new URLSearchParams(search)) };
    const found = plain.find((page) => page === first);
    return found ? { page: found } : { page: 'nowhere' };
  }
  if (first === 'numbers') return { page: 'number', number: second };
  if (first === 'accounts') return { page: 'account', id: second };
  if (first === 'calls') return { page: 'call', id: second };
  return { page: 'nowhere' };
}

/** Its address. */
export function hrefOf(page: Page): string {
  switch (page.page) {
    case 'desk':
    case 'nowhere':
      return BASE;
    case 'number':
      return `${BASE}numbers/${encodeURIComponent(page.number).replace('%2B', '+')}`;
    case 'account':
      return `${BASE}accounts/${encodeURIComponent(page.id)}`;
    case 'call':
      return `${BASE}calls/${encodeURIComponent(page.id)}`;
    case 'calls': {
      const query = new URLSearchParams(filterNames.flatMap((name) => pairOf(name, page.filter[name]))).toString();
      return `${BASE}calls${query === '' ? '' : `?${query}`}`;
    }
    case 'refunds':
    case 'cheques':
    case 'documents':
    case 'figures':
    case 'audit':
    case 'staff':
    case 'me':
      return BASE + page.page;
  }
}

const pairOf = (name: string, value: string | undefined): [string, string][] =>
  value === undefined || value === '' ? [] : [[name, value]];

const filterOf = (query: URLSearchParams): CallFilter =>
  Object.fromEntries(filterNames.flatMap((name) => pairOf(name, query.get(name) ?? undefined)));

/** What cannot be decoded is no page's; it is taken as it stands. */
function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}
