export interface IvrNodeTable {
  name: string;
  holder: string;
  beats: number;
  seenAt: Date;
}
