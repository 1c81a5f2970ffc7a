/** 20 ms of G.711, as almost every packet carries; any other payload has memory of its own. */
const PIECE_BYTES = 160;
/** What a stall took beyond this is given back to the system: 0.65 MB. */
const MOST_FREE = 4096;

const free: Uint8Array[] = [];

/** Memory for `length` bytes of a payload that waits, shared by all jitter buffers: a call that stands still holds none. */
export function takeRoom(length: number): Uint8Array {
  return (length === PIECE_BYTES ? free.pop() : undefined) ?? new Uint8Array(length);
}

/** Gives memory back that came from {@link takeRoom}. It must not be used afterwards. */
export function giveRoom(room: Uint8Array): void {
  if (room.length === PIECE_BYTES && free.length < MOST_FREE) free.push(room);
}

/** Pieces that wait to be taken again. */
export const freeRooms = (): number => free.length;
