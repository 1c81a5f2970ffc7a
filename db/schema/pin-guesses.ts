export interface PinGuessTable {
  stationId: string;
  identity: string;
  guesses: number;
  recent: number;
  windowBegan: Date;
  level: number;
  lockedUntil: Date | null;
  lastAt: Date;
}

export interface WrongPinHourTable {
  facilityId: string;
  /** The full hour (UTC) in which it begins. */
  hour: Date;
  wrong: number;
}
