import { ConferenceRecording } from './conference-recording.ts';
import type { Conference } from './conference.ts';

/** The recordings of one conference, by path. */
export class ConferenceRecordings {
  readonly #conference: Conference;
  readonly #recordings = new Map<string, ConferenceRecording>();

  constructor(conference: Conference) {
    this.#conference = conference;
  }

  get paths(): string[] {
    return [...this.#recordings.keys()];
  }

  get(path: string): ConferenceRecording | undefined {
    return this.#recordings.get(path);
  }

  /** Begins one; false, and an event, when it cannot be written. */
  start(path: string): boolean {
    const { engine } = this.#conference;
    try {
      if (!path.startsWith('/') || !path.toLowerCase().endsWith('.wav')) throw new Error('not an absolute .wav path');
      if (engine.recordedPaths.has(path)) throw new Error('another recording writes this file');
      this.#recordings.set(path, new ConferenceRecording(path));
    } catch (error) {
      engine.past.failedRecordings += 1;
      engine.log('error', 'conference recording cannot start', { path, error: String(error) });
      this.#conference.tell('start-recording', { Path: path, Error: 'File could not be opened for recording' });
      return false;
    }
    engine.recordedPaths.add(path);
    engine.past.recordings += 1;
    this.#conference.tell('start-recording', { Path: path });
    return true;
  }

  /** 20 ms of the conference. A full disk ends the recording, never the conference. */
  put(sum: Int32Array): void {
    for (const recording of this.#recordings.values()) {
      try {
        recording.put(sum);
      } catch (error) {
        this.#failed(recording, error);
      }
    }
  }

  stop(path: string): boolean {
    const recording = this.#recordings.get(path);
    if (!recording) return false;
    this.#close(recording);
    return true;
  }

  stopAll(): void {
    for (const recording of [...this.#recordings.values()]) this.#close(recording);
  }

  #failed(recording: ConferenceRecording, error: unknown): void {
    this.#conference.engine.past.failedRecordings += 1;
    this.#conference.engine.log('error', 'conference recording failed', {
      path: recording.path,
      error: String(error),
    });
    this.#close(recording);
  }

  #close(recording: ConferenceRecording): void {
    const { path } = recording;
    const { engine } = this.#conference;
    this.#recordings.delete(path);
    engine.recordedPaths.delete(path);
    try {
      recording.close();
    } catch (error) {
      engine.log('error', 'conference recording cannot be closed', { path, error: String(error) });
    }
    this.#conference.tell('stop-recording', {
      Path: path,
      'Other-Recordings': this.#recordings.size > 0 ? 'true' : 'false',
      'Samples-Out': String(recording.length),
      Samplerate: '8000',
      'Milliseconds-Elapsed': String(Math.floor(recording.length / 8)),
    });
  }
}
