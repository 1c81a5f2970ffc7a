import { expect, test } from 'vitest';
import { lastDays, manyDays } from './days.ts';

test('the last days end today, on the reader’s own calendar', () => {
  const noon = new Date(2026, 0, 5, 12).getTime();
  expect(lastDays(noon, 30)).toEqual({ from: '2025-12-06', until: '2026-01-05' });
  expect(lastDays(noon, 0)).toEqual({ from: '2026-01-05', until: '2026-01-05' });
});

test('days are counted with the first and the last; what is none counts nothing', () => {
  expect(manyDays('2026-01-05', '2026-01-05')).toBe(1);
  expect(manyDays('2024-02-01', '2024-03-01')).toBe(30);
  expect([manyDays('2026-01-05', '2026-01-04'), manyDays('', '2026-01-04'), manyDays('2026-01-04', '')]).toEqual([
    0, 0, 0,
  ]);
});
