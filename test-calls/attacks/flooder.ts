import { Random } from './random.ts';
import { templates } from './sip-corpus.ts';
import { mutate } from './sip-mutation.ts';
import { SipSource } from './sip-source.ts';

/** What a flood does: a process of its own, so that the phones of the attack keep their time. */
export interface FloodOrders {
  readonly seed: number;
  readonly port: number;
  /** Whence: an address of 127.0.0.0/8. */
  readonly address: string;
  readonly perSecond: number;
  readonly seconds: number;
  /** Whom it calls: `silent` is never answered, `talk` is and never acknowledged; `garbage` is every kind of nonsense. */
  readonly calls: 'silent' | 'talk' | 'garbage';
}

export interface Flooded {
  readonly sent: number;
  /** What came back, by status. */
  readonly back: Readonly<Record<string, number>>;
}

const orders = JSON.parse(process.argv[2] ?? '{}') as FloodOrders;
const random = new Random(orders.seed);
const source = await SipSource.open(orders.port, orders.address);
const back: Record<string, number> = {};
source.onBack = ({ status }) => (back[status] = (back[status] ?? 0) + 1);
const ends = { me: `${orders.address}:${source.port}`, to: `127.0.0.1:${orders.port}` };
const invites = templates.filter(({ startLine }) => startLine.startsWith('INVITE'));
let sent = 0;

const one = (): Buffer | string => {
  const branch = `z9hG4bKflood-${orders.seed}-${orders.calls}-${sent}`;
  if (orders.calls !== 'garbage') return source.request('INVITE', branch, { user: orders.calls });
  return random.chance(0.5) ? mutate(random, random.pick(invites), sent, ends).bytes : source.request('INVITE', branch);
};

const start = performance.now();
const timer = setInterval(() => {
  const elapsed = Math.min(orders.seconds, (performance.now() - start) / 1000);
  for (; sent < elapsed * orders.perSecond; sent++) source.send(one());
  if (elapsed < orders.seconds) return;
  clearInterval(timer);
  // What is on its way comes back.
  setTimeout(() => {
    process.send?.({ sent, back } satisfies Flooded);
    source.close();
    process.disconnect();
  }, 300);
}, 5);
