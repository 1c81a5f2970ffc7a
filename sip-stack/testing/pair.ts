import type { ClientTransaction } from '../client-transaction.ts';
import { FakeClock } from '../fake-clock.ts';
import { SipRequest } from '../message.ts';
import type { ServerTransaction } from '../server-transaction.ts';
import { TransactionLayer } from '../transactions.ts';
import { FakeNetwork } from './fake-network.ts';

/** Two transaction layers, `a` that asks and `b` that answers, on one network and one clock. */
export class Pair {
  readonly clock = new FakeClock();
  readonly network = new FakeNetwork();
  readonly a: TransactionLayer;
  readonly b: TransactionLayer;
  /** What the users of both layers were told. */
  readonly told: string[] = [];
  /** The transaction `b` was last asked to answer. */
  asked: ServerTransaction | undefined;

  constructor(reliable = false) {
    const { clock, network, told } = this;
    this.a = new TransactionLayer(network.transport('a', { reliable }), { clock });
    this.b = new TransactionLayer(network.transport('b', { reliable }), { clock });
    this.b.onRequest = (tx, request) => {
      this.asked = tx;
      told.push(`b: ${request.method}`);
      tx.onTimeout = () => told.push('b: timeout');
      tx.onCancelled = () => told.push('b: cancelled');
      tx.onTransportError = () => told.push('b: transport error');
    };
    this.b.onAck = () => told.push('b: ACK');
    this.a.onStrayResponse = (response) => told.push(`a: stray ${response.status}`);
  }

  send(method: string): ClientTransaction {
    const request = new SipRequest(method, 'sip:b@192.0.2.2').add('Max-Forwards', '70');
    request.add('Route', '<sip:192.0.2.2;lr>').add('From', '<sip:a@192.0.2.1>;tag=a').add('To', '<sip:b@192.0.2.2>');
    request.add('Call-ID', 'c').add('CSeq', `5 ${method}`);
    return this.a.request(request, this.b.transport.local, {
      response: (response) => this.told.push(`a: ${response.status}`),
      timeout: () => this.told.push('a: timeout'),
      transportError: () => this.told.push('a: transport error'),
      terminated: () => this.told.push('a: terminated'),
    });
  }

  answer(status: number): boolean | undefined {
    return this.asked?.reply(status);
  }

  /** At which milliseconds from now the network carried `line`, within `span`. */
  times(line: string, span: number): number[] {
    const { clock, network } = this;
    const start = clock.now();
    const found: number[] = [];
    network.take();
    for (let ms = 0; ms < span; ms += 100) {
      clock.advance(100);
      for (const one of network.take()) if (one.startsWith(line)) found.push(clock.now() - start);
    }
    return found;
  }

  /** Transactions of both layers and timers. */
  get left(): number[] {
    return [this.a.size, this.b.size, this.clock.pending];
  }
}
