/** A value as it is told: what is null is left out, and times are text (ISO 8601, UTC). Of objects within others as well. */
export type Told<T> = T extends Date
  ? string
  : T extends readonly (infer Each)[]
    ? Told<Each>[]
    : T extends object
      ? { [K in keyof T as null extends T[K] ? never : K]: Told<T[K]> } & {
          [K in keyof T as null extends T[K] ? K : never]?: Told<NonNullable<T[K]>>;
        }
      : T;

export function told<T>(value: T): Told<T> {
  if (value instanceof Date) return value.toISOString() as Told<T>;
  if (Array.isArray(value)) return value.map((each: unknown) => told(each)) as Told<T>;
  if (typeof value !== 'object' || value === null) return value as Told<T>;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, each]: [string, unknown]) =>
      each === null || each === undefined ? [] : [[name, told(each)]],
    ),
  ) as Told<T>;
}
