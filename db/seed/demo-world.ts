import type { CallingHours, Facility } from '../facilities.ts';

export const VALLEY_VIEW = 'valley-view';
const SIERRA_RIDGE = 'sierra-ridge';
export const RIO_CLARO = 'rio-claro';

export const everyDay = (from: string, to: string): CallingHours =>
  Object.fromEntries(['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'].map((day) => [day, [{ from, to }]]));

export const common = {
  agency: 'Demonstration Agency',
  state: 'CA',
  timeZone: 'America/Los_Angeles',
  talkLimitSeconds: 15 * 60,
  offerKeys: { accept: '1', refuse: '2', block: '9', language: '*' },
  velocity: { attemptsPerPersonPerHour: 100, attemptsPerNumberPerDay: 100 },
  recordNames: 'approved-by-default',
  active: true,
} as const;

/** Invented places; the hours of the second are narrow on purpose. */
export const facilities = [
  {
    ...common,
    id: VALLEY_VIEW,
    number: '101',
    name: 'Valley View Facility',
    defaultLanguage: 'en',
    callingHours: everyDay('00:00', '24:00'),
  },
  {
    ...common,
    id: SIERRA_RIDGE,
    number: '102',
    name: 'Sierra Ridge Facility',
    defaultLanguage: 'en',
    callingHours: everyDay('09:00', '10:00'),
  },
  {
    ...common,
    id: RIO_CLARO,
    number: '103',
    name: 'Río Claro Facility',
    defaultLanguage: 'es',
    callingHours: everyDay('00:00', '24:00'),
  },
] as const satisfies readonly Facility[];

export const stations = [
  { id: 'valley-view-1', facilityId: VALLEY_VIEW, name: 'Dayroom A, phone 1', username: 'inside1' },
  { id: 'valley-view-2', facilityId: VALLEY_VIEW, name: 'Dayroom A, phone 2', username: 'inside2' },
  { id: 'sierra-ridge-1', facilityId: SIERRA_RIDGE, name: 'Yard, phone 1', username: 'inside3' },
  { id: 'rio-claro-1', facilityId: RIO_CLARO, name: 'Patio, phone 1', username: 'inside4' },
] as const;

export const people = [
  { id: 'demo-alex', facilityId: VALLEY_VIEW, name: 'Alex Rivera', language: 'en', pin: '4821' },
  { id: 'demo-jordan', facilityId: VALLEY_VIEW, name: 'Jordan Blake', language: 'en', pin: '7350' },
  { id: 'demo-luz', facilityId: VALLEY_VIEW, name: 'Luz Moreno', language: 'es', pin: '1964' },
  { id: 'demo-sam', facilityId: SIERRA_RIDGE, name: 'Sam Carter', language: 'en', pin: '2208' },
  { id: 'demo-mateo', facilityId: RIO_CLARO, name: 'Mateo Vargas', language: 'es', pin: '5577' },
] as const;

/** Numbers of the 555-01XX range, which is kept for fiction (ATIS-0300048) and which libphonenumber takes for valid. */
export const homePhones = [
  { name: 'Home 1', number: '+12135550142', username: 'home1' },
  { name: 'Home 2', number: '+12135550143', username: 'home2' },
  { name: 'Home 3', number: '+12135550144', username: 'home3' },
] as const;

export const special = {
  privileged: '+12135550190',
  accountClosed: '+12135550191',
  /** Blocked for Valley View. */
  blocked: '+12135550192',
} as const;
