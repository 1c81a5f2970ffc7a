import { expect, test } from 'vitest';
import { whyNoMicrophone } from './microphone.ts';

test('a microphone that is refused is told from one that is not there', () => {
  const named = (name: string) => whyNoMicrophone(new DOMException('no', name));
  expect(['NotAllowedError', 'SecurityError'].map(named)).toEqual(['microphone-refused', 'microphone-refused']);
  expect(['NotFoundError', 'NotReadableError', 'OverconstrainedError'].map(named)).toEqual([
    'no-microphone',
    'no-microphone',
    'no-microphone',
  ]);
  expect(whyNoMicrophone('?')).toBe('no-microphone');
});
