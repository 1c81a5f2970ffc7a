import type { WhyNot } from './state.ts';

/** Asks for the microphone, which is let go of at once; undefined: it may be used. */
export async function askForMicrophone(): Promise<WhyNot | undefined> {
  // Where the page has not come by https, browsers know of no microphones (W3C Media Capture, 9.2).
  if (!isSecureContext) return 'insecure';
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    for (const track of stream.getTracks()) track.stop();
    return undefined;
  } catch (error) {
    return whyNoMicrophone(error);
  }
}

/** By the names that getUserMedia() gives to its failures (W3C Media Capture, 10.2.1). */
export function whyNoMicrophone(error: unknown): WhyNot {
  const name = error instanceof Error || error instanceof DOMException ? error.name : '';
  return name === 'NotAllowedError' || name === 'SecurityError' ? 'microphone-refused' : 'no-microphone';
}
