import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CommandFault, CommandReader, type Command } from './command-reader.ts';
import { Subscription } from './subscription.ts';

describe('reading commands', () => {
  const all = (reader: CommandReader, pieces: readonly Buffer[]): Command[] =>
    pieces.flatMap((piece) => [...reader.read(piece)]);

  it('gives the same commands however the bytes are cut', () => {
    const wire = Buffer.from(
      '\n\napi a b\n\nsendmsg x\nCall-Command: execute\nContent-Length: 4\n\nab\n\nexit\r\n\r\n',
    );
    const whole = all(new CommandReader(), [wire]);
    expect(whole.map(({ line, body }) => [line, body])).toEqual([
      ['api a b', ''],
      ['sendmsg x', 'ab\n\n'],
      ['exit', ''],
    ]);
    expect(whole[1]!.headers.get('call-command')).toBe('execute');
    for (let at = 1; at < wire.length; at += 1) {
      expect(all(new CommandReader(), [wire.subarray(0, at), wire.subarray(at)])).toEqual(whole);
    }
  });

  it('reads or refuses any bytes', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.oneof(
            fc.uint8Array({ maxLength: 50 }),
            fc.constantFrom('\n\n', 'Content-Length: ', '9\n', 'sendmsg').map((text) => Buffer.from(text)),
          ),
        ),
        (pieces) => {
          try {
            all(
              new CommandReader(),
              pieces.map((piece) => Buffer.from(piece)),
            );
          } catch (error) {
            expect(error).toBeInstanceOf(CommandFault);
          }
        },
      ),
    );
  });
});

describe('subscriptions', () => {
  it('take every word after CUSTOM for a subclass', () => {
    const subscription = new Subscription();
    subscription.add('DTMF CUSTOM conference::maintenance BACKGROUND_JOB'.split(' '));
    expect(subscription.wants('DTMF', undefined)).toBe(true);
    expect(subscription.wants('BACKGROUND_JOB', undefined)).toBe(false);
    expect(subscription.wants('CUSTOM', 'conference::maintenance')).toBe(true);
    expect(subscription.wants('CUSTOM', 'other')).toBe(false);
    subscription.add(['BACKGROUND_JOB']);
    expect(subscription.wants('BACKGROUND_JOB', undefined)).toBe(true);
  });

  it('pass an event that any filter matches', () => {
    const subscription = new Subscription();
    const event = (headers: Record<string, string>) => ({ name: 'X', headers });
    expect(subscription.passes(event({}))).toBe(true);
    subscription.addFilter('Unique-ID', 'a');
    expect(subscription.onlyChannel).toBe('a');
    subscription.addFilter('Job-UUID', 'j');
    expect(subscription.onlyChannel).toBeUndefined();
    expect(
      [{ 'Unique-ID': 'a' }, { 'Job-UUID': 'j' }, { 'Unique-ID': 'b' }, {}].map((headers) =>
        subscription.passes(event(headers)),
      ),
    ).toEqual([true, true, false, false]);
    subscription.removeFilters('all', undefined);
    expect(subscription.passes(event({}))).toBe(true);
  });
});
