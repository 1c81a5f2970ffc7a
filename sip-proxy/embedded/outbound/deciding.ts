import type { SipRequest } from '#sip-stack/message.ts';
import type { ServerTransaction } from '#sip-stack/server-transaction.ts';
import type { SocketAddress } from '#sip-stack/transport.ts';
import type { Core } from '../core.ts';
import { wireText } from '../wire-text.ts';
import { give, secondBranch } from '../giving.ts';
import { refuse } from '../holding.ts';
import { passNewOn } from '../proxying/proxying.ts';
import { ask } from './ask.ts';
import { applicationAt, instructionOf, type Instruction } from './instruction.ts';
import { questionOf } from './question.ts';
import type { RequestHandler } from './request-handler.ts';

/** How long a web server may take for its answer. Milliseconds. */
const patience = 3_000;
/** Requests that may wait for an answer; further ones get 503. */
const maxUndecided = 2_000;

/** A new request: where it goes is not decided yet. */
interface Undecided {
  readonly core: Core;
  readonly transaction: ServerTransaction;
  readonly request: SipRequest;
  readonly source: SocketAddress;
}

/** Finds out who takes a new request, and lets them have it. A web server that is late or wrong costs the caller a 500, an application that is not there a 480. */
export const decide = (
  core: Core,
  handler: RequestHandler,
  transaction: ServerTransaction,
  request: SipRequest,
  source: SocketAddress,
): void => {
  if (core.undecided.size >= maxUndecided)
    return refuse(core, transaction, source, { status: 503, why: 'too many requests wait for a web handler' });
  const undecided = { core, transaction, request, source };
  if (request.method === 'INVITE') transaction.reply(100);
  core.undecided.add(transaction);
  look(undecided, handler)
    .catch((error: unknown) => {
      core.log.error({ err: error, callId: request.callId }, 'defect');
      transaction.reply(500);
    })
    .finally(() => core.undecided.delete(transaction));
};

const look = async (undecided: Undecided, handler: RequestHandler): Promise<void> => {
  const instruction = await instructionFrom(undecided, handler);
  const { core, transaction, request } = undecided;
  // Cancelled meanwhile.
  if (!transaction.open) return;
  if ('wrong' in instruction) {
    core.log.warn({ callId: request.callId, why: instruction.wrong }, 'a web handler did not say what to do');
    return turnAway(undecided, 500, instruction.wrong);
  }
  await follow(undecided, instruction);
};

const instructionFrom = async (
  { core, request, source }: Undecided,
  { url, httpMethod, verifyPeer }: RequestHandler,
): Promise<Instruction | { readonly wrong: string }> => {
  const direct = /^(tcp|tls):\/\/([^/]*)\/?$/.exec(url);
  if (direct) return applicationAt(`${direct[2] ?? ''};transport=${direct[1] ?? ''}`);
  const { clock } = core.layer;
  const tooLate = new AbortController();
  const timer = clock.after(patience, () => tooLate.abort(new Error('no answer in time')));
  try {
    return instructionOf(
      await ask({
        url: questionOf(url, request, source, (source.protocol ?? 'UDP').toLowerCase()),
        method: httpMethod,
        body: wireText(request),
        verifyPeer,
        signal: tooLate.signal,
      }),
    );
  } catch (error) {
    return { wrong: error instanceof Error ? error.message : 'no answer' };
  } finally {
    clock.stop(timer);
  }
};

const follow = async (undecided: Undecided, instruction: Instruction): Promise<void> => {
  const { core, transaction, request, source } = undecided;
  switch (instruction.action) {
    case 'reject': {
      const { status, reason } = instruction;
      core.counters.countRefused(status);
      transaction.reply(status, reason === undefined ? {} : { reason });
      return;
    }
    case 'redirect':
      transaction.reply(302, { headers: { Contact: instruction.contacts } });
      return;
    case 'proxy':
      return passNewOn(core, transaction, request, instruction);
    case 'tag': {
      const client = core.routes.next(request.method.toLowerCase(), instruction.tag);
      if (!client) return turnAway(undecided, 480, `no application with the tag ${instruction.tag}`);
      const second = secondBranch(core, request);
      return second ? refuse(core, transaction, source, second) : give(core, client, transaction, request, source);
    }
    case 'connect': {
      const { host, port, tls } = instruction;
      const client = await core.dial(host, port, tls).catch((error: unknown) => {
        core.log.warn({ err: error, host, port }, 'no connection to an application');
        return undefined;
      });
      if (!client) return turnAway(undecided, 480, 'the application is not there');
      if (!transaction.open) return client.end();
      const second = secondBranch(core, request);
      if (!second) return give(core, client, transaction, request, source);
      client.end();
      return refuse(core, transaction, source, second);
    }
  }
};

const turnAway = ({ core, transaction, source }: Undecided, status: number, why: string): void => {
  if (transaction.open) refuse(core, transaction, source, { status, why });
};
