export interface RepeatingJobTable {
  name: string;
  nextAt: Date;
}
