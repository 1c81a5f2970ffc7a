import { expect, test } from 'vitest';
import { acts, roles, type Act, type Who } from './acts.ts';
import { facilitiesOf, seesFacility } from './facilities.ts';
import { actsOf, actsOfKeys, may } from './table.ts';
import { cells } from './testing/cells.ts';

const everybody: readonly Who[] = [...roles, 'service-key'];

test('every cell of the table is as it is written down here', () => {
  expect(Object.keys(cells).sort()).toEqual([...acts].sort());
  const told = acts.map((act) => [act, everybody.filter((who) => may(who, act)).join(' ')]);
  expect(Object.fromEntries(told)).toEqual(cells);
});

test('what a role may do is told as its cells are', () => {
  const of = (who: Who): Act[] => acts.filter((act) => cells[act].split(' ').includes(who));
  for (const role of roles) expect(actsOf(role)).toEqual(of(role));
  expect(actsOfKeys).toEqual(of('service-key'));
});

test('facility staff see their facilities, all others all', () => {
  for (const role of roles) {
    const who = { role, facilityIds: ['valley-view'] };
    const own = role === 'facility-staff';
    expect([role, facilitiesOf(who)]).toEqual([role, own ? ['valley-view'] : undefined]);
    expect(seesFacility(who, 'valley-view')).toBe(true);
    expect([role, seesFacility(who, 'rio-claro')]).toEqual([role, !own]);
  }
  expect(seesFacility({ role: 'facility-staff', facilityIds: [] }, 'valley-view')).toBe(false);
});
