import { expect, test } from 'vitest';
import { answeringMachine } from './answering-machine.ts';
import { house, nextCall } from './house.ts';
import { callingFax, listensAndPresses, silentPerson } from './people.ts';
import { babble, sequence, silence, tone } from './sound.ts';

const { phone, talking } = house();

test('an answering machine talks, beeps, keeps what it hears, hangs up and presses nothing', async () => {
  const [son, machine] = [await phone('son'), await phone('machine')];
  const greeting = babble({ ms: 600, seed: 31 });
  const incoming = nextCall(machine);
  const call = son.dial(machine.uri);
  const left = answeringMachine(await incoming, { ringMs: 50, greeting, recordMs: 700 });
  const [said] = await listensAndPresses(call, [{ hears: greeting }]);
  expect(said!.heard).toMatchObject({ complete: true });
  const word = sequence(silence(400), babble({ ms: 300, seed: 32 }));
  await call.speak(word);
  expect(await call.ended).toMatchObject({ by: 'them', how: 'bye' });
  const { beep, message } = await left;
  expect(beep).toMatchObject({ complete: true });
  expect(call.ear.heard(sequence(greeting, tone({ hz: 1000, level: -10, ms: 400 })))).toMatchObject({ complete: true });
  expect(message.length / 8).toBeGreaterThan(400);
  expect(message.some((sample) => Math.abs(sample) > 1000)).toBe(true);
  expect(call.ear.digits).toEqual([]);
});

test('an answering machine whose caller has gone', async () => {
  const [son, machine] = [await phone('son'), await phone('machine')];
  const incoming = nextCall(machine);
  const call = son.dial(machine.uri);
  const left = answeringMachine(await incoming);
  await call.answered;
  await call.hangup();
  expect(await left).toEqual({ beep: undefined, message: new Int16Array() });
});

test('a person hears one prompt after the other and presses as told', async () => {
  const [line, person] = await talking();
  const [first, second] = [babble({ ms: 600, seed: 33 }), babble({ ms: 2000, seed: 34 })];
  const doing = listensAndPresses(person, [
    { hears: first, thinksMs: 60, presses: '8' },
    { hears: second, until: 'start', presses: '1' },
  ]);
  await line.speak(first);
  await line.speak(second);
  const done = await doing;
  expect(line.ear.digits.map(({ key }) => key)).toEqual(['8', '1']);
  const [one, two] = done;
  expect(one!.pressed!.firstMs - one!.heard.untilMs).toBeGreaterThan(40);
  expect(one!.heard.complete).toBe(true);
  // Pressed while the second prompt was being said.
  expect(two!.pressed!.endMs).toBeLessThan(person.ear.heard(second)!.untilMs);
});

test('a person stops when the call ends', async () => {
  const [line, person] = await talking();
  const doing = listensAndPresses(person, [{ hears: babble({ ms: 500, seed: 35 }), presses: '1' }]);
  await line.hangup();
  expect(await doing).toEqual([]);
});

test('a fax calls with its tone, somebody silent with none', async () => {
  const [fax, quiet] = await talking();
  const [calling, being] = [callingFax(fax), silentPerson(quiet)];
  const heard = await quiet.ear.waitFor(tone({ hz: 1100, level: -11, ms: 500 }));
  expect(quiet.ear.tone(1100, heard!.atMs, heard!.untilMs)).toBeGreaterThan(-12);
  expect(fax.ear.silence()).toBe(true);
  expect(fax.ear.counts.packets).toBeGreaterThan(10);
  await quiet.hangup();
  await Promise.all([calling, being]);
});
