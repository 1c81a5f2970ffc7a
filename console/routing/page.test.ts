import { expect, test } from 'vitest';
import { hrefOf, pageOf, type Page } from './page.ts';

const read = (href: string): Page => {
  const { pathname, search } = new URL(href, 'http://127.0.0.1');
  return pageOf(pathname, search);
};

test.each<[string, Page]>([
  ['/console/', { page: 'desk' }],
  ['/console/numbers/+12135550142', { page: 'number', number: '+12135550142' }],
  ['/console/accounts/a%2Fb', { page: 'account', id: 'a/b' }],
  ['/console/calls?personId=demo-alex', { page: 'calls', filter: { personId: 'demo-alex' } }],
  ['/console/calls', { page: 'calls', filter: {} }],
  [
    '/console/calls?number=%2B12135550142&facilityId=valley-view&disposition=busy&from=2026-11-01&until=2026-11-28',
    {
      page: 'calls',
      filter: {
        number: '+12135550142',
        facilityId: 'valley-view',
        disposition: 'busy',
        from: '2026-11-01',
        until: '2026-11-28',
      },
    },
  ],
  ['/console/calls/0b1c', { page: 'call', id: '0b1c' }],
  ['/console/refunds', { page: 'refunds' }],
  ['/console/cheques', { page: 'cheques' }],
  ['/console/documents', { page: 'documents' }],
  ['/console/figures', { page: 'figures' }],
  ['/console/audit', { page: 'audit' }],
  ['/console/staff', { page: 'staff' }],
  ['/console/me', { page: 'me' }],
])('%s is an address of one page, and that page’s', (href, page) => {
  expect(read(href)).toEqual(page);
  expect(hrefOf(page)).toBe(href);
});

test.each(['/console/nothing', '/console/numbers', '/console/calls/1/2', '/other/', '/console/refunds/7'])(
  '%s is no page’s address',
  (href) => {
    expect(read(href)).toEqual({ page: 'nowhere' });
  },
);

test('a slash at the end, a filter that is empty or unknown, and what cannot be decoded do no harm', () => {
  expect(read('/console/calls/')).toEqual({ page: 'calls', filter: {} });
  expect(read('/console/calls?number=&color=red')).toEqual({ page: 'calls', filter: {} });
  expect(pageOf('/console/accounts/%zz', '')).toEqual({ page: 'account', id: '%zz' });
});
