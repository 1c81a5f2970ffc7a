import { describe, expect, it } from 'vitest';
import { compare } from './compare.ts';
import { Judge } from './judge.ts';
import { Names } from './names.ts';
import type { RawEntry, Trace } from './trace.ts';

const trace = (...entries: readonly [string, Record<string, string>][]): Trace => ({
  app: entries.map(([what, fields]) => ({ what, fields })),
});

describe('two traces', () => {
  it('are the same when every field is', () => {
    expect(compare(trace(['A', { x: '1' }]), trace(['A', { x: '1' }]))).toEqual([]);
  });

  it('differ by field: another value, one that is missing, one too many', () => {
    expect(compare(trace(['A', { x: '1', y: '2' }]), trace(['A', { x: '3', z: '4' }]))).toEqual([
      { track: 'app', entry: 'A', field: 'x', recorded: '1', seen: '3' },
      { track: 'app', entry: 'A', field: 'y', recorded: '2', seen: undefined },
      { track: 'app', entry: 'A', field: 'z', recorded: undefined, seen: '4' },
    ]);
  });

  it('are aligned by what the entries are: one that is missing does not shift the others', () => {
    const recorded = trace(['A', {}], ['B', { x: '1' }], ['C', {}], ['B', { x: '2' }]);
    const seen = trace(['A', {}], ['C', {}], ['B', { x: '3' }], ['D', {}]);
    expect(compare(recorded, seen)).toEqual([
      { track: 'app', entry: 'B', field: '', recorded: 'B', seen: undefined },
      { track: 'app', entry: 'B #2', field: 'x', recorded: '2', seen: '3' },
      { track: 'app', entry: 'D', field: '', recorded: undefined, seen: 'D' },
    ]);
  });

  it('have headers in another order, told apart from a header that is missing', () => {
    const recorded = trace(['A', { order: 'Via, From, To' }]);
    expect(compare(recorded, trace(['A', { order: 'Via, To' }]))).toEqual([]);
    expect(compare(recorded, trace(['A', { order: 'To, Via' }]))).toMatchObject([
      { field: 'order', recorded: 'Via, To', seen: 'To, Via' },
    ]);
  });

  it('differ by a whole track', () => {
    expect(compare(trace(['A', {}]), {})).toHaveLength(1);
    expect(compare({}, trace(['A', {}]))).toHaveLength(1);
  });
});

describe('what is made up anew in every run', () => {
  const named = (...entries: readonly RawEntry[]): Trace => new Names().trace(new Map([['app', entries]]));

  it('gets a name by its place: tags, branches, call ids, transactions, ports of sound', () => {
    const fields = {
      From: '<sip:a@b>;tag=x7-first',
      Via: 'SIP/2.0/UDP h;branch=z9hG4bK1',
      'Call-ID': 'call-one',
      'dialog id': 'call-one;from-tag=x7-first',
    };
    expect(named({ what: 'INVITE', fields })['app']![0]!.fields).toEqual({
      From: '<sip:a@b>;tag=<tag 1>',
      Via: 'SIP/2.0/UDP h;branch=<branch 1>',
      'Call-ID': '<call-id 1>',
      'dialog id': '<call-id 1>;from-tag=<tag 1>',
    });
    const sound = { 'sdp m=audio': '31248 RTP/AVP 0', rest: 'port 31248 of 8000' };
    expect(named({ what: 'x', fields: sound })['app']![0]!.fields).toEqual({
      'sdp m=audio': '<rtp port> RTP/AVP 0',
      rest: 'port <rtp port> of 8000',
    });
  });

  it('is told apart: two tags are two names, one tag is one name', () => {
    const fields = { From: ';tag=tag-one', To: ';tag=tag-two', Again: ';tag=tag-one' };
    expect(named({ what: 'x', fields })['app']![0]!.fields).toEqual({
      From: ';tag=<tag 1>',
      To: ';tag=<tag 2>',
      Again: ';tag=<tag 1>',
    });
  });

  it('is not looked for in words when it is short', () => {
    const fields = { From: ';tag=ab', Subject: 'a table' };
    expect(named({ what: 'x', fields })['app']![0]!.fields).toEqual(fields);
  });

  it('leaves of a time only whether there was one', () => {
    const fields = { 'Caller-Channel-Answered-Time': '1700000000000000', 'Caller-Channel-Bridged-Time': '0' };
    expect(named({ what: 'x', fields })['app']![0]!.fields).toEqual({
      'Caller-Channel-Answered-Time': '<time>',
      'Caller-Channel-Bridged-Time': '0',
    });
  });
});

describe('an event', () => {
  const event = (fields: Record<string, string>, silent = false): RawEntry => ({
    what: fields['Event-Name'] ?? '',
    fields,
    channel: 'a',
    ...(silent && { silent }),
  });
  const told = (...entries: readonly RawEntry[]): Record<string, string>[] =>
    new Names().trace(new Map([['events', entries]]))['events']!.map(({ fields }) => fields);

  it('tells what the ones before it did not: variables that are new, changed and gone', () => {
    expect(
      told(
        event({ 'Event-Name': 'CHANNEL_DATA', 'Channel-Name': 'n', variable_a: '1', variable_b: '1' }, true),
        event({ 'Event-Name': 'E', 'Channel-Name': 'n', variable_a: '2', variable_c: '1', Own: 'x' }),
      ),
    ).toEqual([
      { Own: 'x', variables: 'told', 'Event-Name': 'E', variable_a: '2', variable_b: '(gone)', variable_c: '1' },
    ]);
  });

  it('without variables leaves them as they were', () => {
    const [, second, third] = told(
      event({ 'Event-Name': 'E', variable_a: '1' }),
      event({ 'Event-Name': 'DTMF' }),
      event({ 'Event-Name': 'E', variable_a: '1' }),
    );
    expect(second).toEqual({ 'Event-Name': 'DTMF', variables: 'not told' });
    expect(third).toEqual({ 'Event-Name': 'E', variables: 'told' });
  });
});

describe('the table of differences', () => {
  const played = (seen: Trace) => ({ group: 'g', name: 'n', trace: seen, stopped: undefined, ms: 1 });
  const rule = { cases: /^g: n$/, field: /^x$/, seen: /^3$/, reason: 'because', told: 'README' };
  const recorded = trace(['A', { x: '1', y: '1' }]);

  it('covers what it lists, and that alone', () => {
    const judge = new Judge([rule], []);
    expect(judge.judge(played(trace(['A', { x: '3', y: '1' }])), recorded).verdict).toBe('differs as listed');
    expect(judge.judge(played(trace(['A', { x: '4', y: '1' }])), recorded).verdict).toBe('DIFFERS');
    expect(judge.judge(played(trace(['A', { x: '3', y: '2' }])), recorded).unlisted).toMatchObject([{ field: 'y' }]);
    expect(judge.judge(played(trace(['A', { x: '1', y: '3' }])), recorded).unlisted).toMatchObject([{ field: 'y' }]);
    expect(judge.stale()).toEqual([]);
  });

  it('knows what is listed and does not occur any more', () => {
    const judge = new Judge([rule], [{ cases: /other/, awaits: 'something' }]);
    expect(judge.judge(played(recorded), recorded).verdict).toBe('same');
    expect(judge.stale()).toHaveLength(2);
  });

  it('lets a case wait for what is not built yet, until it is', () => {
    const judge = new Judge([], [{ cases: /^g: n$/, awaits: 'a proxy' }]);
    expect(judge.judge(played(trace()), recorded).verdict).toBe('awaits');
    expect(judge.stale()).toEqual([]);
    expect(judge.judge(played(recorded), recorded).verdict).toBe('as awaited, but same');
    const over = new Judge([], [{ cases: /^g: n$/, awaits: 'a proxy' }]);
    over.judge(played(recorded), recorded);
    expect(over.stale()).toHaveLength(1);
  });

  it('counts a case that could not be played to its end', () => {
    const stopped = { ...played(recorded), stopped: 'BYE did not come' };
    expect(new Judge([], []).judge(stopped, recorded).verdict).toBe('DIFFERS');
    expect(new Judge([], []).judge(played(recorded), undefined).verdict).toBe('never recorded');
  });
});
