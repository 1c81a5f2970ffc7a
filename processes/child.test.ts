import { Writable } from 'node:stream';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { secretFields } from './child.ts';

test.each(['pin', 'password', 'passcode', 'secret', 'ha1'])(
  'no log line shows a %s, by itself or in what is logged',
  (name) => {
    let lines = '';
    const out = new Writable({
      write(chunk: Buffer, _, done) {
        lines += chunk.toString();
        done();
      },
    });
    const log = pino({ redact: secretFields }, out);
    log.info({ [name]: '8362' }, 'alone');
    log.info({ guess: { [name]: '8362', accountId: 'a1' } }, 'inside');
    log.info({ [name]: { entered: '8362', again: '8362' } }, 'typed twice');
    log.info({ order: { [name]: { entered: '8362', again: '8362' } } }, 'typed twice, inside');
    expect(lines).not.toContain('8362');
    expect(lines.trim().split('\n')).toHaveLength(4);
    expect(lines).toContain('a1');
  },
);
