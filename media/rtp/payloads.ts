/** 20 ms of G.711, as almost every packet carries; any other payload has memory of its own. */
const PIECE_BYTES = 160;
const PIECES_A_SLAB = 128;

const free: Uint8Array[] = [];

/** Memory for `length` bytes of a payload that waits, shared by all jitter buffers: a call that stands still holds none. */
export function takeRoom(length: number): Uint8Array {
  if (length !== PIECE_BYTES) return new Uint8Array(length);
  const room = free.pop();
  if (room) return room;
  const slab = new Uint8Array(PIECE_BYTES * PIECES_A_SLAB);
  for (let i = 1; i < PIECES_A_SLAB; i += 1) free.push(slab.subarray(i * PIECE_BYTES, (i + 1) * PIECE_BYTES));
  return slab.subarray(0, PIECE_BYTES);
}

/** Gives memory back that came from {@link takeRoom}. It must not be used afterwards. */
export function giveRoom(room: Uint8Array): void {
  if (room.length === PIECE_BYTES) free.push(room);
}
