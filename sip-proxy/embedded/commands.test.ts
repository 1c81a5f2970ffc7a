import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseCommand } from './commands.ts';

const parse = (text: string) => parseCommand(Buffer.from(text));
const why = (text: string): string | undefined => {
  const command = parse(text);
  return command.kind === 'wrong' ? command.why : undefined;
};

describe('a command', () => {
  it.each<[string, object]>([
    ['1|ping', { id: '1', kind: 'ping' }],
    ['1|authenticate|cymru', { id: '1', kind: 'authenticate', secret: 'cymru', tags: [] }],
    ['1|authenticate|s|a,b-1,', { id: '1', kind: 'authenticate', secret: 's', tags: ['a', 'b-1'] }],
    ['1|route|invite', { id: '1', kind: 'route', verb: 'invite' }],
    ['1|route|cdr:stop', { id: '1', kind: 'route', verb: 'cdr:stop' }],
    ['1|remove_route|bye', { id: '1', kind: 'remove_route', verb: 'bye' }],
  ])('%j', (text, expected) => {
    expect(parse(text)).toEqual(expected);
  });

  it('with a SIP message is told by its start line and ids', () => {
    expect(parse('1|sip|t|d\r\nSIP/2.0 200 OK\r\n\r\n')).toMatchObject({ kind: 'respond', transactionId: 't' });
    expect(parse('1|sip||d\r\nBYE sip:placeholder SIP/2.0\r\n\r\n')).toMatchObject({
      kind: 'request in dialog',
      dialogId: 'd',
    });
    expect(parse('1|sip|t|d\r\nINFO sip:x SIP/2.0\r\n\r\n')).toMatchObject({
      kind: 'request in dialog',
      dialogId: 'd',
    });
    expect(parse('1|sip|t|\r\nCANCEL sip:x SIP/2.0\r\n\r\n')).toMatchObject({ kind: 'cancel', transactionId: 't' });
    expect(parse('1|sip|t\r\nCANCEL sip:x SIP/2.0\r\n\r\n')).toMatchObject({ kind: 'cancel', transactionId: 't' });
    expect(parse('1|sip||\r\nINVITE sip:x SIP/2.0\r\n\r\n')).toMatchObject({ kind: 'request', hop: '' });
    expect(parse('1|sip\r\nINVITE sip:x SIP/2.0\r\n\r\n')).toMatchObject({ kind: 'request', hop: '' });
    expect(parse('1|sip|||sip:proxy\r\nINVITE sip:x SIP/2.0\r\n\r\n')).toMatchObject({
      kind: 'request',
      hop: 'sip:proxy',
    });
    const body = parse('1|sip||\r\nMESSAGE sip:x SIP/2.0\r\nContent-Length: 1\r\n\r\nñ|é\r\n');
    expect(body.kind === 'request' && body.request.body.toString()).toBe('ñ|é\r\n');
  });

  it('to pass a request on names what is wanted and where it goes', () => {
    const line = '1|proxy|t|remainInDialog|fullResponse|followRedirects|simultaneous|5s|1500ms|sip:a|sip:b';
    expect(parse(`${line}\r\nINVITE sip:a SIP/2.0\r\nX-A: 1\r\n\r\n`)).toMatchObject({
      kind: 'proxy',
      transactionId: 't',
      recordRoute: true,
      fullResponse: true,
      followRedirects: true,
      simultaneous: true,
      provisionalTimeout: '5s',
      finalTimeout: '1500ms',
      destinations: ['sip:a', 'sip:b'],
      request: { method: 'INVITE' },
    });
    expect(parse('1|proxy|t||||serial|||sip:a\r\nINVITE sip:a SIP/2.0\r\n\r\n')).toMatchObject({
      recordRoute: false,
      fullResponse: false,
      followRedirects: false,
      simultaneous: false,
      provisionalTimeout: '',
      finalTimeout: '',
      destinations: ['sip:a'],
    });
  });

  it.each([
    ['1|proxy|x|||', 'Invalid proxy request: not enough information provided'],
    ['1|proxy|x||||||\r\nINVITE sip:a SIP/2.0\r\n\r\n', 'Invalid proxy request: not enough information provided'],
    ['1|proxy|x|||||||sip:a\r\nx', 'Invalid SIP message: Bad start line'],
    ['1|proxy|x|||||||sip:a\r\nSIP/2.0 200 OK\r\n\r\n', 'Invalid proxy request: no request'],
    ['', 'Invalid message format'],
    ['1', 'Invalid message format'],
    ['|ping', 'Invalid message format'],
    ['1|fly', 'Unknown message type'],
    ['1|route|fly', 'Route request includes unsupported verb'],
    ['1|route', 'Route request includes unsupported verb'],
    ['1|route|INVITE', 'Route request includes unsupported verb'],
    ['1|remove_route|', 'Remove route request includes unsupported verb'],
    [`1|authenticate|s|${'a'.repeat(33)}`, 'invalid tags'],
    ['1|authenticate|s|a b', 'invalid tags'],
    [`1|authenticate|s|${Array(21).fill('a').join()}`, 'invalid tags'],
    ['1|sip||', 'Invalid message format'],
    ['1|sip||\r\n\r\n', 'Invalid SIP message: Bad start line'],
    ['1|sip||d\r\nSIP/2.0 200 OK\r\n\r\n', 'transaction id missing'],
    ['1|sip|t|\r\nBYE sip:x SIP/2.0\r\n\r\n', 'only CANCEL may name a transaction'],
  ])('%j is wrong: %s', (text, expected) => {
    expect(why(text)).toBe(expected);
  });

  it('never throws', () => {
    const token = fc.constantFrom(
      '1',
      '|',
      'sip',
      'route',
      'authenticate',
      '\r\n',
      'SIP/2.0 200 OK',
      'INVITE sip:x SIP/2.0',
      ': ',
      'a',
      '',
    );
    fc.assert(
      fc.property(
        fc.oneof(
          fc.array(token).map((all) => Buffer.from(all.join(''))),
          fc.uint8Array(),
        ),
        (payload) => {
          parseCommand(Buffer.from(payload));
        },
      ),
      { numRuns: 500 },
    );
  });
});
