import { expect, test } from 'vitest';
import { changesOf } from './changes.ts';

test('what differs is told, with what was and what is; what stayed is not', () => {
  const before = { role: 'agent', name: 'Ana', code: false, facilityIds: ['a'] };
  const after = { role: 'supervisor', name: 'Ana', code: true, facilityIds: ['a'] };
  expect(changesOf(before, after)).toEqual([
    { name: 'role', was: 'agent', is: 'supervisor' },
    { name: 'code', was: 'false', is: 'true' },
  ]);
});

test('of something new what it has is told, and not what it has not', () => {
  expect(changesOf(undefined, { name: 'Ana', code: false, agentId: null, facilityIds: [], note: '' })).toEqual([
    { name: 'name', was: undefined, is: 'Ana' },
    { name: 'code', was: undefined, is: 'false' },
  ]);
});

test('what was taken away is told', () => {
  expect(changesOf({ agentId: 'demo-ana', facilityIds: ['a'] }, { agentId: null, facilityIds: [] })).toEqual([
    { name: 'agentId', was: 'demo-ana', is: 'null' },
    { name: 'facilityIds', was: '["a"]', is: '[]' },
  ]);
  expect(changesOf({ agentId: 'demo-ana' })).toEqual([{ name: 'agentId', was: 'demo-ana', is: undefined }]);
});
