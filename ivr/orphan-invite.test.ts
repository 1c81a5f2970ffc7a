import { describe, expect, it } from 'vitest';
import { releaseInvite } from './orphan-invite.ts';
import { MovedClock } from './testing/moved-clock.ts';
import { watched } from './testing/watched.ts';

interface Story {
  /** When the phone answers, in milliseconds from now; never by default. */
  readonly answersAtMs?: number;
  /** Whether the SIP server takes the CANCEL. */
  readonly cancels?: boolean;
  readonly transactionId?: string | undefined;
}

/** A phone that rang for a process that died, and its release; the SIP server notes what it is asked, and when. */
function releasing({ answersAtMs = Infinity, cancels = true, ...invite }: Story = {}) {
  const clock = new MovedClock();
  const asked: string[] = [];
  const lost = new AbortController();
  const sip = {
    lost: lost.signal,
    endAnsweredOrphan: async ({ dialogId }: { dialogId: string }) => {
      asked.push(`${dialogId} at ${clock.elapsed()}`);
      return clock.elapsed() >= answersAtMs;
    },
    cancelOrphan: async ({ transactionId }: { transactionId: string }) => {
      asked.push(`CANCEL ${transactionId}`);
      return cancels;
    },
  };
  const transactionId = 'transactionId' in invite ? invite.transactionId : 'invite-1';
  const how = watched(releaseInvite({ dialogId: 'dialog', transactionId }, { sip, clock }));
  return { how, clock, asked, lost };
}

describe('a phone that rang for a process that died', () => {
  it('and has answered is hung up; there is nothing to cancel', async () => {
    const { how, clock, asked } = releasing({ answersAtMs: 0 });
    await clock.move(0);
    expect([how.result, asked]).toEqual(['answered', ['dialog at 0']]);
  });

  it('and rings is cancelled, and looked after until it cannot answer any more', async () => {
    const { how, clock, asked } = releasing();
    await clock.move(31_999);
    expect(how.over).toBe(false);
    await clock.move(10_000);
    expect(how.result).toBe('cancelled');
    const looks = [0, 500, 1_500, 3_500, 7_500, 12_500, 17_500, 22_500, 27_500, 32_500].map((ms) => `dialog at ${ms}`);
    expect(asked).toEqual([looks[0], 'CANCEL invite-1', ...looks.slice(1)]);
  });

  it('and answers as it is cancelled is hung up', async () => {
    const { how, clock, asked } = releasing({ answersAtMs: 1_200 });
    await clock.move(1_499);
    expect(how.over).toBe(false);
    await clock.move(1);
    expect([how.result, asked.at(-1)]).toEqual(['answered', 'dialog at 1500']);
    expect(clock.waits).toEqual([]);
  });

  it('and answers between the look and the CANCEL, which is refused then, is hung up', async () => {
    const { how, clock, asked } = releasing({ answersAtMs: 1, cancels: false });
    await clock.move(500);
    expect([how.result, asked]).toEqual(['answered', ['dialog at 0', 'CANCEL invite-1', 'dialog at 500']]);
  });

  it('and rings no more is left alone after one more look', async () => {
    const { how, clock, asked } = releasing({ cancels: false });
    await clock.move(500);
    expect([how.result, asked]).toEqual(['unknown', ['dialog at 0', 'CANCEL invite-1', 'dialog at 500']]);
    expect(clock.waits).toEqual([]);
  });

  it('but cannot be cancelled, as nobody wrote down that it rings, is hung up whenever it answers', async () => {
    const { how, clock, asked } = releasing({ answersAtMs: 180_000, transactionId: undefined });
    await clock.move(179_999);
    expect(how.over).toBe(false);
    await clock.move(10_000);
    expect(how.result).toBe('answered');
    expect(asked.some((what) => what.startsWith('CANCEL'))).toBe(false);
  });

  it('or never did, as far as is known, is looked for as long as anything rings', async () => {
    const { how, clock } = releasing({ transactionId: undefined });
    await clock.move(184_999);
    expect(how.over).toBe(false);
    await clock.move(10_000);
    expect(how.result).toBe('unknown');
  });

  it('is nobody’s any more when the SIP server is gone', async () => {
    const { how, clock, asked, lost } = releasing();
    await clock.move(0);
    lost.abort('sip-server-lost');
    await clock.move(500);
    expect([how.result, asked]).toEqual(['unknown', ['dialog at 0', 'CANCEL invite-1']]);
  });
});
