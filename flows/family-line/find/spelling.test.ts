import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { keysOf, searchByName } from './spelling.ts';
import { searchStates } from './states.ts';

const names = ['Río Claro', "St. Mary's Ranch", 'Valley', 'Valley View', 'High Valley', 'Camp 10'];
const search = searchByName(names, (name) => name);

describe('a name that is spelled on the keypad', () => {
  it.each([
    ['746', ['Río Claro']],
    ['78627', ["St. Mary's Ranch"]],
    ['72624', ["St. Mary's Ranch"]],
    ['825539', ['Valley', 'Valley View', 'High Valley']],
    ['8255398', ['Valley View']],
    ['22671', ['Camp 10']],
    ['999*746', ['Río Claro']],
    ['999', []],
    ['1', []],
    ['746*', []],
  ])('%s finds %j', (typed, found) => expect(search(typed)).toEqual(found));

  it('is found by every beginning of it, and by no fewer names when it is longer', () => {
    fc.assert(
      fc.property(fc.constantFrom(...names), fc.nat(20), (name, length) => {
        const keys = keysOf(name).join('');
        const typed = keys.slice(0, 1 + (length % keys.length));
        expect(search(typed)).toContain(name);
        for (const found of search(typed + '2')) expect(search(typed)).toContain(found);
      }),
    );
  });
});

it('a state is found by its two letters, else by its name in either language', () => {
  const states = searchStates(['AK', 'AL', 'CA', 'NY']);
  expect(states('22')).toEqual(['CA']);
  expect(states('25')).toEqual(['AK', 'AL']);
  expect(states('225')).toEqual(['CA']);
  expect(states('6839')).toEqual([]);
  expect(states('63996')).toEqual(['NY']);
  expect(states('68382')).toEqual(['NY']);
});
