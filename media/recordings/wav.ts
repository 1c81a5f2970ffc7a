import { open, type FileHandle } from 'node:fs/promises';

/** What a WAV file says of itself, and where its parts lie (bytes from the start of the file). */
export interface WavLayout {
  /** WAVE_FORMAT_PCM 1, WAVE_FORMAT_ALAW 6, WAVE_FORMAT_MULAW 7. */
  readonly format: number;
  readonly channels: number;
  readonly sampleRate: number;
  /** Bytes of one frame: one sample of every channel. */
  readonly blockAlign: number;
  /** Where the count of a `fact` chunk stands, if there is one. */
  readonly factAt?: number;
  /** Where the sound begins; its length stands in the four bytes before. */
  readonly dataAt: number;
  /** As the header says: 0, 0xffffffff or an old length when the writer was killed. */
  readonly dataSize: number;
}

/** The file has no header that could tell what its bytes mean: it is empty, cut inside the header, or no WAV. */
export class NoWav extends Error {
  override readonly name = 'NoWav';
}

/** Chunks stand at the front of the file; no writer of ours puts more than this before the sound. */
const LONGEST_HEADER = 64 * 1024;
const RIFF_HEADER = 12;
const CHUNK_HEADER = 8;
/** RIFF counts in 32 bits. */
export const LONGEST_WAV = 0xffff_ffff;

/** Reads the chunks up to the sound (Microsoft, "Multimedia Programming Interface and Data Specifications 1.0", RIFF). Throws NoWav. */
export function parseHeader(header: Buffer): WavLayout {
  if (header.length < RIFF_HEADER) throw new NoWav('The file ends before a header.');
  if (header.toString('latin1', 0, 4) !== 'RIFF' || header.toString('latin1', 8, 12) !== 'WAVE')
    throw new NoWav('The file does not begin as a WAV file does.');
  let fmt: Omit<WavLayout, 'dataAt' | 'dataSize' | 'factAt'> | undefined;
  let factAt: number | undefined;
  for (let at = RIFF_HEADER; at + CHUNK_HEADER <= header.length;) {
    const id = header.toString('latin1', at, at + 4);
    const size = header.readUInt32LE(at + 4);
    const body = at + CHUNK_HEADER;
    if (id === 'data') {
      if (!fmt) throw new NoWav('The sound comes before its format.');
      return { ...fmt, ...(factAt !== undefined && { factAt }), dataAt: body, dataSize: size };
    }
    if (id === 'fmt ') fmt = parseFormat(header.subarray(body, Math.min(body + size, header.length)));
    if (id === 'fact' && size >= 4 && body + 4 <= header.length) factAt = body;
    at = body + size + (size % 2);
  }
  throw new NoWav('The header has no sound chunk.');
}

function parseFormat(fmt: Buffer) {
  if (fmt.length < 16) throw new NoWav('The format chunk is cut off.');
  const channels = fmt.readUInt16LE(2);
  const sampleRate = fmt.readUInt32LE(4);
  const blockAlign = fmt.readUInt16LE(12);
  if (channels === 0 || sampleRate === 0 || blockAlign === 0) throw new NoWav('The format chunk counts nothing.');
  return { format: fmt.readUInt16LE(0), channels, sampleRate, blockAlign };
}

export async function readLayout(file: FileHandle): Promise<WavLayout> {
  const header = Buffer.alloc(LONGEST_HEADER);
  const { bytesRead } = await file.read(header, 0, LONGEST_HEADER, 0);
  return parseHeader(header.subarray(0, bytesRead));
}

/** True when `at` is the end of the file, or chunks follow that end exactly there: then the length before them is not a leftover. */
export async function endsInChunks(file: FileHandle, at: number, size: number): Promise<boolean> {
  const header = Buffer.alloc(CHUNK_HEADER);
  while (at < size) {
    const { bytesRead } = await file.read(header, 0, CHUNK_HEADER, at);
    if (bytesRead < CHUNK_HEADER || !/^[ -~]{4}$/.test(header.toString('latin1', 0, 4))) return false;
    const length = header.readUInt32LE(4);
    at += CHUNK_HEADER + length + (length % 2);
  }
  return at === size;
}

export const openToRepair = (path: string): Promise<FileHandle> => open(path, 'r+');
