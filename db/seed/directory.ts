import type { Facility } from '../facilities.ts';
import { common, everyDay } from './demo-world.ts';

const inland = 'America/Los_Angeles';
const mountain = 'America/Denver';
const central = 'America/Chicago';

/** Invented places that nobody calls from in the demonstration: families find them by state, by spelling and by number. */
const places = [
  ['104', 'CA', inland, 'Ironwood Valley Facility'],
  ['105', 'CA', inland, 'Mission Hills Women’s Facility'],
  ['106', 'CA', inland, 'Redwood Coast Facility'],
  ['107', 'CA', inland, 'Río Seco Facility'],
  ['108', 'CA', inland, 'Valley Oak Reception Center'],
  ['201', 'AZ', 'America/Phoenix', 'Mesa Verde Facility'],
  ['202', 'AZ', 'America/Phoenix', 'Saguaro Flats Facility'],
  ['203', 'AZ', 'America/Phoenix', 'Santa Rosa Facility'],
  ['301', 'NV', inland, 'Silver Basin Facility'],
  ['302', 'NV', inland, 'Truckee Meadow Facility'],
  ['401', 'OR', inland, 'Cascade View Facility'],
  ['402', 'OR', inland, 'Three Rivers Facility'],
  ['501', 'TX', central, 'Lone Oak Facility'],
  ['502', 'TX', central, 'Piney Woods Facility'],
  ['503', 'TX', central, 'San Gabriel Facility'],
  ['601', 'CO', mountain, 'Aspen Ridge Facility'],
] as const;

export const directory: readonly Facility[] = places.map(([number, state, timeZone, name]) => ({
  ...common,
  ...{ id: `place-${number}`, number, state, timeZone, name },
  defaultLanguage: 'en',
  callingHours: everyDay('08:00', '20:00'),
}));
