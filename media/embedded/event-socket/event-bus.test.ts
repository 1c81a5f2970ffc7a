import { beforeEach, describe, expect, it } from 'vitest';
import { EventBus } from './event-bus.ts';
import { Subscription } from './subscription.ts';

let bus: EventBus;
beforeEach(() => (bus = new EventBus('127.0.0.1')));

/** Who listens to all events, and what it was told. */
const listener = (...filters: string[]) => {
  const subscription = new Subscription();
  subscription.format = 'json';
  subscription.add(['ALL']);
  for (const uuid of filters) subscription.addFilter('Unique-ID', uuid);
  const told: string[] = [];
  const one = {
    subscription,
    told,
    deliver(this: { told: string[] }, message: string) {
      const event = JSON.parse(message.slice(message.indexOf('{'))) as Record<string, string>;
      this.told.push(event['Unique-ID'] ?? event['Event-Name'] ?? '');
    },
  };
  bus.add(one);
  return one;
};
let made = 0;
const fire = (...uuids: string[]): void => {
  for (const uuid of uuids) {
    bus.fire('DTMF', { channel: uuid, headers: () => ((made += 1), { 'Unique-ID': uuid }) });
  }
};

describe('an event', () => {
  it('comes to those who hear of its channel, and to those who hear of all', () => {
    const [one, other, all, two] = [listener('a'), listener('b'), listener(), listener('a', 'b')];
    fire('a', 'b', 'c');
    bus.fire('HEARTBEAT', { headers: () => ({}) });
    expect([one.told, other.told]).toEqual([['a'], ['b']]);
    expect(all.told).toEqual(['a', 'b', 'c', 'HEARTBEAT']);
    expect(two.told).toEqual(['a', 'b']);
  });

  it('follows a listener that narrows to one channel, turns to another, and widens again', () => {
    const one = listener();
    fire('a', 'b');
    one.subscription.addFilter('Unique-ID', 'a');
    fire('a', 'b');
    one.subscription.removeFilters('all', undefined);
    one.subscription.addFilter('Unique-ID', 'b');
    fire('a', 'b');
    one.subscription.removeFilters('all', undefined);
    fire('c');
    expect(one.told).toEqual(['a', 'b', 'a', 'b', 'c']);
    expect(bus.listeners).toBe(1);
  });

  it('comes to nobody who has left, and is not made for nobody', () => {
    const gone = [listener('a'), listener('a'), listener()];
    expect(bus.listeners).toBe(3);
    bus.remove(gone[0]!);
    fire('a');
    for (const one of gone) bus.remove(one);
    gone[2]!.subscription.addFilter('Unique-ID', 'a');
    expect(bus.listeners).toBe(0);
    made = 0;
    fire('a');
    expect(gone.map(({ told }) => told)).toEqual([[], ['a'], ['a']]);
    expect(made).toBe(0);
  });

  it('is made once for all who hear it', () => {
    for (let n = 0; n < 5; n += 1) listener('a');
    listener();
    made = 0;
    fire('a');
    expect(made).toBe(1);
  });

  it('looks at its own channel’s listeners alone, however many there are', () => {
    const others = Array.from({ length: 1000 }, () => listener());
    let asked = 0;
    others.forEach(({ subscription }, n) => subscription.addFilter('Unique-ID', `other-${n}`));
    for (const { subscription } of others) subscription.wants = () => ((asked += 1), false);
    listener('a');
    fire('a', 'a', 'other-7');
    expect(asked).toBe(1);
  });
});
