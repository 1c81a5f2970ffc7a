import { Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { meterOf, observeNotes } from './calls-metrics.ts';

function metered() {
  const metrics = new Registry();
  const meter = meterOf(metrics);
  const lines = async () =>
    (await metrics.metrics()).split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return { meter, lines };
}

test('calls in progress are those that began and did not end', async () => {
  const { meter, lines } = metered();
  for (let call = 0; call < 3; call++) meter.callBegan();
  meter.callEnded('talked', 20);
  expect(await lines()).toContain('homeline_calls 2');
});

test('calls that ended are counted by disposition, with their length in seconds', async () => {
  const { meter, lines } = metered();
  meter.callEnded('talked', 31);
  meter.callEnded('talked', 59);
  meter.callEnded('busy', 4);
  expect(await lines()).toEqual(
    expect.arrayContaining([
      'homeline_call_seconds_bucket{le="30",disposition="talked"} 0',
      'homeline_call_seconds_bucket{le="60",disposition="talked"} 2',
      'homeline_call_seconds_sum{disposition="talked"} 90',
      'homeline_call_seconds_bucket{le="5",disposition="busy"} 1',
    ]),
  );
});

test('what was refused is counted by status, what was shed by why, wrong PINs by facility', async () => {
  const { meter, lines } = metered();
  meter.refusedRequest(407);
  for (const why of ['starts', 'starts', 'loop-delay'] as const) meter.shed(why);
  for (const what of ['wrong', 'wrong', 'lock'] as const) meter.wrongPin('north', what);
  const counted = (await lines()).filter((line) => !line.startsWith('homeline_call'));
  expect(counted).toEqual([
    'homeline_refused_total{status="407"} 1',
    'homeline_shed_total{why="starts"} 2',
    'homeline_shed_total{why="loop-delay"} 1',
    'homeline_wrong_pins_total{facility="north",what="wrong"} 2',
    'homeline_wrong_pins_total{facility="north",what="lock"} 1',
  ]);
});

test('notes that wait on disk are those that wait when it is asked', async () => {
  const metrics = new Registry();
  const notes = { size: 0 };
  observeNotes(metrics, notes);
  const line = async () => (await metrics.metrics()).split('\n').filter((one) => one.startsWith('homeline'));
  expect(await line()).toEqual(['homeline_notes_waiting 0']);
  notes.size = 3;
  expect(await line()).toEqual(['homeline_notes_waiting 3']);
});
